"""What an answer chose, in words: for the page of what answers tell."""

from app.sdk import BlockNode, BlockTexts
from plugins.quizzes.activity import read
from plugins.quizzes.choices import choices

BLOCK = """\
### Deux et deux ? {#one}
- [ ] trois {#a}
- [x] quatre {#b}

### Lesquels sont pairs ? {#many}
- [x] deux {#two}
- [x] quatre {#four}
- [ ] cinq {#five}

### La capitale du Maroc ? {#text type=text}
= Rabat

### Combien ? {#number type=number}
= 12

### Reliez. {#match type=match}
- chat -> miaule
- chien -> aboie

### Rangez. {#order type=order}
1. un
2. deux

### Complétez. {#cloze type=cloze}
Le ciel est [[bleu|vert]]{#sky}.
"""


def documents():
    node = BlockNode("quiz", "q", {}, BLOCK, 1)
    return {item.id: item.document for item in read(BlockTexts(node)).items}


def said(document, value):
    return [(choice.words, choice.is_right) for choice in choices(document, value)]


def test_options_are_offered_with_their_key_and_found_in_answers():
    one = documents()["one"]
    assert said(one, None) == [("trois", False), ("quatre", True)]
    assert said(one, "a") == [("trois", False)]
    assert said(documents()["many"], ["two", "five"]) == [("deux", True), ("cinq", False)]


def test_typed_answers_are_one_choice_however_they_are_spelled():
    text = documents()["text"]
    assert said(text, None) == [("Rabat", True)]
    keys = {choices(text, words)[0].key for words in ("Rabat", " rabat", "RABAT")}
    assert len(keys) == 1
    assert said(text, "Fès") == [("Fès", False)]
    assert said(documents()["number"], "7") == [("7", False)]


def test_pairs_and_gaps_are_a_choice_each():
    match = documents()["match"]
    offered = choices(match, None)
    assert len(offered) == 4
    assert [choice.words for choice in offered if choice.is_right] == [
        "chat → miaule", "chien → aboie",
    ]  # fmt: skip
    key, right = offered[0].key.split("=")
    assert said(match, {key: right}) == [("chat → miaule", True)]
    cloze = documents()["cloze"]
    assert said(cloze, None) == [("bleu", True), ("vert", False)]
    wrong = choices(cloze, None)[1].key.split("=")[1]
    assert said(cloze, {"sky": wrong}) == [("vert", False)]


def test_what_has_no_choices_says_so_and_nonsense_is_borne():
    assert choices(documents()["order"], None) == ()
    assert choices(documents()["order"], ["x", "y"]) == ()
    for document in documents().values():
        for value in ("", "zzz", [], {}, {"x": "y"}, 7, ["a", 7]):
            choices(document, value)

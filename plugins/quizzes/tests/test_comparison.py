import pytest

from plugins.quizzes.answers import Answer
from plugins.quizzes.comparison import adopt, compare, joined
from plugins.quizzes.marking import mark

SOURCE = """### Le milieu ? {#middle type=text}
= médiane
~ moyenne
  > Non : c'est une autre mesure.

### Combien ? {#price type=number unit=DH}
= 19.5

### Choisissez. {#choice}
- [ ] rouge
- [x] vert

### Complétez. {#gap type=cloze}
Le ciel est [[bleu|vert]] à [[midi]].
"""
TWIN = """### ما الوسط؟ {#middle type=text}
= الوسيط

### كم؟ {#price type=number unit=درهم}
= 19.5

### اختر. {#choice}
- [ ] أحمر
- [x] أخضر

### أكمل. {#gap type=cloze}
لون السماء [[أزرق|أخضر]] عند [[الزوال]].
"""


def test_a_translation_takes_the_keys_of_its_source(read_all):
    source, twin = read_all(SOURCE)[0], read_all(TWIN)[0]
    adopted = adopt(source, twin)
    for mine, theirs in zip(source.questions, adopted.questions, strict=True):
        assert [o.key for o in mine.options] == [o.key for o in theirs.options]
        assert [g.key for g in mine.gaps] == [g.key for g in theirs.gaps]
    gap = adopted.question("gap")
    assert gap.body == f"لون السماء [[{gap.gaps[0].key}]] عند [[{gap.gaps[1].key}]]."
    assert [o.key for o in gap.gaps[0].options] == [
        o.key for o in source.question("gap").gaps[0].options
    ]


def test_what_is_right_in_one_language_is_right_in_the_other(read_all):
    source = read_all(SOURCE)[0]
    twin = adopt(source, read_all(TWIN)[0])

    def marked(name, value):
        question = joined(source.question(name), [twin.question(name)])
        return mark(question, "s", Answer(value)).state

    assert marked("middle", "médiane") == marked("middle", "الوسيط") == "right"
    assert marked("price", "19,5 DH") == marked("price", "19,5 درهم") == "right"
    gap, typed = source.question("gap").gaps
    assert marked("gap", {gap.key: gap.options[0].key, typed.key: "الزوال"}) == "right"


def test_the_same_in_other_words_is_no_problem(node):
    assert compare(node(SOURCE), node(TWIN)) == []


@pytest.mark.parametrize(
    ("was", "becomes", "line", "message"),
    [
        ("- [ ] أحمر\n- [x] أخضر", "- [x] أحمر\n- [ ] أخضر", 8, "which of them are right"),
        ("- [ ] أحمر\n", "- [ ] أحمر\n- [ ] أزرق\n", 8, "which of them are right"),
        ("= 19.5", "= 19", 5, "right number"),
        ("{#choice}", "{#choice points=2}", 8, "“points”"),
        ("[[أزرق|أخضر]]", "[[أزرق]]", 12, "gaps"),
        ("type=number unit=درهم}\n= 19.5", "type=text}\n= 19.5", 5, "“type”"),
        ("= 19.5", "= 19.5\n\n> [!HINT]\n> ?", 5, "hints"),
    ],
)
def test_what_differs_is_said_at_the_question(node, was, becomes, line, message):
    problems = compare(node(SOURCE), node(TWIN.replace(was, becomes)))
    assert [problem.line for problem in problems] == [line]
    assert message in str(problems[0].message)
    assert "source" in str(problems[0].remedy)


def test_other_attributes_of_the_block_are_said(node):
    (problem,) = compare(node(SOURCE, "#q1 attempts=3"), node(TWIN))
    assert problem.line == 1

import base64
from decimal import Decimal

import pytest

from plugins.question_exchange.conversion import to_bank, to_data
from plugins.question_exchange.items import Unreadable
from plugins.question_exchange.moodle import read

PNG = b"\x89PNG\r\n\x1a\n picture"


def page(*questions):
    body = "".join(questions)
    return f'<?xml version="1.0" encoding="UTF-8"?><quiz>{body}</quiz>'.encode()


def question(kind, inside, stem="<p>Que vaut <b>x</b> ?</p>", name="Nom"):
    return (
        f'<question type="{kind}"><name><text>{name}</text></name>'
        f'<questiontext format="html"><text><![CDATA[{stem}]]></text>'
        f'<file name="Une photo.png" path="/" encoding="base64">'
        f"{base64.b64encode(PNG).decode()}</file></questiontext>"
        f"<defaultgrade>2.0</defaultgrade>{inside}</question>"
    )


def answer(text, fraction, feedback="", more=""):
    return (
        f'<answer fraction="{fraction}" format="html"><text><![CDATA[{text}]]></text>{more}'
        f'<feedback format="html"><text>{feedback}</text></feedback></answer>'
    )


def data_of(kind, inside, **more):
    reading = read(page(question(kind, inside, **more)))
    assert reading.unread == ()
    return to_data(reading.items[0])[0]


def test_choices_keep_options_feedback_and_points():
    data = data_of(
        "multichoice",
        "<single>true</single><shuffleanswers>false</shuffleanswers>"
        + answer("<p>5</p>", 100, "Oui")
        + answer("7", 50)
        + answer("x*y", 0),
    )
    assert (data["kind"], data["prompt"], data["points"]) == ("one", "Que vaut **x** ?", "2")
    assert data["shuffle"] is False
    assert data["options"] == [
        {"text": "5", "right": True, "feedback": "Oui"},
        {"text": "7", "right": False, "share": "50"},
        {"text": "x\\*y", "right": False},
    ]


def test_choices_of_many_with_even_shares_are_our_own():
    inside = "<single>false</single>" + "".join(
        answer(text, fraction)
        for text, fraction in (("a", "50"), ("b", "50"), ("c", "-100"), ("d", "0"))
    )
    data = data_of("multichoice", inside)
    assert data["kind"] == "many"
    assert [option.get("share") for option in data["options"]] == ["50", "50", "-100", "0"]
    even = inside.replace('"-100"', '"-50"').replace('"0"', '"-50"')
    assert [option["right"] for option in data_of("multichoice", even)["options"]] == [
        True,
        True,
        False,
        False,
    ]


def test_every_other_type_comes_in():
    truth = data_of("truefalse", answer("true", 0, "Non") + answer("false", 100, "Oui"))
    assert [option["right"] for option in truth["options"]] == [False, True]
    assert [option["feedback"] for option in truth["options"]] == ["Non", "Oui"]
    short = data_of("shortanswer", "<usecase>1</usecase>" + answer("col*r", 100) + answer("*", 0))
    assert [entry["text"] for entry in short["accepted"]] == ["/col.*r/", "*"]
    assert short["exact"] is True
    number = data_of(
        "numerical",
        answer("3.14", 100, more="<tolerance>0.01</tolerance>")
        + "<units><unit><multiplier>1</multiplier><unit_name>cm</unit_name></unit></units>",
    )
    assert number["accepted"][0]["text"] == "3.14 ± 0.01"
    assert number["units"] == ["cm"]
    match = data_of(
        "matching",
        "<subquestion format='html'><text>Maroc</text><answer><text>Rabat</text></answer>"
        "</subquestion><subquestion><text></text><answer><text>Paris</text></answer></subquestion>",
    )
    assert match["pairs"] == [
        {"left": "Maroc", "right": "Rabat"},
        {"left": "", "right": "Paris"},
    ]
    assert data_of("essay", "")["kind"] == "essay"
    order = data_of("ordering", answer("deux", 2) + answer("un", 1))
    assert [step["text"] for step in order["steps"]] == ["un", "deux"]


def test_gaps_are_read_in_each_way_of_moodle():
    cloze = data_of(
        "cloze", "", stem="La capitale : {1:SHORTANSWER:=Rabat~%50%Rabbat}, {2:MC:~non~=oui}."
    )
    assert cloze["body"] == "La capitale : [[g1]], [[g2]]."
    assert cloze["gaps"][0]["accepted"][0]["text"] == "Rabat"
    assert [option["right"] for option in cloze["gaps"][1]["options"]] == [True, False]
    boxes = "".join(
        f"<selectoption><text>{text}</text><group>1</group></selectoption>" for text in "abc"
    )
    select = data_of("gapselect", boxes, stem="Un [[2]] et [[1]].")
    assert select["body"] == "Un [[g1]] et [[g2]]."
    assert [option["text"] for option in select["gaps"][0]["options"]] == ["b", "a", "c"]


def test_files_come_along_under_plain_names():
    stem = '<p>Regardez.</p><p><img src="@@PLUGINFILE@@/Une%20photo.png" alt="Un chat"></p>'
    reading = read(page(question("essay", "", stem=stem)))
    assert [(file.name, file.data) for file in reading.files] == [("une-photo.png", PNG)]
    data, lost = to_data(reading.items[0])
    assert data["body"] == "![Un chat](../media/une-photo.png)"
    assert lost == frozenset()


def test_what_has_no_place_is_counted_and_named():
    reading = read(
        page(
            '<question type="category"><category><text>Maths</text></category></question>',
            question("calculated", "", name="Aire"),
            question("multichoice", answer("seul", 100), name="Incomplet"),
            question("numerical", answer("cinq", 100), name="Cinq"),
            question("essay", "", stem="<table><tr><td>1</td></tr></table>", name="Tableau"),
        )
    )
    assert reading.count() == {"essay": 1}
    assert [entry.name for entry in reading.unread] == ["Aire", "Incomplet", "Cinq"]
    assert "calculated" in str(reading.unread[0].message)
    assert reading.to_dict()["left_out"] == 3
    _, lost = to_bank(reading.items)
    assert "table" in str(lost[0].message)


LAUGHS = (
    b"""<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY a "ha">"""
    + b"".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">'.encode() for n in range(1, 12)).replace(
        b"&a0;", b"&a;"
    )
    + b"]><quiz><question type='essay'>&a11;</question></quiz>"
)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (LAUGHS, "declares entities"),
        (
            b'<!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]><quiz>&x;</quiz>',
            "declares entities",
        ),
        (b"<quiz><question", "no XML"),
        (b"<quiz></quiz><quiz></quiz>", "no XML"),
        (b"<html></html>", "no questions of Moodle"),
        (b'<?xml version="1.0" encoding="klingon"?><quiz/>', "no XML|encoding"),
        (b"<quiz>" + b"<a>" * 200 + b"</a>" * 200 + b"</quiz>", "too many parts"),
        pytest.param(
            b"<quiz>" + b"<a/>" * 700_001 + b"</quiz>", "too many parts", marks=pytest.mark.slow
        ),
        (b"<quiz>" + b" " * 50_000_000 + b"</quiz>", "larger than"),
    ],
    ids=["laughs", "external", "cut", "two", "html", "encoding", "deep", "wide", "large"],
)
def test_abuse_38_hostile_xml_is_refused_as_a_whole(data, message):
    with pytest.raises(Unreadable) as refusal:
        read(data)
    assert any(part in str(refusal.value.message) for part in message.split("|"))
    assert str(refusal.value.remedy)


@pytest.mark.slow
def test_ten_thousand_questions_of_moodle_are_read():
    reading = read(page(*(question("shortanswer", answer("a", 100)) for _ in range(10_001))))
    assert len(reading.items) == 10_000
    assert "more than 10,000" in str(reading.unread[-1].message)
    assert reading.items[0].points == Decimal("2.0")

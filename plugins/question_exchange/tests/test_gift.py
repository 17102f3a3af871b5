import json
from decimal import Decimal

import pytest

from plugins.question_exchange.gift import read
from plugins.question_exchange.items import Unreadable


def questions(text):
    reading = read(text.encode())
    assert not [entry for entry in reading.unread if entry.is_error], reading.unread
    return reading.items


def of_text(text):
    return None if text is None else {"format": text.format, "text": text.text}


def of_weight(weight):
    return None if weight is None else float(weight)


def of_number(number):
    if number.low is not None:
        return {
            "type": "high-low",
            "numberHigh": float(number.high),
            "numberLow": float(number.low),
        }
    if number.tolerance is None:
        return {"type": "simple", "number": float(number.value)}
    return {"type": "range", "number": float(number.value), "range": float(number.tolerance)}


def of_choice(choice):
    return {
        "isCorrect": choice.right,
        "weight": of_weight(choice.weight),
        "text": of_number(choice.number) if choice.number else of_text(choice.text),
        "feedback": of_text(choice.feedback),
    }


def of_answers(item):
    if item.kind == "truefalse":
        return {
            "isTrue": item.truth,
            "trueFeedback": of_text(item.if_wrong),
            "falseFeedback": of_text(item.if_right),
        }
    if item.kind == "match":
        return {
            "matchPairs": [
                {"subquestion": of_text(pair.left), "subanswer": pair.right.text}
                for pair in item.pairs
            ]
        }
    if item.kind == "number" and len(item.choices) == 1 and not item.choices[0].feedback:
        return {"choices": of_number(item.choices[0].number)}
    return {"choices": [of_choice(choice) for choice in item.choices]} if item.choices else {}


TYPES = {
    "choice": "MC",
    "truefalse": "TF",
    "text": "Short",
    "number": "Numerical",
    "match": "Matching",
    "essay": "Essay",
    "description": "Description",
}


def twin(item):
    """Return an item as the twins of the fixtures write it."""
    if item.kind == "category":
        return {"type": "Category", "title": item.title}
    found = {
        "id": item.id or None,
        "tags": list(item.tags) or None,
        "type": TYPES[item.kind],
        "title": item.title,
        "stem": of_text(item.stem),
        "hasEmbeddedAnswers": item.embedded,
    }
    if item.kind != "description":
        found["globalFeedback"] = of_text(item.feedback)
    return found | of_answers(item)


def test_a_fixture_is_read_as_its_twin_says(gift_file):
    reading = read(gift_file.read_bytes())
    wanted = json.loads(gift_file.with_suffix(".json").read_text("utf-8"))
    assert [twin(item) for item in reading.items] == wanted
    assert reading.unread == ()


def test_questions_without_a_blank_line_between_are_read_and_said_loudly():
    text = "Un ?{T}\nDeux ?{=deux =2}\n::t:: Trois ?{~a =b}\n\nQuatre ?{#4}"
    reading = read(text.encode())
    assert [item.kind for item in reading.items] == ["truefalse", "text", "choice", "number"]
    assert [item.line for item in reading.items] == [1, 2, 3, 5]
    (note,) = reading.unread
    assert (note.severity, note.line) == ("warning", 1)
    assert "3 questions stand here without a blank line" in str(note.message)
    assert "Moodle reads them as one" in str(note.message)


def test_a_blank_line_within_braces_ends_nothing():
    (item,) = questions("Un ?{\n~a\n\n=b\n}")
    assert [choice.text.text for choice in item.choices] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Un ?{~a =b", "do not fit together"),
        ("Un ?{~a {=b} }", "do not fit together"),
        ("Un ?{#cinq}", "is no number"),
        ("Un ?{~%300%a =b}", "is worth 300%"),
        ("Un ?{~ =b}", "One answer is empty"),
        ("Un ?{a =b}", "before the first answer"),
        ("x" * 60_001 + "{T}", "longer than"),
    ],
)
def test_what_cannot_be_read_is_named_and_the_rest_is_read(text, message):
    reading = read(f"Avant ?{{T}}\n\n::nom::{text}\n\nAprès ?{{F}}".encode())
    assert [item.kind for item in reading.items] == ["truefalse", "truefalse"]
    (entry,) = reading.unread
    assert (entry.line, entry.name) == (3, "nom")
    assert message in str(entry.message)
    assert str(entry.remedy)


def test_categories_and_tags_stay_with_their_questions():
    first, second, third = questions(
        "$CATEGORY: Maths/Base\n\n// [id:q7] [tag:facile]\nUn ?{T}\n\nDeux ?{F}"
    )
    assert (first.kind, first.title) == ("category", "Maths/Base")
    assert (second.id, second.tags, second.category) == ("q7", ("facile",), "Maths/Base")
    assert third.tags == ()


def test_other_encodings_are_read_and_said():
    assert read("Été ?{T}".encode("utf-16")).items[0].stem.text == "Été ?"
    assert read("\ufeffÉté ?{T}".encode()).items[0].stem.text == "Été ?"
    reading = read("Été ?{T}".encode("cp1252"))
    assert reading.items[0].stem.text == "Été ?"
    assert "not UTF-8" in str(reading.unread[0].message)
    with pytest.raises(Unreadable, match="no text"):
        read(b"\0\1\2\3")


def test_ten_thousand_questions_are_read_and_one_more_is_said():
    text = "\n\n".join(f"::q{n}::Question {n} ?{{~a =b ~%-50%c}}" for n in range(10_001))
    reading = read(text.encode())
    assert len(reading.items) == 10_000
    assert "more than 10,000" in str(reading.unread[-1].message)
    assert reading.items[9].choices[2].weight == Decimal(-50)


@pytest.mark.parametrize(
    "text",
    [
        "a{T}\n" * 20_000,
        "{" * 100_000,
        "}" * 100_000,
        "::" * 50_000,
        "// " + "[id:" * 50_000 + "\nQ{T}",
        "Q{" + "=" * 50_000 + "}",
        "Q{#" + "#" * 50_000 + "}",
        "Q{" + "\\" * 50_000,
        "Q{\n\n" * 20_000,
    ],
)
def test_hostile_text_ends_in_a_preview(text):
    reading = read(text.encode())
    assert reading.items or reading.unread

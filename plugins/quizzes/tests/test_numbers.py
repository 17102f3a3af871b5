from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.quizzes.numbers import plain, read_bounds, read_number


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("19.5", ["19.5"]),
        ("19,5", ["19.5"]),
        ("1 000", ["1000"]),
        ("1\u202f000,5", ["1000.5"]),
        ("1.000,5", ["1000.5"]),
        ("1,000.5", ["1000.5"]),
        ("1,000", ["1", "1000"]),
        ("1,000,000", ["1000000"]),
        ("1'000", ["1000"]),
        ("٣٫١٤", ["3.14"]),
        ("١٬٠٠٠", ["1000"]),
        ("۳۵", ["35"]),
        ("\u200f-\u200f5", ["-5"]),
        ("− 2", ["-2"]),
        ("+7", ["7"]),
        ("1e3", ["1000"]),
        ("1,5E-2", ["0.015"]),
        (".5", ["0.5"]),
        ("5 %", ["5"]),
        ("5٪", ["5"]),
    ],
)
def test_numbers_are_read_as_people_write_them(text, values):
    found, rest = read_number(text)
    assert list(found) == [Decimal(value) for value in values]
    assert rest == ""


@pytest.mark.parametrize("text", ["", "trois", "--3", "1,2,3", "²", "1e999999999", "9" * 65, "e5"])
def test_what_is_no_number_is_none(text):
    assert read_number(text)[0] == ()


def test_a_unit_may_follow_and_another_one_is_said():
    assert read_number("12 dh", ("DH", "درهم")) == ((Decimal(12),), "")
    assert read_number("12درهم", ("DH", "درهم")) == ((Decimal(12),), "")
    assert read_number("12 €", ("DH",)) == ((Decimal(12),), "€")
    assert read_number("12 %", ("DH",)) == ((Decimal(12),), "%")


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("5", "5", "5"),
        ("19,5", "19.5", "19.5"),
        ("19.5 ± 0.01", "19.49", "19.51"),
        ("19.5 +/- 0.5", "19", "20"),
        ("200 ± 5%", "190", "210"),
        ("-200 ± 5 %", "-210", "-190"),
        ("-5..5", "-5", "5"),
        ("-3.142..-3.141", "-3.142", "-3.141"),
    ],
)
def test_an_author_says_what_is_near_enough(text, low, high):
    assert read_bounds(text) == (Decimal(low), Decimal(high))


@pytest.mark.parametrize("text", ["x", "5..3", "5 ± x", "5 ± -1", "..", "5 m", "± 3", ""])
def test_unclear_bounds_are_none(text):
    assert read_bounds(text) is None


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_nothing_that_is_sent_can_break_the_reading(text):
    found, rest = read_number(text)
    assert all(value.is_finite() for value in found)
    assert isinstance(rest, str)
    read_bounds(text)


def test_numbers_are_written_shortly():
    assert [plain(Decimal(text)) for text in ("19.50", "2E+1", "0.00", "100", "-0.5")] == [
        "19.5",
        "20",
        "0",
        "100",
        "-0.5",
    ]

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plugins.quizzes.formulas import (
    LARGEST,
    MAX_DEPTH,
    MAX_NODES,
    FormulaError,
    evaluate,
    names_in,
    parse,
)

VALUES = {"n": Decimal(3), "p": Decimal("0.5")}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 + 3 * 4", "14"),
        ("(2 + 3) × 4", "20"),
        ("7 ÷ 2", "3.5"),
        ("10 − 2 - 3", "5"),
        ("2 ^ 3 ^ 2", "512"),
        ("2 ** 3", "8"),
        ("-2 ^ 2", "-4"),
        ("2 * -3", "-6"),
        ("--3", "3"),
        ("n * p + 2", "3.5"),
        ("0.1 + 0.2", "0.3"),
        ("1e3 / 8", "125"),
        ("sqrt(16) + abs(-2)", "6"),
        ("round(2.345, 2)", "2.35"),
        ("round(2.5)", "3"),
        ("floor(-0.5) + ceil(0.2)", "0"),
        ("max(1, n, 2) - min(4, p)", "2.5"),
        ("mod(20, 6) + mod(-1, 3)", "4"),
        ("log10(1000)", "3"),
        ("ln(exp(2))", "2"),
        ("round(sin(pi / 2) + cos(0), 6)", "2"),
    ],
)
def test_a_formula_has_its_value(text, value):
    found = evaluate(parse(text), VALUES)
    assert abs(found - Decimal(value)) < Decimal("1e-20")


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("", 0),
        ("2 +", 3),
        ("2 3", 2),
        ("(2", 2),
        ("2 ; 3", 2),
        ("2 $ 3", 2),
        ("n.real", 1),
        ("__import__('os')", 11),
        ("n[0]", 1),
        ("lambda: 1", 6),
        ("sqrt()", 5),
        ("sqrt(1, 2)", 0),
        ("log(10)", 0),
        ("'a' * 9", 0),
        ("1e999", 0),
    ],
)
def test_abuse_37_what_is_no_formula_is_refused_where_it_goes_wrong(text, column):
    with pytest.raises(FormulaError) as refusal:
        parse(text)
    assert refusal.value.column == column
    assert str(refusal.value.sentence)


@pytest.mark.parametrize(
    "text",
    [
        "1 / 0", "0 ^ 0", "0 ^ -1", "sqrt(-1)", "ln(0)", "mod(1, 0)", "10 ^ 31", "9 ^ 9 ^ 9",
        "2 ^ 1001", "exp(1000)", "(0 - 8) ^ 0.5", "x + 1", "round(1, 13)", "round(1, 0.5)",
        "10^15 * 10^16", "tan(10^30) * 10^30 * 10^30",
    ],
)  # fmt: skip
def test_what_has_no_bearable_value_is_refused(text):
    with pytest.raises(FormulaError):
        evaluate(parse(text), VALUES)


def test_long_and_deep_formulas_are_refused():
    for text in ("(" * (MAX_DEPTH + 1) + "1", "2^" * (MAX_DEPTH + 1) + "2"):
        with pytest.raises(FormulaError, match="deep"):
            parse(text)
    with pytest.raises(FormulaError, match="parts"):
        parse("+".join(["1"] * MAX_NODES))
    with pytest.raises(FormulaError, match="longer"):
        parse("1+" * 1000 + "1")


def test_a_formula_knows_its_names():
    assert names_in(parse("n * sqrt(p) + pi")) == {"n", "p"}


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="0123456789.npxe()+-*/^, sqrtminax", max_size=60))
def test_whatever_is_written_ends_in_a_bounded_value_or_a_refusal(text):
    try:
        assert abs(evaluate(parse(text), VALUES)) <= LARGEST
    except FormulaError as refusal:
        assert str(refusal.sentence)  # noqa: PT017 — both ends are fine

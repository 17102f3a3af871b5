from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gradebook.rules import (
    Category,
    Entry,
    Override,
    on_scale,
    refuse_override,
    total,
)

NOW = datetime(2026, 11, 28, tzinfo=UTC)
QUIZZES = Category("quizzes", "Quizzes", Decimal(40))
EXAMS = Category("exams", "Exams", Decimal(60))


def entry(key, points, most="10", category="quizzes", **more):
    return Entry(key, f"Quiz {key}", category, Decimal(points), Decimal(most), **more)


def override(points, reason="The question was unclear."):
    return Override(None if points is None else Decimal(points), reason, 7, NOW)


def lines(found):
    return [str(line) for line in found.arithmetic]


def test_categories_count_by_their_weight_and_the_total_opens_its_arithmetic():
    found = total(
        [QUIZZES, EXAMS],
        [entry("1", "15", "20"), entry("2", "8"), entry("3", "18", "20", "exams")],
    )
    assert found.share == Fraction(23, 30) * Fraction(2, 5) + Fraction(9, 10) * Fraction(3, 5)
    assert found.percent == Decimal("84.67")
    assert lines(found) == [
        "Quizzes: 15/20 + 8/10, together 23 of 30 = 76.67%",
        "Exams: 18/20, together 18 of 20 = 90%",
        "Total: 76.67% × 40/100 + 90% × 60/100 = 84.67%",
    ]
    assert on_scale(found.share, Decimal(20)) == Decimal("16.93")


def test_a_category_without_marks_waits_and_the_others_weigh_more():
    found = total([QUIZZES, EXAMS], [entry("1", "5")])
    assert found.percent == 50
    assert lines(found)[-2:] == [
        "Total: 50% × 40/40 = 50%",
        "Categories without marks do not count yet; the others weigh more.",
    ]


def test_without_any_mark_there_is_no_total():
    found = total([QUIZZES, EXAMS], [entry("1", "0", state="open")])
    assert (found.share, found.percent) == (None, None)
    assert lines(found)[0] == "Quiz 1 does not count: it is not due yet"


def test_without_weights_all_categories_weigh_the_same():
    even = [Category("quizzes", "Q", Decimal(0)), Category("exams", "E", Decimal(0))]
    assert total(even, [entry("1", "4"), entry("2", "8", category="exams")]).percent == 60


@pytest.mark.parametrize(
    ("state", "percent"),
    [("marked", 50), ("missing", 50), ("waiting", 100), ("open", 100), ("excused", 100)],
)
def test_only_what_is_marked_or_too_late_counts(state, percent):
    found = total([QUIZZES], [entry("1", "10"), entry("2", "0", state=state)])
    assert found.percent == percent


def test_the_lowest_are_dropped_and_named():
    found = total(
        [Category("quizzes", "Quizzes", Decimal(1), drop_lowest=1)],
        [entry("1", "9"), entry("2", "2"), entry("3", "7")],
    )
    assert found.percent == 80
    assert "Quiz 2 is left out as one of the lowest: 2 of 10" in lines(found)


def test_what_is_dropped_is_what_weighs_most_not_the_smallest_share():
    """1 of 2 is a smaller share than 60 of 100, and dropping the large one helps more."""
    one = [Category("quizzes", "Quizzes", Decimal(1), drop_lowest=1)]
    found = total(one, [entry("a", "1", "2"), entry("b", "60", "100"), entry("c", "20", "20")])
    assert [dropped.key for dropped in found.categories[0].dropped] == ["b"]


def test_the_last_mark_is_never_dropped():
    found = total([Category("quizzes", "Q", Decimal(1), drop_lowest=5)], [entry("1", "3")])
    assert found.percent == 30


def test_an_override_stands_with_its_reason_until_it_is_set_aside():
    raised = entry("1", "4", overrides=(override("6"),))
    found = total([QUIZZES], [raised])
    assert found.percent == 60
    assert lines(found)[0] == ("Quiz 1 was calculated as 4 and set to 6: The question was unclear.")
    back = entry("1", "4", overrides=(override("6"), override(None, "A mistake.")))
    assert total([QUIZZES], [back]).percent == 40
    assert len(back.overrides) == 2


def test_an_override_also_counts_for_what_was_never_given():
    found = total([QUIZZES], [entry("1", "0", state="open", overrides=(override("8"),))])
    assert found.percent == 80


@pytest.mark.parametrize(
    ("points", "reason", "message"),
    [
        ("5", "  ", "Say why"),
        ("5", "x" * 1001, "Say why"),
        ("11", "Late bus", "from 0 to 10"),
        ("-1", "Late bus", "from 0 to 10"),
        ("NaN", "Late bus", "from 0 to 10"),
    ],
)
def test_an_override_needs_a_reason_and_a_possible_mark(points, reason, message):
    refusal = refuse_override(Decimal(points), Decimal(10), reason)
    assert message in str(refusal)


def test_a_possible_override_is_not_refused():
    assert refuse_override(Decimal(10), Decimal(10), "Late bus") is None
    assert refuse_override(None, Decimal(10), "A mistake") is None


MARKS = st.lists(
    st.tuples(st.integers(1, 100), st.integers(0, 100)).map(
        lambda pair: (pair[0], pair[0] * pair[1] // 100)
    ),
    min_size=1,
    max_size=7,
)


def entries_of(marks):
    return [entry(str(n), str(points), str(most)) for n, (most, points) in enumerate(marks)]


@given(MARKS, st.integers(0, 4))
def test_no_other_choice_of_what_to_drop_would_be_better(marks, drop):
    category = Category("quizzes", "Quizzes", Decimal(1), drop)
    found = total([category], entries_of(marks))
    keep = max(1, len(marks) - drop)
    best = max(
        Fraction(sum(points for _, points in kept), sum(most for most, _ in kept))
        for kept in combinations(marks, keep)
    )
    assert found.share == best


@given(MARKS, st.integers(0, 3), st.data())
def test_a_better_mark_never_lowers_the_total(marks, drop, data):
    category = Category("quizzes", "Quizzes", Decimal(1), drop)
    at = data.draw(st.integers(0, len(marks) - 1))
    better = list(marks)
    better[at] = (marks[at][0], marks[at][0])
    before, after = (total([category], entries_of(m)).share for m in (marks, better))
    assert before is not None
    assert after is not None
    assert 0 <= before <= after <= 1


@given(MARKS, st.randoms(use_true_random=False))
def test_the_order_of_marks_changes_nothing(marks, chance):
    category = Category("quizzes", "Quizzes", Decimal(1), 1)
    entries = entries_of(marks)
    mixed = chance.sample(entries, len(entries))
    assert total([category], mixed).share == total([category], entries).share

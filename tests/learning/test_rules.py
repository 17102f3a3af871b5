from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.learning.rules import (
    as_place,
    carried_progress,
    has_stopped,
    next_lesson,
    progress_of,
)

NOON = datetime(2027, 1, 15, 12, tzinfo=UTC)
ABC = ["a", "b", "c"]


def test_percent_is_rounded_down_so_that_nobody_reads_100_before_the_end():
    assert progress_of(ABC, {"a", "b"}, 100).percent == 66
    assert (
        progress_of([str(n) for n in range(300)], {str(n) for n in range(299)}, 100).percent == 99
    )


@given(st.lists(st.text(min_size=1), unique=True), st.sets(st.text()), st.integers(1, 100))
def test_percent_is_never_over_100(lessons, done, share):
    assert 0 <= progress_of(lessons, done, share).percent <= 100


def test_a_lesson_that_is_gone_counts_no_more():
    assert progress_of(ABC, {"a", "gone"}, 100).done == 1


def test_an_added_lesson_never_takes_a_completed_course_back():
    assert progress_of(["a", "new"], {"a"}, 100, completed_at=NOON).percent == 100


@pytest.mark.parametrize(("share", "needed"), [(100, 3), (67, 3), (66, 2), (50, 2), (1, 1)])
def test_the_share_that_completes_a_course_is_rounded_up_to_lessons(share, needed):
    assert progress_of(ABC, set(), share).needed == needed


def test_an_empty_course_is_not_completed():
    assert not progress_of([], set(), 100).is_enough


def test_one_goes_on_in_the_lesson_one_was_in():
    assert next_lesson(ABC, {"a"}, last="b") == "b"


def test_after_a_lesson_comes_the_next_that_is_not_done():
    assert next_lesson(ABC, {"a", "b"}, last="b") == "c"


def test_a_lesson_left_out_before_comes_at_the_end():
    assert next_lesson(ABC, {"b", "c"}, last="c") == "a"


def test_when_all_is_done_there_is_no_next():
    assert next_lesson(ABC, set(ABC), last="c") is None


def test_a_last_lesson_that_is_gone_is_forgotten():
    assert next_lesson(ABC, {"a"}, last="gone") == "b"


def test_somebody_has_stopped_after_a_week_without_a_sign():
    under_way = progress_of(ABC, {"a"}, 100)
    assert has_stopped(NOON - timedelta(days=7), NOON, under_way)
    assert not has_stopped(NOON - timedelta(days=6), NOON, under_way)
    assert not has_stopped(
        NOON - timedelta(days=90), NOON, progress_of(ABC, set(ABC), 100, completed_at=NOON)
    )


@pytest.mark.parametrize("bad", ["", "p", "javascript:1", "p-" + "x" * 99, "p-<b>"])
def test_what_is_no_paragraph_is_no_place(bad):
    assert as_place(bad) is None


def test_a_paragraph_is_a_place():
    assert as_place("p-12") == "p-12"


@given(st.dictionaries(st.text(), st.recursive(st.none() | st.integers() | st.text(), st.lists)))
def test_whatever_a_browser_carries_is_read_without_trouble(carried):
    for lessons in carried_progress(carried).values():
        assert all(isinstance(lesson, str) for lesson in lessons)

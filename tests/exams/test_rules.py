"""The arithmetic of exams: drawing, counting, windows, what is kept."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from app.content.rules import ExamRules
from app.exams.rules import Taken, Window, counting, door, draw, is_explained, kept_points

NOW = datetime(2026, 1, 5, 10, tzinfo=UTC)
TAGS = {f"q{n}": ("easy",) if n < 6 else ("hard", "easy") for n in range(12)}


@dataclass
class Event:
    writer: str
    seq: int
    received: int
    value: str = ""
    item: str = "q"

    @property
    def received_at(self):
        return NOW + timedelta(seconds=self.received)


def taken(number, points=0, *, minutes=-60, marked=True):
    end = NOW + timedelta(minutes=minutes)
    return Taken(f"t{number}", number, end, end, end, end if marked else None, points, 100)


def test_what_a_seed_draws_is_written_down_for_ever():
    """A change here would change exams that were already sat: raise DRAW_VERSION instead."""
    rules = ExamRules((("hard", 2), ("easy", 3)))
    assert draw(rules, TAGS, "seed") == draw(rules, dict(reversed(TAGS.items())), "seed")
    assert draw(rules, TAGS, "seed") == WRITTEN
    assert len(set(draw(rules, TAGS, "seed"))) == 5
    hard = draw(ExamRules((("hard", 4),)), TAGS, "seed")
    assert all("hard" in TAGS[item] for item in hard)


WRITTEN = ("q8", "q2", "q11", "q7", "q9")


def test_every_question_is_drawn_about_as_often():
    rules, seen = ExamRules((("", 4),)), dict.fromkeys(TAGS, 0)
    for number in range(1200):
        for item in draw(rules, TAGS, f"seed{number}"):
            seen[item] += 1
    assert all(320 < many < 480 for many in seen.values()), seen


def test_without_shuffling_the_order_is_that_of_the_bank():
    drawn = draw(ExamRules((("", 5),), shuffle=False), TAGS, "seed")
    assert list(drawn) == [item for item in TAGS if item in drawn]


def test_a_bank_that_is_too_small_is_no_exam():
    with pytest.raises(ValueError, match="small"):
        draw(ExamRules((("hard", 7),)), TAGS, "seed")


def test_of_one_writer_the_highest_count_counts_and_of_several_what_came_last():
    a1, a2, b1 = Event("a", 1, 30), Event("a", 2, 10), Event("b", 1, 20)
    assert counting([a2, a1]) == {"q": a2}, "whatever came first over the network"
    assert counting([a1, a2, b1]) == {"q": b1}
    assert counting([b1, Event("a", 3, 25, "x")])["q"].value == "x"


@pytest.mark.parametrize(
    ("keep", "kept"), [("best", (80, 100)), ("last", (40, 100)), ("mean", (57, 100))]
)
def test_several_attempts_count_as_the_rules_say(keep, kept):
    assert kept_points(keep, [taken(1, 50), taken(2, 80), taken(3, 40)]) == kept


def test_an_attempt_that_is_not_marked_yet_takes_nothing_away():
    assert kept_points("last", [taken(1, 50), taken(2, marked=False)]) == (50, 100)


@pytest.mark.parametrize(
    ("rules", "window", "attempts", "state"),
    [
        ({}, None, [], "open"),
        ({}, Window(NOW + timedelta(seconds=1)), [], "early"),
        ({}, Window(NOW), [], "open"),
        ({}, Window(None, NOW), [], "late"),
        ({}, None, [taken(1)], "used"),
        ({"attempts": 2, "cool_down": 61}, None, [taken(1)], "cooling"),
        ({"attempts": 2, "cool_down": 60}, None, [taken(1)], "open"),
        ({"attempts": 2}, Window(None, NOW), [taken(1)], "late"),
    ],
)
def test_the_door_says_why_it_is_closed(rules, window, attempts, state):
    assert door(ExamRules((("", 1),), **rules), window, attempts, NOW).state == state


def test_nothing_is_explained_while_somebody_may_still_sit_it():
    rules = ExamRules((("", 1),), solution="marked")
    window = Window(None, NOW)
    assert not is_explained(rules, window, [taken(1)], 30, NOW + timedelta(minutes=59))
    assert is_explained(rules, window, [taken(1)], 30, NOW + timedelta(minutes=60))
    assert not is_explained(rules, Window(NOW), [taken(1)], 30, NOW + timedelta(days=400))
    last = ExamRules((("", 1),), solution="last", attempts=2)
    assert not is_explained(last, None, [taken(1)], 30, NOW)
    assert is_explained(last, None, [taken(1), taken(2)], 30, NOW)

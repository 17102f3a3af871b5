"""A rule of award: what it asks, whether somebody meets it, what they lack. Pure.

Sentence, verdict and list are made of the same conditions, so that they cannot disagree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.sdk import Graded, Results, Sentence, say, say_n

KINDS = ("completed", "total", "exams", "projects", "marked")
WITH_LEAST = ("total", "exams", "projects")
"""Kinds that ask for so many percent."""


@dataclass(frozen=True)
class Condition:
    """One thing that is asked; `least` is in percent, 0 for kinds without."""

    kind: str
    least: int = 0


@dataclass(frozen=True)
class Rule:
    """Conditions that must all be met; with `any_of` one of them is enough."""

    conditions: tuple[Condition, ...]
    any_of: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON; see `read_rule`."""
        return {
            "any_of": self.any_of,
            "conditions": [[one.kind, one.least] for one in self.conditions],
        }


def read_rule(kept: Mapping[str, Any]) -> Rule:
    """Return the rule that `to_json` was given."""
    return Rule(tuple(Condition(*one) for one in kept["conditions"]), kept["any_of"])


def sentence(rule: Rule) -> Sentence:
    """Return what a rule asks, as a learner reads it."""
    asked = [asks(one) for one in rule.conditions]
    if rule.any_of and len(asked) > 1:
        return say("To earn the certificate, one of these is enough: %(asked)s.", asked=asked)
    return say("To earn the certificate: %(asked)s.", asked=asked)


def asks(one: Condition) -> Sentence:
    """Return what a condition asks."""
    if one.kind == "completed":
        return say("complete the course")
    if one.kind == "total":
        return say("have at least %(n)s%% of all marks", n=one.least)
    if one.kind == "exams":
        return say("have at least %(n)s%% in every exam", n=one.least)
    if one.kind == "projects":
        return say("have at least %(n)s%% in every project", n=one.least)
    return say("have every answer marked")


def is_met(rule: Rule, found: Results) -> bool:
    """Tell whether somebody has earned it."""
    held = [holds(one, found) for one in rule.conditions]
    return any(held) if rule.any_of else all(held) and bool(held)


def missing(rule: Rule, found: Results) -> list[Sentence]:
    """Return what somebody lacks; nothing when the rule is met."""
    if is_met(rule, found):
        return []
    return [
        say("%(asked)s (%(now)s)", asked=asks(one), now=_now(one, found))
        for one in rule.conditions
        if not holds(one, found)
    ]


def holds(one: Condition, found: Results) -> bool:
    """Tell whether a condition is met. Without an exam nobody has passed every exam."""
    if one.kind == "completed":
        return found.is_completed
    if one.kind == "total":
        return found.percent is not None and found.percent >= one.least
    if one.kind == "marked":
        return found.waiting == 0
    graded = _graded(one, found)
    return bool(graded) and not _below(one, graded)


def _graded(one: Condition, found: Results) -> Sequence[Graded]:
    return found.exams if one.kind == "exams" else found.projects


def _below(one: Condition, graded: Sequence[Graded]) -> list[str]:
    return [g.title for g in graded if g.percent is None or g.percent < one.least]


def _now(one: Condition, found: Results) -> Sentence:
    """Return how far somebody is from a condition."""
    if one.kind == "completed":
        return say(
            "%(done)s of %(lessons)s lessons are done", done=found.lessons_done,
            lessons=found.lessons,
        )  # fmt: skip
    if one.kind == "total":
        if found.percent is None:
            return say("nothing is marked yet")
        return say("now %(n)s%%", n=_plain(found))
    if one.kind == "marked":
        return say_n(
            "%(n)s answer waits for a person", "%(n)s answers wait for a person", found.waiting
        )
    graded = _graded(one, found)
    if not graded:
        return say("this course has none")
    return say("not yet in: %(titles)s", titles=_below(one, graded))


def _plain(found: Results) -> str:
    return format(float(found.percent or 0), ".2f").rstrip("0").rstrip(".")

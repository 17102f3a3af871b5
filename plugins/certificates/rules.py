"""A rule of award: what it asks, whether somebody meets it, what they lack. Pure.

Sentence, verdict and list are made of the same conditions, so that they cannot disagree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from app.sdk import Graded, Results, Sentence, say, say_n

KINDS = ("completed", "total", "exams", "projects", "jury", "marked")
WITH_LEAST = ("total", "exams", "projects")
"""Kinds that ask for so many percent."""
COURSE = "course"
"""The kind that asks for another course; which one is its number."""
Held = Literal["yes", "no", "unknown"]
_ASKS = {
    "completed": say("complete the course"),
    "total": say("have at least %(n)s%% of all marks", n=0),
    "exams": say("have at least %(n)s%% in every exam", n=0),
    "projects": say("have at least %(n)s%% in every project", n=0),
    "jury": say("have every project marked by a jury, with two signatures"),
    "marked": say("have every answer marked"),
}


@dataclass(frozen=True)
class Condition:
    """One thing that is asked.

    `kind` is one of KINDS, COURSE, or the name of what a plugin brought; `least` is in percent, the
    number of the course, or what the plugin makes of it; 0 for kinds without. `words` by language
    are how two people read it when they agreed: the title of the course, or what the plugin asks.
    They stay when the plugin is away.
    """

    kind: str
    least: int = 0
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_brought(self) -> bool:
        """Tell whether a plugin brought it."""
        return self.kind not in KINDS and self.kind != COURSE


@dataclass(frozen=True)
class Rule:
    """Conditions that must all be met; with `any_of` one of them is enough.

    With `by_itself` it is awarded as soon as the last one is met; otherwise when somebody says so.
    `sponsor` financed it; it counts for so many `years`, 0 is for ever.
    """

    conditions: tuple[Condition, ...]
    any_of: bool = False
    by_itself: bool = False
    sponsor: int = 0
    years: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON; see `read_rule`."""
        return {
            "any_of": self.any_of,
            "conditions": [[one.kind, one.least, dict(one.words)] for one in self.conditions],
            "by_itself": self.by_itself,
            "sponsor": self.sponsor,
            "years": self.years,
        }

    @property
    def asked(self) -> dict[str, int]:
        """Return the conditions that plugins brought, each with its number."""
        return {one.kind: one.least for one in self.conditions if one.is_brought}


def read_rule(kept: Mapping[str, Any]) -> Rule:
    """Return the rule that `to_json` was given, also by an older version."""
    return Rule(
        tuple(Condition(*one) for one in kept["conditions"]),
        kept["any_of"],
        kept.get("by_itself", False),
        kept.get("sponsor", 0),
        kept.get("years", 0),
    )


def last_day(rule: Rule, today: date) -> date | None:
    """Return the last day on which what is awarded today counts; None is for ever."""
    if not rule.years:
        return None
    try:
        return today.replace(year=today.year + rule.years)
    except ValueError:  # the 29th of February
        return today.replace(year=today.year + rule.years, day=28)


def sentence(rule: Rule) -> Sentence:
    """Return what a rule asks, as a learner reads it."""
    asked = [asks(one) for one in rule.conditions]
    if rule.any_of and len(asked) > 1:
        return say("To earn the certificate, one of these is enough: %(asked)s.", asked=asked)
    return say("To earn the certificate: %(asked)s.", asked=asked)


def asks(one: Condition) -> Sentence:
    """Return what a condition asks."""
    if one.kind == COURSE:
        return say("complete “%(course)s”", course=one.words)
    if one.is_brought:
        return Sentence("%(words)s", {"words": one.words})
    return replace(_ASKS[one.kind], values={"n": one.least} if one.kind in WITH_LEAST else {})


def is_met(rule: Rule, found: Results) -> bool:
    """Tell whether somebody has earned it. What cannot be checked is not met."""
    held = [holds(one, found) == "yes" for one in rule.conditions]
    return any(held) if rule.any_of else all(held) and bool(held)


def is_lost(rule: Rule, found: Results) -> bool:
    """Tell whether somebody surely does not meet it: what cannot be checked takes nothing away."""
    held = [holds(one, found) != "no" for one in rule.conditions]
    return not (any(held) if rule.any_of else all(held))


def missing(rule: Rule, found: Results) -> list[Sentence]:
    """Return what somebody lacks; nothing when the rule is met."""
    if is_met(rule, found):
        return []
    return [
        say("%(asked)s (%(now)s)", asked=asked, now=now)
        for asked, now in steps(rule, found)
        if now is not None
    ]


def steps(rule: Rule, found: Results) -> list[tuple[Sentence, Sentence | None]]:
    """Return each thing that is asked, with how far somebody is; None where it is met."""
    return [
        (asks(one), None if holds(one, found) == "yes" else _now(one, found))
        for one in rule.conditions
    ]


def holds(one: Condition, found: Results) -> Held:
    """Tell whether a condition is met. Without an exam nobody has passed every exam."""
    if one.is_brought:
        said = found.brought.get(one.kind)
        return "unknown" if said is None else "yes" if said.is_met else "no"
    return "yes" if _is_reached(one, found) else "no"


def _is_reached(one: Condition, found: Results) -> bool:
    if one.kind == "completed":
        return found.is_completed
    if one.kind == "total":
        return found.percent is not None and found.percent >= one.least
    if one.kind == "marked":
        return found.waiting == 0
    if one.kind == COURSE:
        return one.least in found.courses
    graded = _graded(one, found)
    return bool(graded) and not _below(one, graded)


def _graded(one: Condition, found: Results) -> Sequence[Graded]:
    return found.exams if one.kind == "exams" else found.projects


def _below(one: Condition, graded: Sequence[Graded]) -> list[str]:
    if one.kind == "jury":
        return [g.title for g in graded if not g.is_signed]
    return [g.title for g in graded if g.percent is None or g.percent < one.least]


def _now(one: Condition, found: Results) -> Sentence:
    """Return how far somebody is from a condition."""
    if one.is_brought:
        said = found.brought.get(one.kind)
        return said.now if said else say("this cannot be checked at the moment")
    if one.kind == "completed":
        return say(
            "%(done)s of %(lessons)s lessons are done", done=found.lessons_done,
            lessons=found.lessons,
        )  # fmt: skip
    if one.kind == COURSE:
        return say("not completed yet")
    if one.kind == "marked":
        return say_n(
            "%(n)s answer waits for a person", "%(n)s answers wait for a person", found.waiting
        )
    return _marks_now(one, found)


def _marks_now(one: Condition, found: Results) -> Sentence:
    if one.kind in WITH_LEAST and not found.is_released and found.percent is None:
        return say("the marks are not released yet")
    if one.kind == "total":
        if found.percent is None:
            return say("nothing is marked yet")
        return say("now %(n)s%%", n=_plain(found))
    graded = _graded(one, found)
    if not graded:
        return say("this course has none")
    return say("not yet in: %(titles)s", titles=_below(one, graded))


def _plain(found: Results) -> str:
    return format(float(found.percent or 0), ".2f").rstrip("0").rstrip(".")

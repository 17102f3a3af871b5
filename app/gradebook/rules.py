"""How marks add up. Exact fractions inside, rounded once at the end, and every step said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from app.kernel.i18n import Sentence, say

STATES = ("marked", "waiting", "missing", "open", "excused")
"""Marked; given and waiting for a mark; too late and nothing given; not yet due; does not count."""
ATTEMPT_POLICIES = ("best", "last", "first", "mean")
MOST_REASON = 1_000
CONTEST_DAYS = 7
MOST_CONTEST_DAYS = 90
CENT = Decimal("0.01")


PRACTICE = "practice"
"""The category of what lessons ask: its marks are always visible."""
KINDS = {
    PRACTICE: say("Lessons"),
    "project": say("Projects"),
    "exam": say("Exams"),
}
"""The categories of a course's marks, with their names."""
DEFAULT = ((PRACTICE, 40, 0), ("project", 20, 0), ("exam", 40, 0))
"""How marks add up where nobody said: key, weight, how many of the lowest are dropped."""


def kind_of(block_id: str) -> str:
    """Return the category of an activity: lessons of exams and projects have one of their own."""
    return block_id if block_id in ("exam", "project") else PRACTICE


@dataclass(frozen=True, slots=True)
class Override:
    """A mark that a person set, and why; without points it sets aside the one before."""

    points: Decimal | None
    reason: str
    person_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One mark of one learner. `points` is what was calculated; `overrides` is its history."""

    key: str
    title: str
    category: str
    points: Decimal
    most: Decimal
    state: str = "marked"
    overrides: tuple[Override, ...] = ()

    @property
    def override(self) -> Override | None:
        """Return the override that stands: the last one, unless it set an earlier one aside."""
        last = self.overrides[-1] if self.overrides else None
        return last if last is not None and last.points is not None else None

    @property
    def standing(self) -> Decimal:
        """Return the points that count."""
        override = self.override
        if override is not None and override.points is not None:
            return override.points
        return self.points if self.state == "marked" else Decimal(0)

    @property
    def counts(self) -> bool:
        """Tell whether it is in the total now: marked, overridden, or too late with nothing."""
        return self.most > 0 and (self.override is not None or self.state in ("marked", "missing"))


@dataclass(frozen=True, slots=True)
class Category:
    """A group of marks. Of those that count, the `drop_lowest` weighing most are left out."""

    key: str
    title: str
    weight: Decimal
    drop_lowest: int = 0


@dataclass(frozen=True, slots=True)
class CategoryTotal:
    """What a category comes to; `share` is None while nothing in it counts."""

    category: Category
    counted: tuple[Entry, ...] = ()
    dropped: tuple[Entry, ...] = ()
    not_counted: tuple[Entry, ...] = ()
    share: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Total:
    """What a learner has in a course. `share` is None while nothing counts."""

    categories: tuple[CategoryTotal, ...]
    share: Fraction | None
    arithmetic: tuple[Sentence, ...]

    @property
    def percent(self) -> Decimal | None:
        """Return the total in percent, to two digits."""
        return None if self.share is None else on_scale(self.share, Decimal(100))


def on_scale(share: Fraction, most: Decimal) -> Decimal:
    """Return a share as a mark out of `most`, as 20, to two digits; half a cent goes up."""
    exact = share * Fraction(most)
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(CENT, ROUND_HALF_UP)


def refuse_override(points: Decimal | None, most: Decimal, reason: str) -> Sentence | None:
    """Return why an override cannot be made, or None."""
    if not reason.strip() or len(reason) > MOST_REASON:
        return say(
            "Say why, in at most %(limit)s characters: the learner reads it.", limit=MOST_REASON
        )
    if points is not None and not (points.is_finite() and 0 <= points <= most):
        return say("The mark must be from 0 to %(most)s.", most=plain(most))
    return None


def contest_until(release_at: datetime | None, scored_at: datetime, days: int) -> datetime:
    """Return until when a mark may be contested: some days after its learner could see it."""
    return max(release_at or scored_at, scored_at) + timedelta(days=days)


def total(categories: Sequence[Category], entries: Sequence[Entry]) -> Total:
    """Return what a learner has, with the way to it.

    Categories in which nothing counts yet are left out, and the weights of the others are taken
    for the whole. Where no weight is above 0, all categories weigh the same.
    """
    totals = tuple(_category(category, entries) for category in categories)
    present = [(found, found.share) for found in totals if found.share is not None]
    weights = [max(Fraction(0), Fraction(found.category.weight)) for found, _ in present]
    if not any(weights):
        weights = [Fraction(1)] * len(present)
    whole = sum(weights, Fraction(0))
    share = None
    if present:
        parts = zip(weights, present, strict=True)
        share = sum((weight * part for weight, (_, part) in parts), Fraction(0)) / whole
    lines = [line for found in totals for line in _explained(found)]
    if share is not None:
        lines.append(_sum_of(present, weights, whole, share))
    if len(present) < len(totals) and present:
        lines.append(say("Categories without marks do not count yet; the others weigh more."))
    return Total(totals, share, tuple(lines))


def _category(category: Category, entries: Sequence[Entry]) -> CategoryTotal:
    own = [entry for entry in entries if entry.category == category.key]
    counting = [entry for entry in own if entry.counts]
    others = tuple(entry for entry in own if not entry.counts)
    if not counting:
        return CategoryTotal(category, not_counted=others)
    dropped = _lowest(counting, min(max(0, category.drop_lowest), len(counting) - 1))
    counted = tuple(entry for entry in counting if entry.key not in dropped)
    return CategoryTotal(
        category,
        counted,
        tuple(entry for entry in counting if entry.key in dropped),
        others,
        _ratio(counted),
    )


def _ratio(entries: Sequence[Entry]) -> Fraction:
    most = sum((Fraction(entry.most) for entry in entries), Fraction(0))
    return sum((Fraction(entry.standing) for entry in entries), Fraction(0)) / most


def _lowest(entries: Sequence[Entry], count: int) -> frozenset[str]:
    """Return the keys of the marks to drop, so that the rest comes to the most that it can.

    The mark with the smallest share is not always the one: 1 of 2 weighs less than 60 of 100. So a
    ratio is guessed, the marks that add most above it are kept, and their ratio is the next guess,
    until it no longer grows; it grows at each step, so this ends.
    """
    if not count:
        return frozenset()
    kept = list(entries)
    ratio = _ratio(kept)
    while True:
        by_gain = sorted(
            entries,
            key=lambda entry: (Fraction(entry.standing) - ratio * Fraction(entry.most), entry.key),
        )
        kept = by_gain[count:]
        better = _ratio(kept)
        if better <= ratio:
            return frozenset(entry.key for entry in by_gain[:count])
        ratio = better


def _explained(found: CategoryTotal) -> list[Sentence]:
    title = found.category.title
    lines = [_overridden(entry) for entry in (*found.counted, *found.dropped) if entry.override]
    lines += [
        say("%(title)s is left out as one of the lowest: %(points)s of %(most)s",
            title=entry.title, points=plain(entry.standing), most=plain(entry.most))
        for entry in found.dropped
    ]  # fmt: skip
    lines += [
        say("%(title)s does not count: %(why)s", title=entry.title, why=_WHY[entry.state])
        for entry in found.not_counted
        if entry.state in _WHY
    ]
    if found.share is None:
        return [*lines, say("%(category)s: nothing counts yet", category=title)]
    points = sum((entry.standing for entry in found.counted), Decimal(0))
    most = sum((entry.most for entry in found.counted), Decimal(0))
    terms = " + ".join(f"{plain(e.standing)}/{plain(e.most)}" for e in found.counted)
    lines.append(
        say("%(category)s: %(terms)s, together %(points)s of %(most)s = %(percent)s%%",
            category=title, terms=terms, points=plain(points), most=plain(most),
            percent=plain(on_scale(found.share, Decimal(100))))
    )  # fmt: skip
    return lines


_WHY = {
    "waiting": say("it waits for a mark"),
    "open": say("it is not due yet"),
    "excused": say("the learner is excused"),
}


def _overridden(entry: Entry) -> Sentence:
    override = entry.override
    reason = override.reason if override else ""
    return say(
        "%(title)s was calculated as %(before)s and set to %(after)s: %(reason)s",
        title=entry.title,
        before=plain(entry.points),
        after=plain(entry.standing),
        reason=reason,
    )


def _sum_of(
    present: Sequence[tuple[CategoryTotal, Fraction]],
    weights: Sequence[Fraction],
    whole: Fraction,
    share: Fraction,
) -> Sentence:
    terms = " + ".join(
        f"{plain(on_scale(part, Decimal(100)))}% × {weight}/{whole}"
        for weight, (_, part) in zip(weights, present, strict=True)
    )
    return say(
        "Total: %(terms)s = %(percent)s%%",
        terms=terms,
        percent=plain(on_scale(share, Decimal(100))),
    )


def plain(value: Decimal) -> str:
    """Return a number in its shortest form."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") or "0" if "." in text else text

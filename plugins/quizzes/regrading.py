"""Marking again after a question was changed: first a dry run, then with what the author chose.

Answers are never touched. A mark never falls unless somebody signs for it, and what cannot be
decided by calculation keeps its mark and waits for a person.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from plugins.quizzes.answers import Answer, is_empty, is_readable
from plugins.quizzes.changes import essence, kinds_of_change
from plugins.quizzes.draws import draw_values
from plugins.quizzes.marking import Result, mark
from plugins.quizzes.questions import Question


@dataclass(frozen=True, slots=True)
class Standing:
    """An answer that was kept, and the mark that stands for it."""

    attempt: str
    seed: str
    answer: Answer
    points: Decimal


@dataclass(frozen=True, slots=True)
class Regraded:
    """What becomes of one mark.

    `computed` is what marking from scratch gives, None where a person must look; `points` is what
    stands from now on. `verdict`: same, rises, falls (signed), kept (would fall, nobody signed) or
    eye (a person must look; the mark stands meanwhile).
    """

    attempt: str
    before: Decimal
    computed: Decimal | None
    points: Decimal
    verdict: str


@dataclass(frozen=True, slots=True)
class Impact:
    """What an edit would do to the marks that stand, before anything is done."""

    changes: frozenset[str]
    answers: int = 0
    same: int = 0
    rises: int = 0
    falls: int = 0
    eye: int = 0


def impact(old: Question, new: Question | None, standings: Iterable[Standing]) -> Impact:
    """Return how many marks would rise, fall or need a person's eye. Nothing is changed.

    An answer to a question that was split belongs to the old question: compare that one with what
    keeps its id, or with None where nothing does.
    """
    counts = {"same": 0, "rises": 0, "falls": 0, "kept": 0, "eye": 0}
    for row in regrade(old, new, standings, signature="dry run"):
        counts[row.verdict] += 1
    return Impact(
        kinds_of_change(old, new),
        sum(counts.values()),
        counts["same"],
        counts["rises"],
        counts["falls"],
        counts["eye"],
    )


def regrade(
    old: Question, new: Question | None, standings: Iterable[Standing], *, signature: str = ""
) -> Iterator[Regraded]:
    """Yield what becomes of each mark, in the order of the standings.

    Without a signature no mark falls. An edit that no mark depends on, as a typo, touches none.
    """
    if new is not None and essence(old) == essence(new):
        for standing in standings:
            yield _unchanged(standing, "same", standing.points)
        return
    marker = _Marker(old, new)
    for standing in standings:
        result = marker.mark(standing)
        if result is None:
            yield _unchanged(standing, "eye", None)
        else:
            yield _decided(standing, result.points, bool(signature))


def _unchanged(standing: Standing, verdict: str, computed: Decimal | None) -> Regraded:
    return Regraded(standing.attempt, standing.points, computed, standing.points, verdict)


def _decided(standing: Standing, computed: Decimal, signed: bool) -> Regraded:
    before = standing.points
    if computed == before:
        return Regraded(standing.attempt, before, computed, before, "same")
    if computed > before:
        return Regraded(standing.attempt, before, computed, computed, "rises")
    if signed:
        return Regraded(standing.attempt, before, computed, computed, "falls")
    return Regraded(standing.attempt, before, computed, before, "kept")


def result_of(old: Question, new: Question, seed: str, answer: Answer) -> Result | None:
    """Return what one answer to the old version is worth by the new one, or None for a person."""
    return _Marker(old, new).mark(Standing("", seed, answer, Decimal(0)))


class _Marker:
    """Marks equal answers once: fifteen thousand learners choose among few options."""

    def __init__(self, old: Question, new: Question | None) -> None:
        self._old = old
        self._new = new
        self._seeded = old.is_seeded or (new is not None and new.is_seeded)
        self._by_hand = _is_by_hand(old, new)
        self._known: dict[Any, Result | None] = {}

    def mark(self, standing: Standing) -> Result | None:
        """Return the result, or None where a person must look."""
        name = _name_of(standing, self._seeded)
        if name not in self._known:
            self._known[name] = self._mark(standing)
        return self._known[name]

    def _mark(self, standing: Standing) -> Result | None:
        new, value = self._new, standing.answer.value
        if new is None or (self._by_hand and not is_empty(value)):
            return None
        if not is_empty(value) and not is_readable(new, value):
            return None
        if self._seeded and not _saw_the_same(self._old, new, standing.seed):
            return None
        return mark(new, standing.seed, standing.answer)


def _is_by_hand(old: Question, new: Question | None) -> bool:
    return new is None or "essay" in (old.kind, new.kind)


def _saw_the_same(old: Question, new: Question, seed: str) -> bool:
    """Tell whether the new version shows the values that this learner calculated with."""
    return draw_values(old, seed) == draw_values(new, seed)


def _name_of(standing: Standing, seeded: bool) -> Any:
    value = standing.answer.value
    return (
        type(value).__name__, _frozen(value), standing.answer.hints,
        standing.seed if seeded else "",
    )  # fmt: skip


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple(sorted(((str(k), _frozen(v)) for k, v in value.items()), key=repr))
    if isinstance(value, list | tuple):
        return tuple(_frozen(item) for item in value)
    return repr(value) if isinstance(value, float) else value

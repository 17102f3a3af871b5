"""What becomes of a mark when its question has a new version. Pure: the same twice is the same."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from app.activities.hooks import ActivityType, Change, Item, Marked

NOTICE = "regrading.marks"
MOST_REASON = 300
MOST_GROUPS = 6
Verdict = Literal["same", "rises", "falls", "kept", "eye"]
Spot = tuple[str, str, str]
"""A question: the ids of its lesson, its block, and its own."""


@dataclass(frozen=True, slots=True)
class Given:
    """An answer that was kept, with the mark that stands for it, in hundredths of a point."""

    person_id: int
    attempt_id: int
    writer: str
    seq: int
    spot: Spot
    seed: str
    value: str
    """JSON, in its one form."""
    hints: int
    version_id: int
    points: int
    center_id: int = 0


@dataclass(frozen=True)
class Edited:
    """A question of which answers were marked by other versions than the new one.

    `item` is the question as it is now, None where it is gone; `versions` are the documents by
    which its answers were marked. Of an exam it is a question of the bank.
    """

    spot: Spot
    kind: str
    type: ActivityType
    item: Item | None
    versions: Mapping[int, Mapping[str, Any]]
    change: Change
    answers: int


def decide(before: int, computed: int | None, *, may_fall: bool) -> Verdict:
    """Return what becomes of a mark. None: nobody can say but a person."""
    if computed is None:
        return "eye"
    if computed == before:
        return "same"
    if computed > before:
        return "rises"
    return "falls" if may_fall else "kept"


class Marker:
    """Marks answers by the new version of their question; equal answers are marked once."""

    def __init__(self, edited: Iterable[Edited]) -> None:
        self._edited = {one.spot: one for one in edited}
        self._known: dict[Any, Marked | None] = {}

    def mark(self, given: Given) -> Marked | None:
        """Return what an answer is worth from scratch, or None where a person must look."""
        edited = self._edited[given.spot]
        seed = given.seed if edited.change.is_seeded else ""
        key = given.spot, given.version_id, given.value, given.hints, seed
        if key not in self._known:
            self._known[key] = self._mark(edited, given)
        return self._known[key]

    def _mark(self, edited: Edited, given: Given) -> Marked | None:
        if edited.item is None or edited.type.remark is None:
            return None
        before = edited.versions[given.version_id]
        value = json.loads(given.value)
        return edited.type.remark(before, edited.item.document, given.seed, value, given.hints)

    def words(self, given: Given) -> str:
        """Return what was answered, as the author reads it."""
        edited, value = self._edited[given.spot], json.loads(given.value)
        if edited.type.say_answer is None or value is None:
            return "–" if value is None else given.value
        return edited.type.say_answer(edited.versions[given.version_id], value)


@dataclass(frozen=True, slots=True)
class Group:
    """Equal answers: what was answered, by how many, and what their marks would do."""

    words: str
    count: int
    verdict: Verdict
    delta: int
    """In hundredths of a point; what they would lose where the mark is kept."""


@dataclass(frozen=True)
class Effect:
    """What an edit of one question does, before anything is done."""

    edited: Edited
    rises: int = 0
    kept: int = 0
    eye: int = 0
    groups: tuple[Group, ...] = ()


@dataclass(frozen=True)
class Impact:
    """What a revision does to the marks of a course; `people` whose points would rise."""

    effects: tuple[Effect, ...] = ()
    people: int = 0

    @property
    def rises(self) -> int:
        """Return how many marks would rise."""
        return sum(one.rises for one in self.effects)

    @property
    def kept(self) -> int:
        """Return how many marks would fall."""
        return sum(one.kept for one in self.effects)

    @property
    def eye(self) -> int:
        """Return how many answers a person must look at."""
        return sum(one.eye for one in self.effects)

    @property
    def touches_marks(self) -> bool:
        """Tell whether there is anything to decide."""
        return any(one.edited.change.touches_marks for one in self.effects)


@dataclass
class Tally:
    """Counts what becomes of the answers to one question."""

    verdicts: Counter[str] = field(default_factory=Counter)
    groups: Counter[tuple[str, Verdict, int]] = field(default_factory=Counter)

    def add(self, verdict: Verdict, words: str, delta: int) -> None:
        """Count one answer."""
        self.verdicts[verdict] += 1
        if verdict != "same":
            self.groups[words, verdict, delta] += 1

    def effect(self, edited: Edited) -> Effect:
        """Return what was counted, the largest groups first."""
        found = [
            Group(words, count, verdict, delta)
            for (words, verdict, delta), count in self.groups.most_common(MOST_GROUPS)
        ]
        seen = self.verdicts
        return Effect(edited, seen["rises"], seen["kept"], seen["eye"], tuple(found))


def weigh(edited: Iterable[Edited], answers: Iterable[Given]) -> Impact:
    """Return what a revision would do to marks. Nothing is changed."""
    edits = list(edited)
    marker, tallies = Marker(edits), {one.spot: Tally() for one in edits}
    people: set[int] = set()
    for given in answers:
        marked = marker.mark(given)
        computed = None if marked is None else marked.points
        verdict = decide(given.points, computed, may_fall=False)
        if verdict == "rises":
            people.add(given.person_id)
        delta = 0 if computed is None else computed - given.points
        tallies[given.spot].add(verdict, marker.words(given), delta)
    return Impact(tuple(tallies[one.spot].effect(one) for one in edits), len(people))

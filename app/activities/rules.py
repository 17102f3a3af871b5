"""Where an activity stands, how answers are told apart, what an attempt is worth. Plain values."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

T = TypeVar("T")
_SPAN = 1 << 64
MOST_VALUE = 100_000
"""Bytes of one answer as JSON."""
ASIDE = "~"
"""What is kept of an item beside its answer has its id with this before it. No id begins so."""
MOST_CARRIED = 1_800
"""Bytes of a visitor's answers that a cookie holds."""
WAITING = "waiting"


@dataclass(frozen=True)
class Choice:
    """Something that an answer to an item can hold, in words. `key` is its own within the item."""

    key: str
    words: str
    is_right: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A block of a lesson of a course. The ids are its author's and for ever."""

    course_id: int
    lesson_id: str
    block_id: str


@dataclass(frozen=True, slots=True)
class Mended:
    """A mark that was changed: from how many hundredths of a point to how many, why and when."""

    before: int
    after: int
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ItemState:
    """What a person has answered to one item: the last answer and its mark, and the best one."""

    value: Any
    hints: int
    points: int
    most: int
    state: str
    details: Mapping[str, Any]
    tries: int
    best: int
    mended: tuple["Mended", ...] = ()
    """What became of the mark of the last answer after it was given, the oldest first."""

    @property
    def is_right(self) -> bool:
        """Tell whether it was answered rightly: hints may have cost some of the points."""
        return self.state == "right" or (self.best >= self.most and self.state != WAITING)


@dataclass(frozen=True, slots=True)
class State:
    """How far a person is with an activity; `seed` decides what is drawn for them."""

    seed: str = ""
    items: Mapping[str, ItemState] = field(default_factory=dict)
    hints: Mapping[str, int] = field(default_factory=dict)
    """How many hints were opened, by item."""

    def tries_left(self, item: str, tries: int) -> int | None:
        """Return how often the item may still be checked; None: without limit."""
        if not tries:
            return None
        known = self.items.get(item)
        return max(0, tries - (known.tries if known else 0))

    def is_over(self, item: str, tries: int) -> bool:
        """Tell whether the item is right, or no try is left: the solution may be shown."""
        known = self.items.get(item)
        return known is not None and (known.is_right or self.tries_left(item, tries) == 0)


def as_text(value: Any) -> str:
    """Return JSON in the one form that is kept and compared."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def version_of(document: Mapping[str, Any]) -> str:
    """Return the name of what was asked: the SHA-256 of its JSON."""
    return hashlib.sha256(as_text(document).encode("utf-8", "surrogatepass")).hexdigest()


def practice_seed(person_id: int, place: Place, number: int = 1) -> str:
    """Return the seed of somebody's practice (0: a visitor's), known before anything is kept.

    So the first answer finds the order and the numbers that the page showed.
    """
    parts = (person_id, place.course_id, place.lesson_id, place.block_id, number)
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:32]


def earned(best: Iterable[int]) -> int:
    """Return what an activity is worth: the best mark of each item, added up."""
    return sum(best)


Carried = dict[str, dict[str, dict[str, tuple[Any, int]]]]


def carried_answers(carried: Mapping[str, Any]) -> Carried:
    """Return the answers in what a browser carried: by course, `lesson/block` and item.

    Each is the answer and how many hints were open. Whatever has another shape is left out.
    """
    return {
        course: {
            where: {
                item: (kept[0], kept[1])
                for item, kept in _items(items)
                if isinstance(kept, list | tuple) and len(kept) == 2 and isinstance(kept[1], int)
            }
            for where, items in _items(blocks)
        }
        for course, blocks in _items(carried.get("answers"))
    }


def _items(found: Any) -> list[tuple[str, Any]]:
    return list(found.items()) if isinstance(found, dict) else []


class Draws:
    """A stream of numbers that follows from its seeds alone, for ever, by SHA-256.

    The language's own generator may change between versions; this one may not. Each purpose has a
    stream of its own, so that what is added to one thing moves nothing in another.
    """

    def __init__(self, *seeds: str) -> None:
        self._key = hashlib.sha256("\x1f".join(seeds).encode("utf-8", "surrogatepass")).digest()
        self._count = 0

    def below(self, limit: int) -> int:
        """Return a number from 0 to `limit` - 1, each equally likely; 1 ≤ limit ≤ 2⁶⁴."""
        fair = _SPAN - _SPAN % limit
        while True:
            block = hashlib.sha256(self._key + self._count.to_bytes(8, "big")).digest()
            self._count += 1
            number = int.from_bytes(block[:8], "big")
            if number < fair:
                return number % limit

    def shuffled(self, items: Sequence[T]) -> tuple[T, ...]:
        """Return the items in a drawn order (Fisher–Yates)."""
        left = list(items)
        for last in range(len(left) - 1, 0, -1):
            other = self.below(last + 1)
            left[last], left[other] = left[other], left[last]
        return tuple(left)

    def sample(self, items: Sequence[T], count: int) -> tuple[T, ...]:
        """Return `count` of the items, or all where there are fewer, in a drawn order."""
        return self.shuffled(items)[: max(0, count)]

"""What the gradebook asks of features that give marks, and what happens in it, as an event."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import ClassVar

from app.activities.rules import Place
from app.kernel.outbox import Event


@dataclass(frozen=True)
class MarkersOf:
    """Who gave a learner's marks in an activity, so that nobody is their own second reader.

    `find(person_id, place)` returns the ids of people; one statement at most.
    """

    find: Callable[[int, Place], Collection[int]]


@dataclass(frozen=True)
class MarkSet(Event):
    """A person set a mark of somebody, or set aside one that was set; it counts from now on."""

    name: ClassVar[str] = "gradebook.mark_set.v1"
    person_id: int
    course_id: int
    lesson_id: str
    block_id: str
    center_id: int = 0

"""What the gradebook asks of features that give marks."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from app.activities.rules import Place


@dataclass(frozen=True)
class MarkersOf:
    """Who gave a learner's marks in an activity, so that nobody is their own second reader.

    `find(person_id, place)` returns the ids of people; one statement at most.
    """

    find: Callable[[int, Place], Collection[int]]

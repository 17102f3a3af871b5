"""What features above bring to the pages of a center, and what happens in centers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

from app.kernel.i18n import Sentence
from app.kernel.outbox import Event


@dataclass(frozen=True)
class PlaceLink:
    """A link on a page of a center, its people, one person or a cohort, for who has the permission.

    Pages of a person or a cohort hand their `public_id` to the endpoint. A `tab` stands on every
    page of a center; `member` is where the name of a cohort's member leads, with their `public_id`.
    """

    page: Literal["tab", "center", "people", "person", "cohort", "member"]
    label: Sentence
    endpoint: str
    permission: str
    order: int = 50


@dataclass(frozen=True)
class CourseChoice:
    """A course that centers can offer."""

    id: int
    title: str


@dataclass(frozen=True)
class CourseChoices:
    """Where the courses come from; `find(language)` lists them all in one statement."""

    find: Callable[[str], list[CourseChoice]]


@dataclass(frozen=True)
class CohortJoined(Event):
    """Somebody became a member of a cohort."""

    name: ClassVar[str] = "centers.cohort_joined.v1"
    center_id: int
    cohort_id: int
    person_id: int


@dataclass(frozen=True)
class CohortLeft(Event):
    """Somebody is not a member of a cohort any more."""

    name: ClassVar[str] = "centers.cohort_left.v1"
    center_id: int
    cohort_id: int
    person_id: int

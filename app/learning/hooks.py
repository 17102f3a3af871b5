"""What happens in learning, for whoever subscribes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from app.kernel.outbox import Event

if TYPE_CHECKING:
    from app.learning.queries import Study


@dataclass(frozen=True)
class LearnerEnrolled(Event):
    """Somebody began a course."""

    name: ClassVar[str] = "learning.learner_enrolled.v1"
    person_id: int
    course_id: int
    center_id: int | None
    cohort_id: int | None


@dataclass(frozen=True)
class LessonFinished(Event):
    """Somebody finished a lesson for the first time."""

    name: ClassVar[str] = "learning.lesson_finished.v1"
    person_id: int
    course_id: int
    lesson_id: str


@dataclass(frozen=True)
class CourseFinished(Event):
    """Somebody met the course's rule of completion, for the first time."""

    name: ClassVar[str] = "learning.course_finished.v1"
    person_id: int
    course_id: int
    enrollment_id: int


@dataclass(frozen=True)
class CoursePart:
    """What another feature puts on the cover of a course.

    `render` takes the study and the language of the text, and returns safe HTML, "" for nothing.
    """

    render: Callable[["Study", str], str]


@dataclass(frozen=True)
class LessonFilter:
    """Changes the HTML of a lesson on its way to one browser, for instance to leave pictures out.

    `apply` takes safe HTML, the study and the language of the text, and returns safe HTML.
    """

    apply: Callable[[str, "Study", str], str]

"""What happens in learning, for whoever subscribes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from app.courses.hooks import BlockContext
from app.kernel.i18n import Sentence
from app.kernel.outbox import Event
from app.kernel.pieces import Piece

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


Slot = Literal[
    "course.header", "course.sidebar", "course.after_outline", "lesson.tools", "lesson.after"
]


@dataclass(frozen=True)
class CoursePanel:
    """Something on the pages of courses and lessons, at one of their places (`slot`).

    `find(context)` returns a Piece, or None; it reads only. On a course's page the context has no
    lesson (`lesson_id` is empty).
    """

    slot: Slot
    find: Callable[[BlockContext], Piece | None]
    order: int = 50


@dataclass(frozen=True)
class Enrolling:
    """Somebody who is about to begin a course, and for which center and cohort."""

    person_id: int
    course_id: int
    course_slug: str
    center_id: int | None
    cohort_id: int | None


@dataclass(frozen=True)
class EnrollmentRule:
    """Who may begin a course, beside what the core asks. One that refuses is enough.

    `check(enrolling)` returns None, or the sentence with which it is refused; it reads only, in
    the transaction of the enrollment. When it fails, nobody is enrolled.
    """

    check: Callable[[Enrolling], Sentence | None]


@dataclass(frozen=True)
class LessonFilter:
    """Changes the HTML of a lesson on its way to one browser, for instance to leave pictures out.

    `apply` takes safe HTML, the study and the language of the text, and returns safe HTML.
    """

    apply: Callable[[str, "Study", str], str]

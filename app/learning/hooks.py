"""What happens in learning, for whoever subscribes."""

from dataclasses import dataclass
from typing import ClassVar

from app.kernel.outbox import Event


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

"""Who may read a lesson."""

from app.content.rules import Lesson
from app.learning.rules import EnrollmentInfo


def can_read(enrollment: EnrollmentInfo | None, lesson: Lesson) -> bool:
    """Tell whether a lesson is open to this person: enrolled, or the lesson is a preview."""
    return lesson.preview or enrollment is not None

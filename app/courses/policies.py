"""Who may write, publish and see the drafts of a course."""

from sqlalchemy import ColumnElement, true

from app.courses.models import Course
from app.kernel.actors import Actor


def can_edit(actor: Actor, course_id: int) -> bool:
    """Tell whether the person may import into the course and see what is not published."""
    return actor.can("courses.write", course=course_id)


def can_publish(actor: Actor, course_id: int) -> bool:
    """Tell whether the person may publish the course and take publications back."""
    return actor.can("courses.publish", course=course_id)


def can_publish_to(actor: Actor, *, cohort_id: int, center_id: int) -> bool:
    """Tell whether the person may decide what this cohort sees."""
    return actor.can("courses.publish", cohort=cohort_id, center=center_id)


def can_create(actor: Actor) -> bool:
    """Tell whether the person may bring a new course in."""
    return actor.can_somewhere("courses.write")


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Filter courses to those that `can_edit` allows."""
    courses = actor.scopes("courses.write", "course")
    return true() if courses is None else Course.id.in_(courses)

"""When the index is renewed: after a publication, and when one begins at a later date."""

from app.catalog.queries import indexed_revisions
from app.catalog.services import index_course
from app.courses.hooks import CoursePublished, PublicationWithdrawn
from app.courses.queries import list_published
from app.kernel import clock
from app.kernel.db import db, write


def follow(event: CoursePublished | PublicationWithdrawn) -> None:
    """Renew the index of one course."""
    with write():
        index_course(course_id=event.course_id, now=clock.now())


def refresh() -> None:
    """Renew the index of every course whose published revision is not the indexed one."""
    now = clock.now()
    published = {course.course_id: course.revision_id for course in list_published(now)}
    indexed = indexed_revisions()
    db.session.rollback()
    for course_id in published.keys() | indexed.keys():
        if published.get(course_id) != indexed.get(course_id):
            with write():
                index_course(course_id=course_id, now=now)

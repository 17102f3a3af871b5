"""What follows for learners when another revision of their course begins to count."""

from datetime import datetime

from app.courses.hooks import CoursePublished, PublicationWithdrawn
from app.kernel import clock, jobs
from app.kernel.db import db, write
from app.kernel.hooks import hooks
from app.kernel.jobs import JobType
from app.kernel.outbox import Subscriber
from app.learning import queries, services

STEP = 200


def complete_all(course_id: int) -> None:
    """Complete the course for whoever has done enough of what it has now.

    A revision with fewer lessons, or another rule, may leave learners with nothing more to do.
    """
    after = 0
    while found := queries.list_unfinished(course_id, after=after, limit=STEP, now=clock.now()):
        after = found[-1].enrollment_id
        enough = [row.person_id for row in found if row.is_enough]
        db.session.rollback()
        if enough:
            with write():
                for person_id in enough:
                    services.complete_if_enough(
                        person_id=person_id, course_id=course_id, now=clock.now()
                    )


def _when_published(event: CoursePublished) -> None:
    begins = datetime.fromisoformat(event.starts_at)
    delay = max(0.0, (begins - clock.now()).total_seconds())
    _enqueue(event.course_id, f"learning.complete:{event.publication_id}", delay)


def _when_withdrawn(event: PublicationWithdrawn) -> None:
    _enqueue(event.course_id, f"learning.complete:{event.publication_id}:withdrawn", 0)


def _enqueue(course_id: int, key: str, delay: float) -> None:
    with write():
        jobs.enqueue("learning.complete_all", {"course_id": course_id}, key=key, delay=delay)


def register() -> None:
    """Make the job and what calls for it known."""
    hooks.register(JobType, "learning.complete_all", JobType(complete_all))
    for name, event, handle in (
        ("learning.published", CoursePublished, _when_published),
        ("learning.withdrawn", PublicationWithdrawn, _when_withdrawn),
    ):
        hooks.register(Subscriber, name, Subscriber(event, handle))

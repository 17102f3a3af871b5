"""What happens to exams by itself: time is up, answers are marked."""

from app.exams import queries, services
from app.exams.marking import PASS, RELEASE, mark_attempt, pass_exam
from app.kernel import clock
from app.kernel.db import db, write
from app.kernel.hooks import hooks
from app.kernel.jobs import JobType


def close() -> None:
    """Close what is overdue, some at a time so that saves go on between."""
    closed = 1
    while closed:
        with write():
            closed = services.close_overdue()


def mark(attempt_id: int) -> None:
    """Mark one attempt."""
    with write():
        mark_attempt(attempt_id=attempt_id, now=clock.now())


def pass_one(attempt_id: int) -> None:
    """Finish the lesson of a passed exam whose marks are released."""
    with write():
        pass_exam(attempt_id=attempt_id, now=clock.now())


def release(course_id: int, cohort_id: int) -> None:
    """Finish the lessons of the passed exams of a cohort, one after the other."""
    attempts = queries.list_marked(course_id, cohort_id)
    db.session.rollback()  # each is written in a transaction of its own
    for attempt_id in attempts:
        pass_one(attempt_id)


def register() -> None:
    """Make the jobs known; closing is done every minute."""
    hooks.register(JobType, "exams.close", JobType(close, schedule="* * * * *"))
    hooks.register(JobType, services.MARK, JobType(mark))
    hooks.register(JobType, PASS, JobType(pass_one))
    hooks.register(JobType, RELEASE, JobType(release))

"""What happens to exams by itself: time is up, answers are marked."""

from app.exams import services
from app.exams.marking import mark_attempt
from app.kernel import clock
from app.kernel.db import write
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


def register() -> None:
    """Close every minute."""
    hooks.register(JobType, "exams.close", JobType(close, schedule="* * * * *"))
    hooks.register(JobType, services.MARK, JobType(mark))

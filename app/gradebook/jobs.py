"""Telling learners that their marks are released, when they are."""

from app.gradebook import services
from app.kernel import clock
from app.kernel.db import write
from app.kernel.hooks import hooks
from app.kernel.jobs import JobType


def tell(cohort_id: int, course_id: int) -> None:
    """Tell a cohort; again tells nobody twice."""
    with write():
        services.tell_released(cohort_id=cohort_id, course_id=course_id, now=clock.now())


def register() -> None:
    """Make the job known."""
    hooks.register(JobType, services.RELEASED, JobType(tell))

"""Work in the background."""

from app.kernel import clock
from app.kernel.db import write
from app.kernel.hooks import hooks
from app.kernel.jobs import JobType
from app.questions import services


def forget_old() -> None:
    """Remove files of questions about which nobody decided."""
    with write():
        services.forget_old(now=clock.now())


def register() -> None:
    """Make the job known."""
    hooks.register(JobType, "questions.forget_old", JobType(forget_old, schedule="35 3 * * *"))

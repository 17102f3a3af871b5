"""The clean-up of sessions."""

from app.kernel import clock
from app.kernel.db import write
from app.kernel.hooks import hooks
from app.kernel.jobs import JobType
from app.signin import services


def forget_old() -> None:
    """Remove sessions that nobody can continue."""
    with write():
        services.forget_old(now=clock.now())


def register() -> None:
    """Let it be done every hour."""
    hooks.register(JobType, "signin.forget_old", JobType(forget_old, schedule="37 * * * *"))

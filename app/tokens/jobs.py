"""The clean-up of secrets."""

from app.kernel import clock
from app.kernel.db import write
from app.kernel.hooks import hooks
from app.kernel.jobs import JobType
from app.tokens import services


def forget_old() -> None:
    """Remove secrets that nobody can use any more."""
    with write():
        services.forget_old(now=clock.now())


def register() -> None:
    """Let it be done every hour."""
    hooks.register(JobType, "tokens.forget_old", JobType(forget_old, schedule="27 * * * *"))

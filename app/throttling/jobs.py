"""The clean-up of counters."""

from app.kernel import clock
from app.kernel.db import write
from app.kernel.hooks import hooks
from app.kernel.jobs import JobType
from app.throttling import services


def forget_old() -> None:
    """Remove counters that count nothing any more."""
    with write():
        services.forget_old(now=clock.now())


def register() -> None:
    """Let it be done every hour."""
    hooks.register(JobType, "throttling.forget_old", JobType(forget_old, schedule="17 * * * *"))

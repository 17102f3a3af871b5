"""The clean-up of sessions, and what the admin's page asks about guessing."""

from app.kernel import clock
from app.kernel.db import write
from app.kernel.health import Check
from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.kernel.jobs import JobType
from app.signin import services
from app.throttling import services as throttling


def forget_old() -> None:
    """Remove sessions that nobody can continue."""
    with write():
        services.forget_old(now=clock.now())


def check_guessing() -> Check:
    """Tell admins when one password is tried on many accounts. Reads only."""
    if not throttling.count_slowed("password", services.PASSWORD):
        return Check(True, say("Nobody tries one password on many accounts."))
    return Check(
        False,
        say("A password is being tried on many accounts. Each further try has to wait."),
        say("Require two-step sign-in of staff: RIHLA_STAFF_SECOND_FACTOR=require."),
        urgent=False,
    )


def register() -> None:
    """Let it be done every hour."""
    hooks.register(JobType, "signin.forget_old", JobType(forget_old, schedule="37 * * * *"))

"""The nightly backup, and what the admin's page asks about it."""

from datetime import timedelta

from app.backups import queries, services
from app.backups.rules import BackupFailed
from app.kernel import clock, jobs
from app.kernel.db import write
from app.kernel.health import Check
from app.kernel.i18n import say, translate
from app.settings import get_settings

FRESH = timedelta(hours=36)
"""A night may fail and be tried again; a day and a half without a good backup is too long."""
TODO = say("Run `rihla backup create` and read what it says.")


def nightly() -> None:
    """Make a backup, restore it for a check, and only then let the oldest go."""
    at = clock.now()
    try:
        made = services.create_backup(now=at)
        with write():
            services.keep_run(at=at, made=made)
        jobs.report(1, 2)
        verdict = services.verify_backup(made.path)
    except BackupFailed as failure:
        with write():
            services.keep_run(at=at, made=None, error=translate(failure.sentence, "en"))
        raise
    _conclude(made.path.name, verdict.problems)


def _conclude(file: str, problems: tuple[str, ...]) -> None:
    error = "; ".join(problems)
    with write():
        services.mark_verified(file=file, at=None if error else clock.now(), error=error)
    if error:
        raise RuntimeError(f"the backup {file} is not good: {error}")
    services.prune(get_settings().backups_kept)
    jobs.report(2, 2)


def check() -> Check:
    """Tell how old the last backup is that could be restored."""
    state, now = queries.last_state(), clock.now()
    if state.error:
        return Check(False, say("The last backup failed: %(error)s", error=state.error[:300]), TODO)
    if state.made_at is None:
        return Check(False, say("There is no backup yet."), TODO, urgent=False)
    if state.verified_at is None:
        return Check(False, say("No backup was restored for a check yet."), VERIFY, urgent=False)
    hours = int((now - state.verified_at).total_seconds() // 3600)
    if now - state.verified_at > FRESH:
        return Check(
            False, say("The last verified backup is %(hours)s hours old.", hours=hours), TODO
        )
    return Check(True, say("The last backup was verified %(hours)s hours ago.", hours=hours))


VERIFY = say("Run `rihla backup verify` with the newest file of `rihla backup list`.")

"""Backups: the whole site in one file, checked by restoring it.

Not replication, and not a way to move single courses or people (`rihla courses export`, My data).
"""

from importlib import import_module

from flask import Flask

from app.backups import cli, jobs
from app.kernel.health import HealthCheck
from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.kernel.jobs import JobType
from app.settings import get_settings


def init_app(app: Flask) -> None:
    """Register the commands, the nightly job and the check of its age."""
    app.cli.add_command(cli.backup)
    if get_settings().database.startswith("postgresql"):
        import_module("app.backups.postgresql")  # now: on a full disk it may not be read any more
    hooks.register(
        JobType, "backups.nightly", JobType(jobs.nightly, schedule="15 2 * * *", timeout=4 * 3600)
    )
    hooks.register(HealthCheck, "backups", HealthCheck(say("Backups"), jobs.check))

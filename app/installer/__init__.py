"""Plugins come and go: archives, signatures, the catalog, installing, upgrading, rolling back.

Which plugin is on where, and keeping a failing one from harm, is app.plugins.
"""

from flask import Flask

from app.installer import catalogs, jobs, routes
from app.installer.services import WORK
from app.kernel.hooks import hooks
from app.kernel.jobs import JobType
from app.plugins.hooks import Installing


def init_app(app: Flask) -> None:
    """Register the pages and the background work."""
    app.register_blueprint(routes.bp)
    hooks.register(
        Installing,
        "installer",
        Installing("installer.store", "installer.versions", catalogs.find_doubt),
    )
    hooks.register(JobType, WORK, JobType(jobs.work, timeout=1800))
    hooks.register(
        JobType, "installer.resume", JobType(jobs.resume, schedule="* * * * *", timeout=1800)
    )
    hooks.register(
        JobType, "installer.look_back", JobType(jobs.tell_of_revoked, schedule="17 * * * *")
    )

"""What each process of the site begins with: the web's, and those that do the jobs.

A web server imports `app.wsgi:create_wsgi`. Each process watches which plugins are installed.
"""

import gc

from flask import Flask

from app import create_app
from app.installer.files import adopt
from app.kernel.worker import Worker, work_until_signal
from app.plugins.watching import watch


def create_wsgi() -> Flask:
    """Return the application; what start-up built is left out of later garbage collections."""
    app = create_app()
    watch(app, "web", lambda: adopt(app.extensions["settings"]))
    gc.collect()
    gc.freeze()
    return app


def work_on_jobs(app: Flask | None = None, *, slots: int = 2) -> None:
    """Do background jobs until SIGTERM, or until other plugins are installed."""
    app = app or create_app()
    settings, worker = app.extensions["settings"], Worker(app, slots=slots)
    watch(app, "jobs", lambda: adopt(settings), when_stale=worker.stop)
    work_until_signal(worker)

"""Rihla, a learning platform: `create_app` puts the parts together and decides nothing else."""

import gc
from importlib import import_module
from pathlib import Path

from flask import Flask

from app.settings import Settings, load_settings, use_settings

__version__ = "0.1.0"

PARTS = (
    "web",
    "messages",
    "tokens",
    "throttling",
    "accounts",
    "signin",
    "secondfactor",
    "signup",
    "centers",
    "partners",
    "notices",
    "courses",
    "learning",
    "catalog",
    "offline",
    "activities",
    "exams",
    "marking",
    "gradebook",
    "projects",
    "credentials",
    "printing",
    "checker",
    "badges",
    "invigilation",
    "rosters",
    "regrading",
    "studio",
    "itemanalysis",
    "questions",
    "privacy",
    "help",
    "backups",
    "admin",
    "home",
    "demo",
    "plugins",
    "installer",
)
"""The parts of the site from the most general to the most specific (setup.cfg, contract 1)."""

ROOT = Path(__file__).resolve().parent.parent


def create_app(settings: Settings | None = None) -> Flask:
    """Return a ready application for `settings`, or for what the environment says."""
    settings = use_settings(settings or load_settings(ROOT / "instance"))
    gc.disable()  # what is made here stays: looking for waste is a fifth of a start
    try:
        return _put_together(settings)
    finally:
        gc.enable()


def _put_together(settings: Settings) -> Flask:
    from app.kernel import db, jobs, logs, outbox
    from app.kernel.hooks import hooks
    from app.web import check
    from app.web.application import Application

    app = Application(__name__, instance_path=str(settings.instance), static_folder=None)
    app.extensions["settings"] = settings
    hooks.clear()
    for part in (logs, db, jobs, outbox):
        part.init_app(app)
    for name in PARTS:
        import_module(f"app.{name}").init_app(app)
    import_module("app.plugins").start(app, settings)
    check(app)
    return app

"""Rihla, a learning platform: `create_app` puts the parts together and decides nothing else."""

from pathlib import Path

from flask import Flask

from app.settings import Settings, load_settings, use_settings

__version__ = "0.1.0"

ROOT = Path(__file__).resolve().parent.parent


def create_app(settings: Settings | None = None) -> Flask:
    """Return a ready application for `settings`, or for what the environment says."""
    from app import accounts, web
    from app.kernel import db, logs
    from app.kernel.hooks import hooks

    settings = use_settings(settings or load_settings(ROOT / "instance"))
    app = Flask(__name__, instance_path=str(settings.instance), static_folder=None)
    app.extensions["settings"] = settings
    hooks.clear()
    for part in (logs, db, web, accounts):
        part.init_app(app)
    web.check(app)
    return app

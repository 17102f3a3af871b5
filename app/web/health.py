"""Two questions a machine asks: is the process alive, and may it be sent people."""

import shutil
from typing import Any

from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.kernel import migrations
from app.kernel.db import db
from app.settings import get_settings
from app.web.access import access


def init_app(app: Flask) -> None:
    """Register the two addresses."""
    app.add_url_rule("/healthz", "web.healthz", healthz)
    app.add_url_rule("/readyz", "web.readyz", readyz)


@access("public")
def healthz() -> Any:
    """Say that the process answers; asks nothing of the database."""
    return {"status": "ok"}


@access("public")
def readyz() -> Any:
    """Say 200 when database, schema and disk are in order, else 503 with what is not."""
    faults = []
    try:
        db.session.execute(text("SELECT 1"))
        if migrations.pending():
            faults.append("migrations")
    except SQLAlchemyError:
        faults.append("database")
    usage = shutil.disk_usage(get_settings().instance)
    if usage.free < usage.total * 0.02:
        faults.append("disk")
    return {"status": "not ready" if faults else "ok", "faults": faults}, 503 if faults else 200

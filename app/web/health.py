"""Two questions a machine asks: is the process alive, and may it be sent people."""

import shutil
from datetime import UTC
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.kernel import clock, migrations
from app.kernel.db import db
from app.settings import get_settings
from app.web.access import access

MOST_APART = 2
"""Seconds by which this machine's clock may differ from the database's, which decides."""


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
    """Say 200 when database, clock, schema and disk are in order, else 503 with what is not."""
    faults = []
    try:
        there = db.session.scalars(select(clock.sql_now())).one()
        if abs((there.replace(tzinfo=UTC) - clock.now()).total_seconds()) > MOST_APART:
            faults.append("clock")
        if migrations.pending():
            faults.append("migrations")
    except SQLAlchemyError:
        faults.append("database")
    usage = shutil.disk_usage(get_settings().instance)
    if usage.free < usage.total * 0.02:
        faults.append("disk")
    return {"status": "not ready" if faults else "ok", "faults": faults}, 503 if faults else 200

"""A file of people on its way through a test."""

import io
from typing import Any

from app.kernel import clock, jobs
from app.kernel.db import db, write
from app.rosters import services
from app.rosters.models import Roster

HEAD = "name,name_ar,email,phone,cohort,language\n"


def upload(manager: Any, center_id: int, text: str) -> Roster:
    """Upload and check a file, and return its roster."""
    with write():
        roster_id = services.upload_roster(
            actor=manager.actor,
            center_id=center_id,
            file_name="people.csv",
            content=text.encode(),
            now=clock.now(),
        ).id
    jobs.drain()
    return db.session.get_one(Roster, roster_id)


def confirm(manager: Any, roster: Roster, delivery: str = "print") -> Roster:
    """Confirm a roster, without waiting for its jobs."""
    with write():
        services.confirm_roster(
            actor=manager.actor, roster=roster, delivery=delivery, now=clock.now()
        )
    return roster


def sent(text: str) -> dict[str, Any]:
    """Return the body of an upload in the browser."""
    return {"file": (io.BytesIO(text.encode()), "people.csv")}

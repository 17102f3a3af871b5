"""A process that writes as fast as it can until a file appears: `URL STOP TOLD`."""

import json
import sys
import time
from pathlib import Path

from flask import Flask
from sqlalchemy import insert, text
from sqlalchemy.exc import SQLAlchemyError

from app.kernel import clock
from app.kernel.db import db, init_app, write
from app.kernel.jobs import Job
from app.settings import Settings, use_settings


def main(url: str, stop: Path, told: Path) -> None:
    """Write one row in a transaction, again and again, and tell how long each took."""
    settings = use_settings(Settings(database_url=url, instance=stop.parent))
    app = Flask("writer", instance_path=str(stop.parent))
    app.extensions["settings"] = settings
    init_app(app)
    begun, took, errors = [], [], []
    with app.app_context():
        db.session.execute(text("SELECT 1"))
        db.session.rollback()
        told.touch()
        while not stop.exists():
            at, start = time.time(), time.perf_counter()
            try:
                with write() as session:
                    session.execute(
                        insert(Job).values(
                            name="bench.written",
                            args={},
                            state="done",
                            run_at=clock.now(),
                            created_at=clock.now(),
                        )
                    )
            except SQLAlchemyError as error:
                errors.append(str(error))
            begun.append(at)
            took.append((time.perf_counter() - start) * 1000)
    told.write_text(json.dumps({"begun": begun, "took": took, "errors": errors}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))

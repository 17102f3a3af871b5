"""A worker process for the kill test: `python -m tests.kernel.killed_worker URL FOLDER EFFECTS`."""

import sys
import time
from pathlib import Path

from app import create_app
from app.kernel import jobs
from app.kernel.hooks import hooks
from app.kernel.worker import Worker, work_until_signal
from app.settings import Secret, Settings

url, folder, effects = sys.argv[1:]
jobs.LEASE_SECONDS = 3


def effect(number: int) -> None:
    """Take a moment, then note the number."""
    time.sleep(0.02)
    with open(effects, "a") as out:
        out.write(f"{number}\n")


app = create_app(
    Settings(
        instance=Path(folder),
        database_url=url,
        secret_key=Secret("x"),
        testing=True,
        public_url="http://localhost",
    )
)
hooks.register(jobs.JobType, "test.effect", jobs.JobType(effect))
work_until_signal(Worker(app, slots=4))

"""How many jobs go through the queue: leased, done and marked as done."""

import time
from collections.abc import Iterator

from app.kernel import jobs
from app.kernel.db import db, write
from app.kernel.hooks import hooks
from app.kernel.jobs import JobType
from tests.bench.site import Site
from tests.bench.table import Line

DATABASES = ("sqlite", "postgresql")
MANY = 300


def measure(site: Site) -> Iterator[Line]:
    """Do jobs that only count, one by one, in one thread."""
    done: list[int] = []

    def note(number: int) -> None:
        done.append(number)

    hooks.register(JobType, "bench.note", JobType(note))
    with site.app.app_context():
        jobs.drain()  # what the site itself had to do
        with write():
            for number in range(MANY):
                jobs.enqueue("bench.note", {"number": number})
        begun, cpu = time.monotonic(), time.process_time()
        jobs.drain()
        seconds, cpu = time.monotonic() - begun, time.process_time() - cpu
        db.session.remove()
    assert sorted(done) == list(range(MANY))
    yield Line("a job, from lease to done", cpu / MANY * 1000, "ms CPU")
    yield Line("one worker's thread", MANY / seconds, "jobs/s", more="on this disk")

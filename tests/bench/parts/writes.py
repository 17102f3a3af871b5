"""What the kernel's writes cost, each as one of fifty in a transaction."""

from collections.abc import Callable, Iterator
from typing import Any

from app.kernel import audit, jobs, outbox
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from app.learning.hooks import LessonFinished
from tests.bench.site import Site, cpu_ms
from tests.bench.table import Line

DATABASES = ("sqlite", "postgresql")


def measure(site: Site) -> Iterator[Line]:
    """Measure an audit entry, an event and a job."""
    learner = site.people["learner"].id
    acts: dict[str, Callable[[int], Any]] = {
        "audit entry": lambda n: audit.record(SYSTEM, "bench.act", obj=f"thing:{n}"),
        "event in the outbox": lambda n: outbox.record(LessonFinished(learner, 1, str(n))),
        "job enqueued": lambda n: jobs.enqueue("bench.nothing", {"n": n}, delay=86_400),
    }

    def fifty(act: Callable[[int], Any]) -> Callable[[], None]:
        def run() -> None:
            with write():
                for n in range(50):
                    act(n)

        return run

    with site.app.app_context():
        for name, act in acts.items():
            yield Line(name, cpu_ms(fifty(act), times=3, rounds=5) / 50, "ms CPU")
        db.session.remove()

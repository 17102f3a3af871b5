"""`rihla serve` as a whole: its start, its memory, and what it answers over the network."""

import time
from collections.abc import Iterator

from app.demo.rules import MAIN_COURSE
from tests.bench import server
from tests.bench.site import LESSON, Site
from tests.bench.table import Line

DATABASES = ("sqlite", "postgresql")
START_SECONDS, MEMORY_MB = 2.0, 240
SETTLED = 4.0
"""Seconds after which a server that is asked nothing is at rest."""
LINES = 16


def measure(site: Site) -> Iterator[Line]:
    """Start it twice; the second one is measured at rest, then under load."""
    starts: list[server.Served] = []
    lines: list[Line] = []
    for turn in range(2):
        with server.served(site.settings) as running:
            starts.append(running)
            if turn:
                lines = list(_running(running, site))
    best = min(starts, key=lambda start: start.seconds)
    more = f"{best.cpu:.1f} s of CPU in all its processes"
    yield Line("start to the first page", best.seconds, "s", START_SECONDS, more=more)
    yield from lines


def _running(running: server.Served, site: Site) -> Iterator[Line]:
    time.sleep(SETTLED)
    processes = len(server.family(running.pid))
    yield Line(
        "memory at rest (PSS)",
        server.memory_mb(running.pid),
        "MB",
        MEMORY_MB,
        more=f"{processes} processes: two for pages, one for jobs, those that watch",
    )
    lesson = f"/fr/courses/{MAIN_COURSE}/{LESSON}"
    for name, path, role in (
        ("healthz", "/healthz", ""),
        ("lesson, visitor", lesson, ""),
        ("lesson, learner", lesson, "learner"),
    ):
        cookie = f"sid={site.cookies[role]}" if role else ""
        got = server.load(running, path, cookie=cookie, lines=LINES)
        yield Line(f"{name}: CPU of the server", got.cpu_ms, "ms CPU")
        yield Line(
            f"{name}: {LINES} at once",
            got.per_second,
            "answers/s",
            more=f"p50 {got.p50:.0f}, p99 {got.p99:.0f} ms",
        )

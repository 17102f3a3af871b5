"""A backup while people work: what it takes, and what those who write notice of it."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app.backups import services as backups
from app.kernel import clock
from tests.bench.site import Site
from tests.bench.table import Line

DATABASES = ("sqlite", "postgresql")
WARM_SECONDS, START_SECONDS = 2.0, 60.0
"""How long the writer writes before the backup begins, and at most takes to begin."""


@dataclass
class Writing:
    """What the writer saw: for each transaction when it began and the milliseconds it took."""

    begun: list[float] = field(default_factory=list)
    took: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def between(self, first: float, last: float) -> list[float]:
        """Return the durations of what was under way in a span."""
        pairs = zip(self.begun, self.took, strict=True)
        return [took for begun, took in pairs if first <= begun + took / 1000 and begun <= last]


@contextmanager
def writer(site: Site) -> Iterator[Writing]:
    """Let a process write as fast as it can; what it saw is there once the block has ended."""
    folder = site.settings.instance
    stop, told = folder / "stop-writing", folder / "writing.json"
    command = [sys.executable, "-m", "tests.bench.writer", site.url, str(stop), str(told)]
    process = subprocess.Popen(command)
    seen = Writing()
    try:
        until = time.monotonic() + START_SECONDS
        while not told.exists():
            assert process.poll() is None, "the writer ended"
            assert time.monotonic() < until, "the writer does not begin"
            time.sleep(0.05)
        time.sleep(WARM_SECONDS)
        yield seen
    finally:
        stop.touch()
        process.wait(30)
        found = json.loads(Path(told).read_text())
        seen.begun, seen.took, seen.errors = found["begun"], found["took"], found["errors"]
        stop.unlink()
        told.unlink()


def measure(site: Site) -> Iterator[Line]:
    """Back up under a writer at full speed, then restore into a scratch place and compare."""
    with site.app.app_context():
        with writer(site) as seen:
            began = time.time()
            made = backups.create_backup(now=clock.now())
            ended = time.time()
            time.sleep(0.5)
        before, during = seen.between(0, began), seen.between(began, ended)
        verdict = backups.verify_backup(made.path)
    assert verdict.problems == (), verdict.problems
    rows = made.manifest.rows
    yield Line("made", made.seconds, "s", more=f"{rows} rows, {made.size / 1e6:.1f} MB")
    for name, took in (("a writer before it", before), ("a writer meanwhile", during)):
        cuts = statistics.quantiles(took, n=100) if len(took) > 1 else [0.0] * 99
        yield Line(
            f"{name}: p99",
            cuts[98],
            "ms",
            more=f"p50 {cuts[49]:.1f}, longest {max(took, default=0):.0f} ms, {len(took)} writes, "
            f"{len(seen.errors)} errors",
        )
    yield Line("restored and verified", verdict.seconds, "s", more="every row compared")

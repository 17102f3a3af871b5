"""Plugins that come, change and go while people ask four processes: what it takes, what fails."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import create_engine, text

from app.installer import signing
from tests.bench.site import Site
from tests.bench.table import Line
from tests.installer import making
from tests.installer.live import Live, crowd, live

DATABASES = ("sqlite", "postgresql")
ROLLBACK_SECONDS = 60
PATIENCE_SECONDS = 120


def measure(site: Site) -> Iterator[Line]:
    """Install, upgrade, try what does not pass, and go back."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _measured(site, Path(folder))


def _measured(site: Site, folder: Path) -> Iterator[Line]:
    key = making.make_key(folder, site.settings.instance / "plugins", making.NAME)
    steps = (
        ("install", "install", _archive(folder / "a", key, "1.0.0"), "1.0.0"),
        ("upgrade", "upgrade", _archive(folder / "b", key, "1.1.0", steps=2), "1.1.0"),
        ("refused upgrade", "upgrade", _refused(folder / "c", key), "1.1.0"),
        ("rollback", "rollback", making.NAME, "1.0.0"),
    )
    with (
        live(site.settings.instance, site.url) as running,
        crowd(running.port, pause=0.05) as seen,
    ):
        for name, verb, what, version in steps:
            before, begun = seen.asked, time.monotonic()
            yes = [] if verb == "rollback" else ["--yes"]
            running.rihla("plugin", verb, what, *yes, good=name != "refused upgrade")
            done = time.monotonic() - begun
            if name == "install":
                running.rihla("plugin", "enable", making.NAME)
            _serves_only(running, version)
            if name == "install":
                _write_twice(site.url)
            total = time.monotonic() - begun
            limit = ROLLBACK_SECONDS if name == "rollback" else 0
            said = f"{total:.0f} s until every process serves it; {seen.asked - before} requests"
            yield Line(name, done, "s", limit, more=said)
    broken = len(seen.failures)
    more = f"of {seen.asked}; slowest {seen.slowest:.2f} s; {'; '.join(seen.failures[:3])}"
    yield Line("failed requests", broken, "", 0.5, more=more)
    closed = sum(count for (path, status), count in seen.answers.items() if status == 503)
    yield Line("answers 503 on its own page", closed, "", more="while its tables change")


def _refused(folder: Path, key: Path) -> str:
    return _archive(folder, key, "1.2.0", steps=2, unique=True)


def _archive(folder: Path, key: Path, version: str, **changes: object) -> str:
    file, data = making.pack(folder, version, **changes)
    (folder / file).write_bytes(data)
    (folder / f"{file}.sig").write_bytes(signing.sign(data, key))
    return str(folder / file)


def _serves_only(running: Live, version: str) -> None:
    until, good = time.monotonic() + PATIENCE_SECONDS, 0
    while good < 30 and time.monotonic() < until:
        status, body = running.ask("/fr/x/diary/")
        good = good + 1 if status == 200 and f'"{version}"' in body else 0


def _write_twice(url: str) -> None:
    """Write what a unique index will not bear."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO diary_book (id, title) VALUES (1, 'Carnet')"))
        for _ in range(2):
            connection.execute(text("INSERT INTO diary_entry (book_id, text) VALUES (1, 'un')"))
    engine.dispose()

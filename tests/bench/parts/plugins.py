"""Plugins that come, change and go while people ask four processes: what it takes, what fails."""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from flask import Flask
from sqlalchemy import create_engine, text

from app import create_app
from app.installer import signing
from app.kernel.hooks import hooks
from app.settings import use_settings
from tests.bench.site import Site, ask, count_calls, cpu_ms, request
from tests.bench.table import Line
from tests.installer import making
from tests.installer.live import Live, crowd, live
from tests.plugins.making import make as make_plugin

DATABASES = ("sqlite", "postgresql")
ROLLBACK_SECONDS = 60
PATIENCE_SECONDS = 120
TWENTY, MOST_MS = 20, 0.2
SETTING = '[center_settings.limit]\ntype = "int"\ndefault = 3\n'
CARD = """
from app.sdk import HomeCard, Hooks, Plugin

me = Plugin(__name__)


def find(reader):
    assert me.settings["limit"] == 3


def register(hooks: Hooks) -> None:
    hooks.register(HomeCard, "card", HomeCard(find))
"""


def measure(site: Site) -> Iterator[Line]:
    """What twenty cost a request; then install, upgrade, try what does not pass, and go back."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _cost(site, Path(folder) / "shelf")
        yield from _measured(site, Path(folder))


def _cost(site: Site, shelf: Path) -> Iterator[Line]:
    """Measure a page with twenty plugins that are on and have settings, beside the same without.

    Nothing of theirs is on the page: it is what switches and settings cost. Then with twenty cards
    that are asked and have nothing to show.
    """
    environ = request("/fr/", cookie=site.cookie("/fr/", "learner"))
    kept = dict(vars(hooks))
    few = partial(_ask, _opened(site), environ)
    for kind, code, name in (("quiet", "", "are on"), ("cards", CARD, "look at their settings")):
        for number in range(TWENTY):
            make_plugin(shelf / kind, f"{kind}{number}", code, more=SETTING, uses=("cards",))
        many = partial(_ask, _opened(site, str(shelf / kind)), environ)
        pairs = [(cpu_ms(many, 10, 1, 1), cpu_ms(few, 10, 1, 1)) for _ in range(200)]
        cost = min(pair[0] for pair in pairs) - min(pair[1] for pair in pairs)
        more = f"{count_calls(many) - count_calls(few)} calls"
        yield Line(f"{TWENTY} plugins {name}, a page", cost, "ms CPU", MOST_MS, more=more)
    vars(hooks).update(kept)
    use_settings(site.settings)


def _opened(site: Site, *folders: str) -> tuple[Flask, dict[str, object]]:
    app = create_app(replace(site.settings, plugin_folders=folders))
    states = {record.state for record in app.extensions["plugins"].records.values()}
    assert states == {"loaded"}, states
    return app, dict(vars(hooks))


def _ask(opened: tuple[Flask, dict[str, object]], environ: dict[str, object]) -> None:
    app, brought = opened
    vars(hooks).update(brought)  # a process has one site otherwise
    assert ask(app, environ).status == 200


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

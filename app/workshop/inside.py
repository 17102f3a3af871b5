"""The part of the suite that runs a plugin, in a process that may end at any moment.

What is found is written line by line, so that the outer process (app/workshop/conformance.py) knows
how far this one came.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask

from app import create_app
from app.kernel.db import db
from app.kernel.i18n import language, translate
from app.plugins.discovery import Record, record_of
from app.workshop import trials, world
from app.workshop.rules import Finding, as_line

SLOW_LOAD = 300
"""Milliseconds in which a plugin is to be loaded: every start of the site waits for it."""
TOO_SLOW_LOAD = 3000


class Telling:
    """Writes what is found to the outer process, whatever the plugin prints."""

    def __init__(self, channel: int) -> None:
        self.channel = channel
        self.wrong = 0

    def line(self, kind: str, value: object) -> None:
        """Write one line, at once."""
        os.write(self.channel, as_line(kind, value).encode())

    @contextmanager
    def check(self, name: str) -> Iterator[Callable[..., None]]:
        """Do one check inside; what it raises is a finding too. Gives a function that tells."""
        self.line("begin", name)

        def tell(text: object, place: str = "", weight: Any = "error") -> None:
            self.wrong += weight == "error"
            self.line("finding", Finding(name, str(text)[:500], place, weight))

        try:
            yield tell
        except (Exception, SystemExit) as error:  # noqa: BLE001  (foreign code may raise anything)
            tell(f"{type(error).__name__}: {error}")
        self.line("end", name)


def main(folder: str, needs: list[str], database: str, scratch: str, channel: int) -> None:
    """Examine one plugin and write what is found."""
    telling = Telling(channel)
    record = record_of(Path(folder))
    folders = [*map(Path, needs), Path(folder)]
    settings = world.settings_of(folders, Path(scratch) / "instance", database)
    settings.instance.mkdir()
    app = None
    with telling.check("load") as tell:
        app = create_app(settings)
        record = app.extensions["plugins"].records[record.name]
        _say_loaded(record, tell)
        telling.line("figure", ["load", round(record.load_ms, 1)])
    if app is None or telling.wrong:
        return
    with app.app_context():
        language.set("en")
        _try_all(app, record, telling)
        db.session.remove()
        db.engine.dispose()


def _say_loaded(record: Record, tell: Callable[..., None]) -> None:
    if record.state != "loaded":
        for sentence in record.problems:
            tell(translate(sentence, "en"))
        if record.trace:
            print(record.trace)
    if record.load_ms > SLOW_LOAD:
        heavy = "error" if record.load_ms > TOO_SLOW_LOAD else "warning"
        tell(f"Loading takes {record.load_ms:.0f} ms; {SLOW_LOAD} ms are the budget.", "", heavy)


def _try_all(app: Flask, record: Record, telling: Telling) -> None:
    with telling.check("migrations") as tell:
        for name, why in world.make_schema().items():
            tell(why, name)
        if not telling.wrong:
            trials.try_migrations(record, tell)
    with telling.check("privacy") as tell:
        trials.try_privacy(record, tell)
    with telling.check("capabilities") as tell:
        trials.try_capabilities(record, tell)
    if telling.wrong:
        return  # nothing can be shown without its tables
    people = trials.People.make(record)
    for name, attempt in trials.WITH_PEOPLE.items():
        with telling.check(name) as tell:
            attempt(app, record, people, tell)

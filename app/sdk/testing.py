"""Fixtures for the tests of a plugin. In `tests/conftest.py`: `from app.sdk.testing import *`.

Each test has a site with the plugin alone, on a database that is put back afterwards; pages that
come back are examined as the suite does. `RIHLA_TEST_DATABASE=postgresql` with the address of a
server in `RIHLA_TEST_POSTGRESQL` uses that instead of SQLite.
"""

import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select

from app import create_app
from app.content.blocks import nodes as read_blocks
from app.content.frontmatter import split as split_front
from app.courses.hooks import BlockContext, render_segments
from app.kernel import clock, i18n, jobs, place
from app.kernel.actors import ANONYMOUS
from app.kernel.db import db, write
from app.kernel.hooks import hooks
from app.kernel.outbox import RecordedEvent
from app.plugins import services as plugins
from app.plugins.gate import get_gate
from app.plugins.words import add_words
from app.settings import settings_kept, use_settings
from app.workshop import world
from app.workshop.conformance import Report, examine
from app.workshop.pages import faults_of_page
from app.workshop.world import Place, Somebody

__all__ = [
    "add_lesson",
    "as_user",
    "center",
    "keep_settings",
    "own_words",
    "plugin_app",
    "plugin_folder",
    "read_blocks",
    "record_events",
    "render_block",
    "run_jobs",
    "source_language",
    "split_front",
    "statements",
    "suite",
    "switch_plugin",
    "travel",
]


@dataclass
class _Site:
    app: Flask
    hooks: dict[str, Any]


_sites: dict[Path, _Site] = {}


class Browser(FlaskClient):
    """A browser of somebody. `person` is who that is; every page is examined."""

    person: Somebody

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Send what a browser sends from a page of the site, and look at the answer."""
        headers = {"Sec-Fetch-Site": "same-origin"} | dict(kwargs.pop("headers", None) or {})
        kwargs.setdefault("buffered", True)
        send = partial(super().open, *args, headers=headers, **kwargs)
        answer = Context().run(send)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            faults = list(faults_of_page(answer.get_data(as_text=True)))
            assert not faults, faults  # noqa: S101  (this is for tests)
        return answer


@pytest.fixture(autouse=True)
def source_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests read the English source."""
    monkeypatch.setattr(i18n, "_folders", [])
    i18n.forget()
    i18n.language.set("en")


@pytest.fixture
def own_words(plugin_app: Flask, source_language: None) -> Iterator[None]:
    """Read what the plugin says in French and Arabic too, where its catalogs say it."""
    add_words(plugin_app.extensions["plugins"].records.values())
    yield
    i18n.forget()


@pytest.fixture(scope="session")
def plugin_folder(request: pytest.FixtureRequest) -> Callable[[Path], Path]:
    """Return the folder of the plugin to which a test file belongs."""

    def find(file: Path) -> Path:
        for folder in file.resolve().parents:
            if (folder / "plugin.toml").is_file():
                return folder
            inside = sorted(folder.glob("rihla_*/plugin.toml"))
            if inside:
                return inside[0].parent
        raise LookupError(f"{file} stands in no plugin")

    return find


@pytest.fixture
def plugin_app(
    request: pytest.FixtureRequest,
    plugin_folder: Callable[[Path], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Flask]:
    """A site with the plugin and a course; whatever a test writes is undone."""
    folder, kept = plugin_folder(request.path), dict(vars(hooks))
    try:
        with settings_kept():
            site = _sites.get(folder) or _build(folder)
            vars(hooks).update(site.hooks)
            use_settings(site.app.extensions["settings"])
            with site.app.app_context(), _undone(site.app, monkeypatch):
                yield site.app
    finally:
        vars(hooks).update(kept)
        place.center.set(None)
        clock.shift(0)


def _build(folder: Path) -> _Site:
    instance = Path(tempfile.mkdtemp(prefix="rihla-plugin-"))
    app = create_app(world.settings_of([folder], instance, _database()))
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = Browser
    record = next(iter(app.extensions["plugins"].records.values()))
    assert record.state == "loaded", (record.problems, record.trace)  # noqa: S101
    with app.app_context():
        failed = world.make_schema()
        assert not failed, failed  # noqa: S101
        world.add_course()
        db.session.remove()
    site = _sites[folder] = _Site(app, dict(vars(hooks)))
    return site


def _database() -> str:
    if os.environ.get("RIHLA_TEST_DATABASE", "sqlite") != "postgresql":
        return ""
    server, name = os.environ["RIHLA_TEST_POSTGRESQL"], f"plugin_{secrets.token_hex(4)}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"{server}/{name}"


@contextmanager
def _undone(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    connection = db.engine.connect().execution_options(writing=True)
    outer = connection.begin()
    db.session.remove()
    get_gate().forget()
    with monkeypatch.context() as patch:
        patch.setitem(db.engines, None, connection)
        db.session.configure(join_transaction_mode="create_savepoint")
        yield
        db.session.remove()
    outer.rollback()
    connection.close()
    get_gate().forget()


@pytest.fixture
def center(plugin_app: Flask) -> Callable[..., Place]:
    """Add a center, by default with the plugin on: `center("kenitra", on=False)`."""
    (name,) = get_gate().records

    def add(slug: str = "kenitra", *, on: bool = True) -> Place:
        made = world.add_center(slug)
        world.switch(name, made, on=on)
        return made

    return add


@pytest.fixture
def as_user(plugin_app: Flask) -> Callable[..., Browser]:
    """Return a browser of somebody new: `as_user("learner", place)`, `as_user("admin")`.

    `enrolled=True` puts them into the course `first-steps`. `person` of the browser is who it is.
    """

    def add(role: str, at: Place | None = None, *, enrolled: bool = False, **more: Any) -> Browser:
        person = world.add_person(role, at, **more)
        if enrolled:
            world.enroll(person, world.course_id(), at)
        browser: Browser = world.browser(plugin_app, person)
        browser.person = person
        return browser

    return add


@pytest.fixture
def add_lesson(plugin_app: Flask) -> Callable[..., str]:
    """Publish a course of one lesson: `add_lesson({"fr": "…", "ar": "…"}, zineb, at=place)`.

    Texts are Markdown without front matter, the first is the source; the browsers that are named
    belong to people who take the course. Visitors may read it. Returns the lesson's address after
    the language: `browser.get(f"/fr{address}")`.
    """

    def add(texts: dict[str, str], *browsers: Browser, at: Place | None = None) -> str:
        slug = f"course-{secrets.token_hex(4)}"
        course_id = world.add_course(world.files_of(slug, texts), slug)
        for browser in browsers:
            world.enroll(browser.person, course_id, at)
        return f"/courses/{slug}/{world.LESSON}"

    return add


@pytest.fixture
def keep_settings(plugin_app: Flask) -> Callable[..., None]:
    """Keep settings: for the site, `keep_settings(limit=3)`, or `keep_settings(at, limit=3)`."""
    (name,) = get_gate().records

    def keep(at: Place | None = None, **values: Any) -> None:
        snapshot = get_gate().current()
        db.session.rollback()
        given: dict[str, Any] = {
            "actor": world.SYSTEM,
            "snapshot": snapshot,
            "name": name,
            "now": clock.now(),
        }
        with write():
            if at is None:
                plugins.keep_settings(values=values, locked=(), **given)
            else:
                plugins.keep_center_settings(center_id=at.id, values=values, **given)
        get_gate().forget()

    return keep


@pytest.fixture
def record_events(plugin_app: Flask) -> Callable[[], list[tuple[str, dict[str, Any]]]]:
    """Return the events that were recorded since the test began, as name and data."""
    ids = set(db.session.scalars(select(RecordedEvent.id)))

    def found() -> list[tuple[str, dict[str, Any]]]:
        rows = db.session.scalars(select(RecordedEvent).order_by(RecordedEvent.id))
        return [(row.name, row.data) for row in rows if row.id not in ids]

    return found


@pytest.fixture
def run_jobs(plugin_app: Flask) -> Callable[[], int]:
    """Do all jobs that are due, those of events too; return how many that were."""

    def run() -> int:
        db.session.rollback()
        return jobs.drain()

    return run


@pytest.fixture
def travel() -> Iterator[Callable[..., None]]:
    """Move the clocks of the site and of the database: `travel(hours=3)`."""

    def to(**delta: float) -> None:
        clock.shift(clock.shifted_seconds() + timedelta(**delta).total_seconds())

    yield to
    clock.shift(0)


@pytest.fixture
def render_block(plugin_app: Flask) -> Callable[..., str]:
    """Return the HTML of Markdown with blocks: `render_block(text, at, person=…)`."""

    def render(
        text: str,
        at: Place | None = None,
        *,
        person: Somebody | None = None,
        language: str = "en",
    ) -> str:
        context = BlockContext(
            actor=person.actor if person else ANONYMOUS,
            course_id=world.course_id(),
            course_key=world.COURSE,
            revision_id=0,
            revision="",
            lesson_id=world.LESSON,
            language=language,
            center_id=at.id if at else None,
        )
        with plugin_app.test_request_context("/en/"), place.at(at.id if at else None):
            i18n.language.set(language)
            return render_segments(read_blocks(text.split("\n")), context)

    return render


@pytest.fixture
def switch_plugin(plugin_app: Flask) -> Callable[..., None]:
    """Switch the plugin for the whole site, or at a center: `switch_plugin(on=False)`."""
    (name,) = get_gate().records

    def switch(at: Place | None = None, *, on: bool) -> None:
        world.switch(name, at, on=on)

    return switch


@pytest.fixture
def statements(plugin_app: Flask) -> Callable[[], Any]:
    """Collect the SQL statements of a block: `with statements() as seen:`."""

    @contextmanager
    def watch() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(_c: Any, _k: Any, statement: str, *_: Any) -> None:
            if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "PRAGMA")):
                seen.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(Engine, "before_cursor_execute", note)

    return watch


@pytest.fixture
def suite(
    request: pytest.FixtureRequest, plugin_folder: Callable[[Path], Path]
) -> Callable[[], Report]:
    """Return what the conformance suite says of the plugin: `assert suite().errors == ()`."""
    return lambda: examine(plugin_folder(request.path), database_url=_database())

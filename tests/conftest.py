"""One application and one schema for each worker; each test is undone by rolling back."""

import hashlib
import os
import secrets
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, event

from app import create_app
from app.accounts.models import Address, Person, RoleGrant
from app.kernel import clock, i18n, migrations
from app.kernel.actors import Actor, Grant
from app.kernel.audit import AuditEntry
from app.kernel.db import db, write
from app.kernel.hooks import hooks
from app.plugins.loading import upgrade_schemas
from app.settings import Secret, Settings, use_settings
from app.signin.models import SignInSession
from app.web.hooks import AuditVerb
from tests import databases, postgresql
from tests.client import CheckingClient

hypothesis.settings.register_profile("rihla", deadline=None)  # a busy machine is no fault
hypothesis.settings.load_profile("rihla")
RUNAWAY_SECONDS = 60
SHELF = Path(__file__).resolve().parent / "plugins" / "shelf"
"""Plugins of the tests, loaded beside those of the product: `sample`."""
BARE = os.environ.get("RIHLA_TEST_PLUGINS") == "none"
"""Run the core's tests as if the folder `plugins/` were empty."""
ABOUT_QUIZZES = {
    "activities",
    "demo",
    "exams",
    "gradebook",
    "marking",
    "questions",
    "regrading",
}
"""Folders whose tests ask what the plugin `quizzes` brings; without it nothing can be asked."""


@event.listens_for(AuditEntry, "before_insert")
def say_what_was_done(_mapper: Any, _connection: Any, entry: AuditEntry) -> None:
    """Whatever is recorded while tests run has words that admins read (`name_verbs`)."""
    known = entry.verb.startswith(("test.", "bench.")) or entry.verb in dict(
        hooks.installed(AuditVerb)
    )
    assert known, f"{entry.verb} has no words: give it some in VERBS"


def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL once for all workers."""
    if databases.KIND == "postgresql" and databases.SERVER not in os.environ:
        os.environ[databases.SERVER] = postgresql.start()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Show what tests recorded for the log: what the verifiers of others said."""
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            if name == "log" and report.when == "call":
                terminalreporter.write_line(f"{report.nodeid.split('::')[-1]}\n  {value}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what concerns the other database: both are run, so nothing is missed.

    A test that opens no database says on PostgreSQL what it said on SQLite, and runs once.
    """
    other = "only_postgresql" if databases.KIND == "sqlite" else "only_sqlite"
    gone = [
        item
        for item in items
        if item.get_closest_marker(other)
        or not (databases.KIND == "sqlite" or _opens(item))
        or (BARE and _needs_plugins(item))
    ]
    if gone:
        config.hook.pytest_deselected(items=gone)
        items[:] = [item for item in items if item not in gone]


def _needs_plugins(item: pytest.Item) -> bool:
    """Tell whether a test is about a plugin of the product."""
    inside = item.path.relative_to(SHELF.parents[2]).parts
    own = inside[0] == "plugins" or (inside[0] == "tests" and inside[1] in ABOUT_QUIZZES)
    return own or item.get_closest_marker("shipped") is not None


def _opens(item: pytest.Item) -> bool:
    """Tell whether a test may open a database: by a fixture, or by clones of its module's own."""
    fixtures = getattr(item, "fixturenames", ())
    return bool({"schema_url", "plugin_app"} & set(fixtures)) or hasattr(
        getattr(item, "module", None), "databases"
    )


@pytest.fixture(autouse=True)
def source_language(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests read the English source, whether catalogs are compiled or not; browsers read all."""
    if request.node.get_closest_marker("browser"):
        return
    monkeypatch.setattr(i18n, "_folders", [])
    i18n.forget()
    i18n.language.set("en")


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in a test may call another machine."""
    connect = socket.socket.connect

    def local_only(self: socket.socket, target: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            assert target[0] in ("127.0.0.1", "::1", "localhost"), f"call to {target}"
        return connect(self, target)

    monkeypatch.setattr(socket.socket, "connect", local_only)


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="session")
def schema_url(site_folder: Path) -> str:
    """A database with the schema and no rows, which no test touches; others are copies of it."""
    name = f"schema_{secrets.token_hex(4)}"
    if databases.KIND == "postgresql":
        databases.create(name)
    url = databases.address(name, site_folder)
    app = create_app(settings_for(url, site_folder))
    with app.app_context():
        migrations.upgrade()
        assert upgrade_schemas() == {}
        db.session.remove()
        db.engine.dispose()
    return url


def settings_for(url: str, folder: Path, **changes: Any) -> Settings:
    """Return the settings of a test site."""
    given: dict[str, Any] = {
        "instance": folder,
        "database_url": url,
        "secret_key": Secret("for tests only"),
        "public_url": "http://localhost",
        "testing": True,
        "plugin_folders": (str(SHELF),),
        "plugins_shipped": not BARE,
    }
    return Settings(**(given | changes))


def build(url: str, folder: Path, **changes: Any) -> Flask:
    """Return an application on the database at `url`, whose client checks every page."""
    app = create_app(settings_for(url, folder, **changes))
    app.config["WTF_CSRF_ENABLED"] = False  # tests/abuse/test_abuse_08 switches it on
    app.test_client_class = CheckingClient
    app.jinja_env.bytecode_cache = FileSystemBytecodeCache()  # workers and runs share templates
    app.extensions["hooks of tests"] = dict(vars(hooks))
    return app


def close(app: Flask) -> None:
    """Give back the connections of an application that is not asked any more."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def back_to(app: Flask) -> None:
    """Let the process be that of this application, when another one was built in between."""
    use_settings(app.extensions["settings"])
    vars(hooks).update(app.extensions["hooks of tests"])


@pytest.fixture(scope="session")
def app(schema_url: str, site_folder: Path) -> Iterator[Flask]:
    with databases.clone(schema_url, site_folder) as url:
        app = build(url, site_folder)
        yield app
        close(app)


@pytest.fixture
def database(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Let the code commit as it likes; everything is undone afterwards."""
    back_to(app)
    with app.app_context():
        connection = db.engine.connect().execution_options(writing=True)
        outer = connection.begin()
        db.session.remove()
        monkeypatch.setitem(db.engines, None, connection)
        db.session.configure(join_transaction_mode="create_savepoint")
        app.extensions["plugins"].refresh()
        app.extensions["plugins"].current()  # what was decided about plugins is read once
        db.session.remove()  # its savepoint is older than those of requests and would undo them
        yield db.session
        db.session.remove()
        outer.rollback()
        connection.close()
        app.extensions["plugins"].forget()
    clock.shift(0)


@pytest.fixture
def committed_app(schema_url: str, site_folder: Path, tmp_path: Path) -> Iterator[Flask]:
    """An application on a database of its own, where commits are real (threads, browsers)."""
    with databases.clone(schema_url, site_folder) as url:
        app = build(url, tmp_path)
        yield app
        close(app)
    clock.shift(0)


@pytest.fixture
def client(app: Flask, database: Any) -> CheckingClient:
    return app.test_client()  # type: ignore[return-value]


@pytest.fixture
def must_end() -> Iterator[None]:
    """End a test that runs away, far above what it needs; `make bench` has the figures."""

    def stop(*_: object) -> None:
        raise AssertionError(f"this took {RUNAWAY_SECONDS} s of CPU and went on")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, RUNAWAY_SECONDS)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)


@dataclass(frozen=True)
class Made:
    """A person made for a test."""

    id: int
    public_id: str
    email: str
    name: str
    grants: tuple[Grant, ...] = field(default=())

    @property
    def actor(self) -> Actor:
        """The same person as services see them."""
        return Actor(self.id, self.public_id, self.name, "fr", self.grants)


def add_person(
    name: str = "Amina Idrissi",
    email: str | None = None,
    role: str | None = None,
    scope: Any = "site",
    scope_id: int = 0,
    **columns: Any,
) -> Made:
    """Add a person with a confirmed address and at most one role."""
    email = email or f"{secrets.token_hex(4)}@example.org"
    with write() as session:
        person = Person(name=name, created_at=clock.now(), **({"language": "fr"} | columns))
        session.add(person)
        session.flush()
        session.add(
            Address(person_id=person.id, kind="email", value=email, confirmed_at=clock.now())
        )
        if role:
            session.add(
                RoleGrant(
                    person_id=person.id,
                    role=role,
                    scope=scope,
                    scope_id=scope_id,
                    granted_at=clock.now(),
                )
            )
        return Made(
            person.id,
            person.public_id,
            email,
            name,
            (Grant(role, scope, scope_id),) if role else (),
        )


@pytest.fixture
def make_person(database: Any) -> Any:
    return add_person


def add_session(person: Made) -> str:
    """Sign a person in without a password and return the token for the cookie `sid`."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    with write() as session:
        session.add(
            SignInSession(
                token_hash=hashlib.sha256(token.encode()).hexdigest(),
                person_id=person.id,
                epoch=session.get_one(Person, person.id).epoch,
                created_at=now,
                rotated_at=now,
                seen_at=now,
                expires_at=now + timedelta(hours=12),
            )
        )
    return token


@pytest.fixture
def sign_in(client: CheckingClient) -> Any:
    def sign(person: Made) -> None:
        client.set_cookie("sid", add_session(person))

    return sign


@pytest.fixture
def travel() -> Iterator[Any]:
    """Move the application's and the database's clock: `travel(hours=3)`."""

    def to(**delta: float) -> None:
        clock.shift(clock.shifted_seconds() + timedelta(**delta).total_seconds())

    yield to
    clock.shift(0)


@pytest.fixture
def statements() -> Any:
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

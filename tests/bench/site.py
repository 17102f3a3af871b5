"""A site to measure: the demonstration and a crowd, and requests made without a network."""

import gc
import os
import re
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import brotli
from flask import Flask
from sqlalchemy import Engine, event, insert, literal, select

from app import create_app
from app.accounts.models import Address, Person
from app.centers.models import Center, CenterMember
from app.courses.models import Course
from app.demo.cli import make
from app.demo.rules import DOMAIN, MAIN_COURSE
from app.kernel import clock, migrations
from app.kernel.db import db, write
from app.learning.models import Enrollment, LessonDone
from app.plugins.loading import upgrade_schemas
from app.settings import Secret, Settings, use_settings
from tests import databases, postgresql
from tests.conftest import Made, add_session

CHATTER = re.compile(r"SAVEPOINT|RELEASE|ROLLBACK|BEGIN|PRAGMA")
CROWD = 15_000
"""Learners beside those of the demonstration: as many as the programme has."""
THEIR_LESSONS = 20
LESSON = "afficher"
ROLES = ("learner", "instructor", "manager", "admin")


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Site:
    """What is measured: an application, its database, and sessions of its people by role."""

    app: Flask
    kind: str
    settings: Settings
    people: dict[str, Made]
    cookies: dict[str, str]

    @property
    def url(self) -> str:
        """The address of the database."""
        return self.settings.database_url

    def pick(self, on_sqlite: float, on_postgresql: float) -> float:
        """Return the budget of this database."""
        return on_sqlite if self.kind == "sqlite" else on_postgresql

    def cookie(self, path: str, role: str) -> str:
        """Return the cookies that a browser has at its second visit."""
        sid = f"sid={self.cookies[role]}" if role else ""
        answer = ask(self.app, request(path, cookie=sid))
        kept = answer.headers.get("Set-Cookie", "").split(";")[0]
        return "; ".join(part for part in (sid, kept) if part)


@contextmanager
def site(kind: str) -> Iterator[Site]:
    """Give a site with the demonstration and 15,000 learners on `sqlite` or `postgresql`."""
    databases.KIND = kind
    if kind == "postgresql" and databases.SERVER not in os.environ:
        os.environ[databases.SERVER] = postgresql.start()
    folder = Path(tempfile.mkdtemp(prefix="rihla-bench-"))
    name = f"bench_{secrets.token_hex(4)}"
    if kind == "postgresql":
        databases.create(name)
    settings = Settings(
        instance=folder,
        database_url=databases.address(name, folder),
        secret_key=Secret("measured"),
        public_url="http://127.0.0.1:8212",
        log_level="error",
        demo=True,
    )
    app = create_app(settings)
    try:
        with app.app_context():
            migrations.upgrade()
            upgrade_schemas()
            make(settings)
            _bring_crowd()
            people = {role: _find(f"{role}@{DOMAIN}") for role in ROLES}
            cookies = {role: add_session(person) for role, person in people.items()}
            db.session.remove()
        gc.collect()
        gc.freeze()  # as app.wsgi does
        use_settings(settings)
        yield Site(app, kind, settings, people, cookies)
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        shutil.rmtree(folder, ignore_errors=True)


def _find(address: str) -> Made:
    person = db.session.scalars(
        select(Person).join(Address, Address.person_id == Person.id).where(Address.value == address)
    ).one()
    return Made(person.id, person.public_id, address, person.name)


def _bring_crowd() -> None:
    """Enroll thousands in the main course, with a history each."""
    now = clock.now()
    with write() as session:
        session.execute(
            insert(Person),
            [{"name": f"Apprenant {n}", "created_at": now} for n in range(CROWD)],
        )
        crowd = Person.name.like("Apprenant %")
        course = select(Course.id).where(Course.slug == MAIN_COURSE).scalar_subquery()
        center = select(Center.id).order_by(Center.id).limit(1).scalar_subquery()
        at = literal(now, Enrollment.enrolled_at.type)
        session.execute(
            insert(CenterMember).from_select(
                ["center_id", "person_id", "joined_at"], select(center, Person.id, at).where(crowd)
            )
        )
        session.execute(
            insert(Enrollment).from_select(
                ["person_id", "course_id", "center_id", "enrolled_at"],
                select(Person.id, course, center, at).where(crowd),
            )
        )
        for lesson in range(THEIR_LESSONS):
            session.execute(
                insert(LessonDone).from_select(
                    ["person_id", "course_id", "lesson_id", "done_at"],
                    select(Person.id, course, literal(f"l-{lesson}"), at).where(crowd),
                )
            )


def bare() -> Flask:
    """Return the least that Flask can do: one route, one word."""
    app = Flask("bare", static_folder=None)
    app.add_url_rule("/", "word", lambda: "word")
    return app


def request(path: str, method: str = "GET", body: bytes = b"", cookie: str = "") -> dict[str, Any]:
    """Return the environment of a request as a browser makes it."""
    path, _, query = path.partition("?")
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8212",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1:8212",
        "HTTP_ACCEPT_ENCODING": "gzip, deflate, br",
        "HTTP_ACCEPT_LANGUAGE": "fr-FR,fr;q=0.9,ar;q=0.7",
        "HTTP_USER_AGENT": "Mozilla/5.0 (Linux; Android 10) Chrome/120.0 Mobile Safari/537.36",
        "HTTP_SEC_FETCH_SITE": "same-origin",
        "HTTP_COOKIE": cookie,
        "CONTENT_TYPE": "application/x-www-form-urlencoded" if body else "",
        "CONTENT_LENGTH": str(len(body)) if body else "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.errors": None,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "_body": body,
    }


def ask(app: Flask, environ: dict[str, Any]) -> Answer:
    """Make a request and read all of the answer, as a server does."""
    seen: list[Any] = []
    fresh = dict(environ)
    fresh["wsgi.input"] = BytesIO(fresh.pop("_body"))
    parts = app(fresh, lambda status, headers, *_: seen.append((status, headers)))
    body = b"".join(parts)
    if hasattr(parts, "close"):
        parts.close()
    return Answer(int(seen[0][0].split()[0]), dict(seen[0][1]), body)


def unpacked(answer: Answer) -> bytes:
    """Return the body as it was before compression."""
    packed = answer.headers.get("Content-Encoding") == "br"
    return brotli.decompress(answer.body) if packed else answer.body


def cpu_ms(act: Callable[[], Any], times: int = 150, rounds: int = 7, warm: int = 20) -> float:
    """Return CPU milliseconds of this process for one act: the least of several rounds."""
    for _ in range(warm):
        act()
    best = float("inf")
    for _ in range(rounds):
        begun = time.process_time()
        for _ in range(times):
            act()
        best = min(best, time.process_time() - begun)
    return best / times * 1000


def count_statements(act: Callable[[], Any]) -> int:
    """Return how many SQL statements an act needs once caches are warm."""
    seen: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        if not CHATTER.match(statement):
            seen.append(statement)

    act()
    event.listen(Engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return len(seen)


def count_calls(act: Callable[[], Any]) -> int:
    """Return how many functions an act calls: a figure that no other program disturbs."""
    calls = 0

    def note(_frame: Any, what: str, _of: Any) -> None:
        nonlocal calls
        calls += what in ("call", "c_call")

    act()
    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
    return calls


def beside(act: Callable[[], Any], other: Callable[[], Any], rounds: int = 7) -> tuple[float, ...]:
    """Return CPU milliseconds of an act and of another one measured in turns, the least of each."""
    pairs = [(cpu_ms(act, rounds=1), cpu_ms(other, times=400, rounds=1)) for _ in range(rounds)]
    return min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)

"""A site to measure, on a database of its own, and requests made without a network."""

import gc
import os
import re
import secrets
import shutil
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
from sqlalchemy import Engine, event

from app import create_app
from app.kernel import migrations
from app.kernel.db import Base, allow_writing, db
from app.settings import Secret, Settings
from tests import databases, postgresql, world
from tests.conftest import SHELF

CHATTER = re.compile(r"SAVEPOINT|RELEASE|ROLLBACK|BEGIN|PRAGMA")


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes


def settings(url: str, folder: Path) -> Settings:
    """Return the settings of a site that is measured; nothing of it is a test's."""
    return Settings(
        instance=folder,
        database_url=url,
        secret_key=Secret("measured"),
        public_url="http://127.0.0.1:8212",
        log_level="error",
        plugin_folders=(str(SHELF),),
    )


@contextmanager
def site(kind: str) -> Iterator[tuple[Flask, world.World, str, Path]]:
    """Give an application with courses and people on `sqlite` or `postgresql`."""
    databases.KIND = kind
    if kind == "postgresql" and databases.SERVER not in os.environ:
        os.environ[databases.SERVER] = postgresql.start()
    folder = Path(tempfile.mkdtemp(prefix="rihla-bench-"))
    name = f"bench_{secrets.token_hex(4)}"
    if kind == "postgresql":
        databases.create(name)
    url = databases.address(name, folder)
    app = create_app(settings(url, folder))
    try:
        with app.app_context():
            make_schema()
            filled = world.build()
            db.session.remove()
        gc.collect()
        gc.freeze()  # as app.wsgi does
        yield app, filled, url, folder
    finally:
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        shutil.rmtree(folder, ignore_errors=True)


def make_schema() -> None:
    """Bring the database to what the models expect."""
    if migrations.head():
        migrations.upgrade()
        return
    with allow_writing():
        Base.metadata.create_all(db.engine.execution_options(writing=True))


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


def cpu_ms(act: Callable[[], Any], times: int = 150, rounds: int = 7) -> float:
    """Return CPU milliseconds of this process for one act: the least of several rounds."""
    for _ in range(20):
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

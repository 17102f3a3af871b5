"""Trying a plugin before anything depends on it: each time in a process of its own.

The process gets no environment and no secret that it does not need, and is ended when it takes too
long. That keeps mistakes away from the site. It is no prison: code that means harm has the rights
of the site's user, here too, which is why an archive comes from somebody who is known.
"""

import contextlib
import dataclasses
import json
import os
import secrets
import select as io_select
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import text

from app.installer import keeping
from app.installer.rules import Rejected, read_sentence
from app.kernel import migrations
from app.kernel.db import db
from app.kernel.i18n import say
from app.settings import Secret, Settings
from app.workshop import conformance

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = (
    "import gc, sys; gc.disable(); sys.path.insert(0, sys.argv[1]); "
    "from app.installer.trial import main; "
)
MEGABYTE = 1 << 20
SECONDS = {"rehearse": 600, "canary": 90}
MOST_REPORT = MEGABYTE


@dataclasses.dataclass(frozen=True)
class Trial:
    """What is tried: a plugin, the folders of all versions in use with it, what it needs."""

    name: str
    active: Mapping[str, str]
    needs: tuple[str, ...] = ()
    schema: str | None = None
    old: str | None = None
    """Folder of the newer version in use, when an older one is to be installed."""


def smoke(trial: Trial) -> dict[str, Any]:
    """Let a plugin pass the suite that all pass, on a site with nothing in it. Raises Rejected."""
    needs = tuple(Path(trial.active[name]) for name in trial.needs if name in trial.active)
    report = conformance.examine(Path(trial.active[trial.name]), needs=needs)
    if not report.is_good:
        first = report.errors[0]
        raise Rejected(
            say(
                "It does not pass the test “%(check)s”: %(why)s",
                check=first.check,
                why=f"{first.place} {first.text}".strip()[:300],
            )
        )
    return {
        "passed": list(report.passed),
        "warnings": [f"{one.place} {one.text}".strip() for one in report.findings],
    }


def _bare(settings: Settings) -> dict[str, Any]:
    return {"instance": "", "plugin_folders": settings.plugin_folders, "public_url": "http://trial"}


def rehearse(trial: Trial, settings: Settings) -> dict[str, Any]:
    """Do the migrations on a copy of the site's data. Raises Rejected."""
    with (
        tempfile.TemporaryDirectory(dir=_scratch(settings), prefix="rehearsal-") as folder,
        _copy(trial.name, Path(folder), settings) as (url, size),
    ):
        bare = _bare(settings) | {"database_url": url}
        return _run("rehearse", trial, bare, file_size=3 * size + 200 * MEGABYTE)


@contextmanager
def _copy(plugin: str, folder: Path, settings: Settings) -> Iterator[tuple[str, int]]:
    """Give the address and the size of a copy to rehearse on."""
    if db.engine.dialect.name == "sqlite":
        source = Path(str(db.engine.url.database))
        size = source.stat().st_size
        check_space(folder, 2 * size)
        copy = folder / "copy.sqlite"
        with closing(sqlite3.connect(source, timeout=30)) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
        yield f"sqlite:///{copy}", size
        return
    scratch = f"rehearsal_{secrets.token_hex(6)}"
    try:
        with migrations.changing(db.engine) as connection:
            connection.execute(text(f'CREATE SCHEMA "{scratch}"'))
            names = [table.name for table in keeping.own_tables(connection, plugin)]
            if keeping.revision_of(connection, plugin):
                names.append(f"alembic_version_{plugin}")
            for name in names:
                where = f'"{scratch}"."{name}"'
                connection.execute(text(f'CREATE TABLE {where} (LIKE "{name}" INCLUDING ALL)'))
                connection.execute(text(f'INSERT INTO {where} SELECT * FROM "{name}"'))  # noqa: S608
        path = quote(f"-csearch_path={scratch},public")
        address = settings.database
        yield f"{address}{'&' if '?' in address else '?'}options={path}", 0
    finally:
        with migrations.changing(db.engine) as connection:
            connection.execute(text(f'DROP SCHEMA IF EXISTS "{scratch}" CASCADE'))


def canary(trial: Trial, settings: Settings, others: Mapping[str, str]) -> dict[str, Any]:
    """Start the real site with the new version in one process. Raises Rejected.

    `others` are the plugins that run now: each must still run then.
    """
    real = {field.name: getattr(settings, field.name) for field in dataclasses.fields(settings)}
    real["plugins_safe_mode"] = False  # commands that work run without plugins themselves
    report = _run("canary", trial, real, file_size=200 * MEGABYTE)
    for name, state in others.items():
        if state == "loaded" and report["others"].get(name) != "loaded" and name != trial.name:
            raise Rejected(say("With it the plugin %(name)s does not start any more.", name=name))
    for path, status in report["pages"]:
        if status >= 500:
            raise Rejected(say("With it the site's page %(page)s fails.", page=path))
    return report


def check_space(folder: Path, needed: int) -> None:
    """Refuse what the disk has no room for. Raises Rejected."""
    free = shutil.disk_usage(folder).free
    if free < needed + 50 * MEGABYTE:
        raise Rejected(
            say(
                "The disk is too full: %(needed)s MB are needed, %(free)s MB are free. Nothing was "
                "changed.",
                needed=needed // MEGABYTE + 50,
                free=free // MEGABYTE,
            )
        )


def _scratch(settings: Settings) -> Path:
    folder = settings.instance / "plugins" / "scratch"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _run(act: str, trial: Trial, settings: dict[str, Any], *, file_size: int) -> dict[str, Any]:
    """Run a trial and return its report. Raises Rejected when there is none, or it is bad."""
    with tempfile.TemporaryDirectory(prefix="rihla-trial-") as folder:
        request = {
            "act": act,
            "name": trial.name,
            "active": dict(trial.active),
            "needs": list(trial.needs),
            "schema": trial.schema,
            "old": {"folder": trial.old} if trial.old else None,
            "scratch": folder,
            "limits": {
                "AS": 2048 * MEGABYTE,
                "CPU": SECONDS[act],
                "FSIZE": file_size,
                "CORE": 0,
            },
            "secrets": [key for key, value in settings.items() if isinstance(value, Secret)],
            "settings": settings,
        }
        report = _talk(json.dumps(request, default=str), SECONDS[act], folder)
    if report.get("state", "loaded") != "loaded":
        sentence = read_sentence((report.get("problems") or [None])[0])
        raise Rejected(
            say("It does not start: %(why)s", why=sentence or report["state"]),
        )
    return report


def _talk(request: str, seconds: float, folder: str) -> dict[str, Any]:
    reading, writing = os.pipe()
    words = tempfile.TemporaryFile()  # noqa: SIM115  (closed below, with the pipe)
    program = PROGRAM + f"main({writing})"
    try:
        child = subprocess.Popen(  # noqa: S603  (our own program)
            [sys.executable, "-I", "-c", program, str(ROOT)],
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": folder, "TMPDIR": folder},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=words,
            pass_fds=(writing,),
            start_new_session=True,
        )
        os.close(writing)
        writing = -1
        try:
            with contextlib.suppress(BrokenPipeError):
                child.stdin.write(request.encode())  # type: ignore[union-attr]
                child.stdin.close()  # type: ignore[union-attr]
            report = _listen(reading, seconds)
            code = child.wait(max(1.0, seconds))
        except TimeoutError:
            raise Rejected(
                say("It did not come to an end within %(n)s seconds.", n=int(seconds))
            ) from None
        except subprocess.TimeoutExpired:
            raise Rejected(say("It did not end after it was tried.")) from None
        finally:
            _end(child)
        return _read_report(report, code, words)
    finally:
        os.close(reading)
        if writing >= 0:
            os.close(writing)
        words.close()


def _listen(descriptor: int, seconds: float) -> bytes:
    """Read until the other side closes. Raises TimeoutError."""
    until, size = time.monotonic() + seconds, 0
    parts: list[bytes] = []
    while True:
        ready, _, _ = io_select.select([descriptor], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            raise TimeoutError
        part = os.read(descriptor, 65536)
        size += len(part)
        if not part or size > MOST_REPORT:
            return b"".join(parts)
        parts.append(part)


def _end(child: "subprocess.Popen[bytes]") -> None:
    """End the process and whatever it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _read_report(raw: bytes, code: int, words: Any) -> dict[str, Any]:
    if code == 0:
        with contextlib.suppress(ValueError):
            found = json.loads(raw)
            if isinstance(found, dict):
                return found
    words.seek(0)
    said = words.read()[-4000:].decode("utf-8", "replace").strip().splitlines()
    if code < 0:
        raise Rejected(
            say("It ended its process (%(how)s) when it was tried.", how=signal.Signals(-code).name)
        )
    raise Rejected(
        say(
            "It failed when it was tried: %(why)s",
            why=said[-1][:300] if said else f"exit {code}",
        )
    )

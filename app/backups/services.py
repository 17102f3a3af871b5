"""Making, checking and putting back backups. These work on files, outside any transaction."""

import contextlib
import fcntl
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from app.backups import archive, queries, rules
from app.backups.hooks import Content, Store
from app.backups.models import BackupRun
from app.backups.rules import BackupFailed, Manifest
from app.backups.sqlite import SQLiteStore
from app.kernel.db import db
from app.kernel.i18n import say
from app.settings import get_settings

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = ("mail", "sms")
"""Folders of messages that went out: put back, they would go out again."""
BESIDE = "before-restore-"
LOCK = ".lock"
RUNS_KEPT = 200


@dataclass(frozen=True)
class Made:
    """A backup that was made."""

    path: Path
    size: int
    seconds: float
    manifest: Manifest


@dataclass(frozen=True)
class Verdict:
    """What restoring a backup into a scratch place showed; no problem means it is good."""

    manifest: Manifest
    problems: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class Restored:
    """What was put back, and where the old site is kept."""

    manifest: Manifest
    old_database: str
    beside: Path


def store_for(dialect: str | None = None) -> Store:
    """Return the site's database as something to keep. Raises BackupFailed for another kind."""
    address = get_settings().database
    own = "sqlite" if address.startswith("sqlite") else "postgresql"
    if own == "postgresql" and dialect in (None, own):
        from app.backups.postgresql import PostgreSQLStore  # its driver takes 8 MB

        return PostgreSQLStore(address)
    if dialect == "postgresql":
        raise BackupFailed(
            say("This backup is of a PostgreSQL database, and this site has none."),
            todo=say("Set RIHLA_DATABASE_URL to a PostgreSQL server, then try again."),
        )
    path = address.removeprefix("sqlite:///") if own == "sqlite" else ""
    return SQLiteStore(Path(path))


@contextmanager
def _workplace(folder: Path) -> Iterator[Path]:
    """Give a folder for unfinished work, alone; what a killed run left is swept first."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _alone(folder):
            for left in folder.glob(f"{rules.PARTIAL}*"):
                shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink()
            place = folder / f"{rules.PARTIAL}{os.urandom(4).hex()}"
            place.mkdir(mode=0o700)
            try:
                yield place
            finally:
                shutil.rmtree(place, ignore_errors=True)
    except _troubles() as error:
        raise BackupFailed(
            say(
                "It could not be done: %(error)s. What was there before is untouched.",
                error=str(error).strip(),
            ),
            todo=say("Look at the disk's free space and whether the database can be reached."),
        ) from error


def _troubles() -> tuple[type[Exception], ...]:
    """Return how a disk, a database or a program fails; asked only once something did."""
    import psycopg

    return OSError, sqlite3.Error, psycopg.Error, subprocess.SubprocessError


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupFailed(
                say("Another backup is being made or checked."), todo=say("Wait for its end.")
            ) from None
        yield


def create_backup(*, now: datetime, passphrase: str | None = None) -> Made:
    """Make a backup while people work. Raises BackupFailed; then nothing is left that looks so."""
    started = time.monotonic()
    secret = str(get_settings().backup_passphrase) if passphrase is None else passphrase
    folder, store = queries.backup_folder(), store_for()
    with _workplace(folder) as place:
        part, content = store.snapshot(place)
        manifest = _manifest(store, content, now)
        whole = place / "archive"
        with whole.open("wb") as target:
            whole.chmod(0o600)
            manifest = _pack(archive.Writer(target, secret), part, store, manifest)
            target.flush()
            os.fsync(target.fileno())
        final = folder / rules.name_for(now, os.urandom(3).hex(), locked=bool(secret))
        whole.rename(final)
        _sync(folder)
    return Made(final, final.stat().st_size, time.monotonic() - started, manifest)


def _manifest(store: Store, content: Content, now: datetime) -> Manifest:
    return Manifest(
        made_at=now.isoformat(),
        version=version("rihla"),
        dialect=store.dialect,
        schema=content.schema,
        site=get_settings().public_url,
        tables=content.tables,
        audit_heads=content.audit_heads,
    )


def _pack(writer: archive.Writer, part: Path, store: Store, manifest: Manifest) -> Manifest:
    with part.open("rb") as source:
        writer.add(store.member, source)
    instance, left_out = get_settings().instance.resolve(), []
    for path in sorted(_instance_files(instance)):
        name = path.relative_to(instance).as_posix()
        if path.is_symlink() or not path.is_file():
            left_out.append(name)
            continue
        with contextlib.suppress(FileNotFoundError):  # removed since the folder was listed
            writer.add_live(rules.FILES + name, path)
    manifest = replace(manifest, members=dict(writer.members), left_out=tuple(left_out))
    writer.close(manifest)
    return manifest


def _instance_files(instance: Path) -> Iterator[Path]:
    """Find what belongs to the site beside its database: uploads, keys, settings."""
    skipped = {queries.backup_folder(), *(instance / name for name in LEFT_OUT)}
    database = get_settings().database.removeprefix("sqlite:///")
    for folder, folders, names in os.walk(instance):
        here = Path(folder)
        links = [name for name in folders if (here / name).is_symlink()]
        folders[:] = [
            name
            for name in folders
            if here / name not in skipped
            and name not in links
            and not name.startswith((rules.PARTIAL, BESIDE))
        ]
        for name in [*names, *links]:
            path = here / name
            is_database = str(path).startswith(database) and here == Path(database).parent
            if not is_database and name != LOCK and not name.startswith(rules.PARTIAL):
                yield path


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def verify_backup(path: Path, *, passphrase: str | None = None) -> Verdict:
    """Restore a backup into a scratch place, compare everything, and start the site on it.

    Raises BackupFailed when it cannot even be unpacked or restored; what differs is in the verdict.
    """
    started = time.monotonic()
    secret = str(get_settings().backup_passphrase) if passphrase is None else passphrase
    with _workplace(queries.backup_folder()) as place:
        manifest = archive.unpack(path, place, secret)
        store = store_for(manifest.dialect)
        with store.scratch(place / store.member, place) as (address, content):
            problems = _differences(manifest, content)
            problems += _probe(address, place / rules.FILES)
    return Verdict(manifest, tuple(problems), time.monotonic() - started)


def _differences(manifest: Manifest, content: Content) -> list[str]:
    found = rules.differences(manifest, content.tables)
    if dict(manifest.audit_heads) != dict(content.audit_heads):
        found.append("the audit trail ends elsewhere")
    if manifest.schema != content.schema:
        found.append(f"the schema is {content.schema} instead of {manifest.schema}")
    return found


def _probe(address: str, instance: Path) -> list[str]:
    """Start the site on the restored copy in a process of its own, and ask it for pages."""
    instance.mkdir(exist_ok=True)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RIHLA_")}
    environment |= {
        "RIHLA_INSTANCE": str(instance),
        "RIHLA_DATABASE_URL": address,
        "RIHLA_PUBLIC_URL": "http://localhost",
        "RIHLA_MAIL": "folder",
        "RIHLA_LOG_LEVEL": "error",
    }
    done = subprocess.run(
        [sys.executable, "-m", "app.backups.probe"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=1800,
    )
    try:
        return list(json.loads(done.stdout.splitlines()[-1]))
    except (ValueError, IndexError):
        return [f"the site does not start on it: {done.stderr.strip()[-600:]}"]


def restore_backup(
    path: Path, *, now: datetime, replace_site: bool = False, passphrase: str | None = None
) -> Restored:
    """Put a backup in the site's place; the old site is kept beside. The site must be stopped.

    Raises BackupFailed over a site that is not empty unless told to replace it, and before
    anything was moved when the archive or what comes out of it is not right.
    """
    settings, store = get_settings(), store_for()
    secret = str(settings.backup_passphrase) if passphrase is None else passphrase
    db.session.remove()
    db.engine.dispose()
    instance = settings.instance.resolve()
    beside = instance / f"{BESIDE}{now:%Y%m%d%H%M%S}"
    with _workplace(instance) as place:
        if not replace_site and store.holds_rows():
            raise BackupFailed(
                say("This site is not empty, so nothing was changed."),
                todo=say("With --replace the backup takes its place; the old site is kept beside."),
            )
        manifest = archive.unpack(path, place, secret)
        part = place / store.member
        if not part.exists():
            store_for(manifest.dialect)  # says what is missing
            raise BackupFailed(say("This backup is of another kind of database than the site's."))
        old = store.put_back(part, beside, lambda content: _prove(manifest, content))
        try:
            _put_files_back(place / rules.FILES, instance, beside)
        except OSError as error:
            raise BackupFailed(
                say(
                    "The database was put back, the files not all: %(error)s. The old ones that"
                    " were moved are in %(beside)s.",
                    error=str(error),
                    beside=str(beside),
                )
            ) from error
    return Restored(manifest, old, beside)


def _prove(manifest: Manifest, content: Content) -> None:
    found = _differences(manifest, content)
    if found:
        raise BackupFailed(
            say("What came out differs, so nothing was changed: %(what)s", what="; ".join(found))
        )


def _put_files_back(fresh: Path, instance: Path, beside: Path) -> None:
    keep = instance / "settings.toml"  # this machine's own: addresses differ between machines
    for old in sorted(_instance_files(instance)):
        if old != keep:
            _move(old, beside / old.relative_to(instance))
    for new in sorted(path for path in fresh.rglob("*") if path.is_file()):
        target = instance / new.relative_to(fresh)
        _move(new, target.with_name("settings.from-backup.toml") if target.exists() else target)


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.rename(target)


def prune(keep: int) -> list[str]:
    """Remove the oldest backups; the newest one that was restored for a check always stays."""
    folder, verified = queries.backup_folder(), queries.verified_times()
    names = [file.name for file in queries.list_files()]
    precious = next((name for name in names if verified.get(name)), None)
    gone = [name for name in rules.to_prune(names, keep) if name != precious]
    for name in gone:
        (folder / name).unlink(missing_ok=True)
    return gone


def keep_run(*, at: datetime, made: Made | None, error: str = "") -> int:
    """Remember an attempt. Assumes a transaction."""
    values: dict[str, Any] = {"error": error[:2000] or None}
    if made:
        values |= {
            "file": made.path.name,
            "size": made.size,
            "seconds": round(made.seconds, 2),
            "rows": made.manifest.rows,
        }
    run = BackupRun(at=at, **values)
    db.session.add(run)
    db.session.flush()
    stale = queries.list_runs(RUNS_KEPT)
    if len(stale) == RUNS_KEPT:
        db.session.delete(stale[-1])
    return run.id


def mark_verified(*, file: str, at: datetime | None, error: str = "") -> None:
    """Remember what checking a backup of this site showed. Assumes a transaction."""
    run = db.session.query(BackupRun).filter_by(file=file).order_by(BackupRun.id.desc()).first()
    if run:
        run.verified_at, run.error = at, error[:2000] or None

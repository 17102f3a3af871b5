"""Keeping an SQLite database: VACUUM INTO while people work, a file to put back."""

import gzip
import hashlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from app.backups.hooks import Content, rows_of
from app.backups.rules import BORING, BackupFailed, TableState
from app.kernel.i18n import say

_BESIDE = ("", "-wal", "-shm", "-journal")


class SQLiteStore:
    """The embedded database."""

    dialect = "sqlite"
    member = "database.sqlite.gz"

    def __init__(self, path: Path) -> None:
        self.path = path

    def snapshot(self, folder: Path) -> tuple[Path, Content]:
        """Copy with VACUUM INTO, which writers do not disturb and which disturbs none of them."""
        if not self.path.exists():
            raise BackupFailed(say("There is no database at %(path)s.", path=str(self.path)))
        copy = folder / "database.sqlite"
        with closing(sqlite3.connect(self.path, timeout=30)) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
        content = read_content(copy)
        packed = folder / self.member
        with copy.open("rb") as source, gzip.open(packed, "wb", compresslevel=3) as target:
            shutil.copyfileobj(source, target, 1024 * 1024)
        copy.unlink()
        return packed, content

    @contextmanager
    def scratch(self, part: Path, folder: Path) -> Iterator[tuple[str, Content]]:
        """Unpack into the folder, check the file's own structure, and read it."""
        copy = unpack(part, folder / "scratch.sqlite")
        check(copy)
        yield f"sqlite:///{copy}", read_content(copy)

    def holds_rows(self) -> bool:
        """Look for a row in any table that a fresh site leaves empty."""
        if not self.path.exists() or not self.path.stat().st_size:
            return False
        with closing(sqlite3.connect(self.path, timeout=30)) as connection:
            return any(
                connection.execute(f'SELECT 1 FROM "{table}" LIMIT 1').fetchone()  # noqa: S608
                for table in tables_of(connection)
                if table not in BORING
            )

    def put_back(self, part: Path, beside: Path, prove: Callable[[Content], None]) -> str:
        """Move the old file away with its log, the restored one into its place."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = unpack(part, self.path.with_name(f".partial-{self.path.name}"))
        try:
            check(fresh)
            prove(read_content(fresh))
            if not self.path.exists():
                fresh.rename(self.path)
                return ""
            self._close()
            return self._swap(fresh, beside)
        finally:
            fresh.unlink(missing_ok=True)

    def _swap(self, fresh: Path, beside: Path) -> str:
        beside.mkdir(parents=True, exist_ok=True, mode=0o700)
        here = [self.path.with_name(self.path.name + suffix) for suffix in _BESIDE]
        moved = [path for path in here if path.exists()]
        try:
            for path in moved:
                path.rename(beside / path.name)
            fresh.rename(self.path)
        except OSError:
            for path in moved:
                if (beside / path.name).exists():
                    (beside / path.name).rename(path)
            raise
        return str(beside / self.path.name)

    def _close(self) -> None:
        """Fold the log into the file. Fails when any process still has the database open."""
        with closing(sqlite3.connect(self.path, timeout=1)) as connection:
            try:
                connection.execute("PRAGMA locking_mode=EXCLUSIVE")
                connection.execute("BEGIN EXCLUSIVE")
                connection.execute("COMMIT")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite3.OperationalError:
                raise BackupFailed(
                    say("The database is in use, so nothing was changed."),
                    todo=say("Stop the site, then restore again."),
                ) from None


def unpack(part: Path, target: Path) -> Path:
    """Write the database out of an archive's part and return its path."""
    with gzip.open(part, "rb") as source, target.open("wb") as out:
        shutil.copyfileobj(source, out, 1024 * 1024)
    target.chmod(0o600)
    return target


def check(path: Path) -> None:
    """Raise BackupFailed when SQLite finds the file broken, or a row that refers to none."""
    with closing(sqlite3.connect(path)) as connection:
        said = [row[0] for row in connection.execute("PRAGMA integrity_check(5)")]
        dangling = connection.execute("PRAGMA foreign_key_check").fetchmany(1)
    if said != ["ok"]:
        raise BackupFailed(say("The restored database is broken: %(what)s", what="; ".join(said)))
    if dangling:
        raise BackupFailed(
            say("The restored database has a dangling row in %(table)s.", table=dangling[0][0])
        )


def read_content(path: Path) -> Content:
    """Return rows and hash of every table, the heads of the audit trail and the schema's name."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as connection:
        names = tables_of(connection)
        tables = {name: _state(connection, name) for name in names}
        heads = _heads(connection) if "audit_chain" in names else {}
        version = (
            "alembic_version" in names
            and connection.execute("SELECT version_num FROM alembic_version").fetchone()
        )
    return Content(tables, heads, version[0] if version else "")


def tables_of(connection: sqlite3.Connection) -> list[str]:
    """Return the names of the tables that are ours."""
    rows = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%'"
        " ESCAPE '\\' ORDER BY name"
    )
    return [row[0] for row in rows]


def _state(connection: sqlite3.Connection, table: str) -> TableState:
    columns = connection.execute(f'PRAGMA table_info("{table}")').fetchall()
    keys = sorted((row[5], row[1]) for row in columns if row[5])
    order = [name for _, name in keys] or [row[1] for row in columns]
    names = ", ".join(f'"{name}"' for name in order)
    cursor = connection.execute(f'SELECT * FROM "{table}" ORDER BY {names}')  # noqa: S608
    digest, count = hashlib.sha256(repr([row[1] for row in columns]).encode()), 0
    for row in rows_of(cursor):
        digest.update(repr(row).encode("utf-8", "surrogatepass"))
        count += 1
    return TableState(count, digest.hexdigest())


def _heads(connection: sqlite3.Connection) -> dict[str, list[Any]]:
    rows = connection.execute("SELECT center_id, seq, head FROM audit_chain ORDER BY center_id")
    return {str(center): [seq, head] for center, seq, head in rows}

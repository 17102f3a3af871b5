"""Keeping a PostgreSQL database: pg_dump on the very snapshot whose rows are hashed."""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from app.backups.hooks import Content
from app.backups.rules import BORING, BackupFailed, TableState
from app.kernel import clock
from app.kernel.i18n import say

SCRATCH = "rihla_verify_"
_ENVIRONMENT = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "options": "PGOPTIONS",
}
_PLAIN_TEXT: tuple[LiteralString, ...] = (
    "SET datestyle TO 'ISO'",
    "SET timezone TO 'UTC'",
    "SET extra_float_digits TO 3",
    "SET bytea_output TO 'hex'",
)
"""What makes the same values the same text on every server."""
_TABLES = """
SELECT c.oid::int, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname = current_schema() ORDER BY c.relname
"""
_COLUMNS = """
SELECT a.attname, a.attcollation <> 0, array_position(i.indkey::int[], a.attnum::int)
FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
"""


class PostgreSQLStore:
    """A database on a server. The programs pg_dump and pg_restore must be on this machine."""

    dialect = "postgresql"
    member = "database.dump"

    def __init__(self, url: str) -> None:
        self.url = re.sub(r"^postgresql\+\w+:", "postgresql:", url)
        self.name = str(conninfo_to_dict(self.url).get("dbname") or "")

    def _connect(self, dbname: str | None = None) -> "psycopg.Connection[Any]":
        conninfo = make_conninfo(self.url, **({"dbname": dbname} if dbname else {}))
        return psycopg.connect(conninfo, autocommit=True)

    def snapshot(self, folder: Path) -> tuple[Path, Content]:
        """Dump, and hash in the same snapshot, which the dump is handed by its name."""
        part = folder / self.member
        with self._connect() as connection:
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            row = connection.execute("SELECT pg_export_snapshot()").fetchone()
            options = ["-Fc", "--no-owner", "--no-privileges", f"--snapshot={_only(row)}"]
            self._run("pg_dump", [*options, "-f", str(part)])
            content = read_content(connection)
            connection.execute("COMMIT")
        return part, content

    def _run(self, program: str, arguments: list[str], dbname: str = "") -> None:
        path = shutil.which(program)
        if path is None:
            raise BackupFailed(
                say("The program %(program)s is not on this machine.", program=program),
                todo=say("Install postgresql-client in the server's version, then try again."),
            )
        # the password goes through the environment: arguments can be read by everybody
        given = conninfo_to_dict(self.url)
        secret = {_ENVIRONMENT[k]: str(v) for k, v in given.items() if k in _ENVIRONMENT and v}
        target = {"PGDATABASE": dbname} if dbname else {}
        done = subprocess.run(  # noqa: S603  (found on the path; arguments are ours)
            [path, *arguments],
            env={**os.environ, **secret, **target},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BackupFailed(
                say(
                    "%(program)s failed: %(error)s",
                    program=program,
                    error=done.stderr.strip()[-500:],
                )
            )

    @contextmanager
    def scratch(self, part: Path, folder: Path) -> Iterator[tuple[str, Content]]:
        """Restore into a database of its own on the same server, dropped afterwards."""
        self._forget_scratches()
        name = f"{SCRATCH}{clock.now():%Y%m%d%H%M}_{os.urandom(3).hex()}"
        self._create(name)
        try:
            self._restore(part, name)
            with self._connect(name) as connection:
                content = read_content(connection)
            yield self._address(name), content
        finally:
            self._maintain(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _address(self, name: str) -> str:
        before, _, query = self.url.partition("?")
        return before.rsplit("/", 1)[0] + f"/{name}" + (f"?{query}" if query else "")

    def _create(self, name: str) -> None:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'")
        try:
            self._maintain(statement.format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege:
            raise BackupFailed(
                say("The site's database user may not create databases, which restoring needs."),
                todo=say("Once, as the server's owner: ALTER ROLE … CREATEDB."),
            ) from None

    def _maintain(self, statement: sql.Composed) -> None:
        with self._connect("postgres") as connection:
            connection.execute(statement)

    def _forget_scratches(self) -> None:
        """Drop what a verification left that was killed; those of the last day may be at work."""
        limit = f"{SCRATCH}{clock.now() - timedelta(days=1):%Y%m%d%H%M}"
        with self._connect("postgres") as connection:
            rows = connection.execute(
                "SELECT datname FROM pg_database WHERE datname LIKE %s AND datname < %s"
                " AND pg_get_userbyid(datdba) = current_user",
                (SCRATCH.replace("_", "\\_") + "%", limit),
            ).fetchall()
            for (name,) in rows:
                drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
                connection.execute(drop.format(sql.Identifier(name)))

    def _restore(self, part: Path, name: str) -> None:
        options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
        self._run("pg_restore", [*options, f"--dbname={name}", str(part)])

    def holds_rows(self) -> bool:
        """Look for a row in any table that a fresh site leaves empty."""
        try:
            with self._connect() as connection:
                names = [name for _, name in connection.execute(_TABLES) if name not in BORING]
                look = sql.SQL("SELECT 1 FROM {} LIMIT 1")
                return any(
                    connection.execute(look.format(sql.Identifier(name))).fetchone()
                    for name in names
                )
        except psycopg.OperationalError as error:
            if "does not exist" in str(error):
                return False
            raise BackupFailed(say("The database cannot be reached: %(e)s", e=str(error))) from None

    def put_back(self, part: Path, beside: Path, prove: Callable[[Content], None]) -> str:
        """Restore beside the old database, then swap the names; the old one stays under another."""
        stamp = f"{clock.now():%Y%m%d%H%M%S}"
        fresh, old = f"{self.name}_restored_{stamp}", f"{self.name}_before_{stamp}"
        self._create(fresh)
        try:
            self._restore(part, fresh)
            with self._connect(fresh) as connection:
                prove(read_content(connection))
            kept = self._swap(fresh, old)
        except BaseException:
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            self._maintain(drop.format(sql.Identifier(fresh)))
            raise
        return old if kept else ""

    def _swap(self, fresh: str, old: str) -> bool:
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        here, there, new = map(sql.Identifier, (self.name, old, fresh))
        with self._connect("postgres") as connection:
            exists = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", (self.name,)
            ).fetchone()
            try:
                with connection.transaction():
                    if exists:
                        connection.execute(rename.format(here, there))
                    connection.execute(rename.format(new, here))
            except psycopg.errors.ObjectInUse:
                raise BackupFailed(
                    say("The database is in use, so nothing was changed."),
                    todo=say("Stop the site, then restore again."),
                ) from None
        return bool(exists)


def read_content(connection: "psycopg.Connection[Any]") -> Content:
    """Return rows and hash of every table, the heads of the audit trail and the schema's name."""
    for setting in _PLAIN_TEXT:
        connection.execute(setting)
    found = connection.execute(_TABLES).fetchall()
    tables = {name: _state(connection, oid, name) for oid, name in found}
    heads: dict[str, list[Any]] = {}
    version = None
    if "audit_chain" in tables:
        rows = connection.execute("SELECT center_id, seq, head FROM audit_chain ORDER BY center_id")
        heads = {str(center): [seq, head] for center, seq, head in rows}
    if "alembic_version" in tables:
        version = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return Content(tables, heads, version[0] if version else "")


def _state(connection: "psycopg.Connection[Any]", oid: int, table: str) -> TableState:
    columns = connection.execute(_COLUMNS, (oid,)).fetchall()
    keys = sorted((place, name, text) for name, text, place in columns if place is not None)
    order = [(name, text) for _, name, text in keys] or [(n, text) for n, text, _ in columns]
    # "C" sorts the same on every server; other collations change with the system's library
    by = [
        sql.SQL('{} COLLATE "C"' if text else "{}").format(sql.Identifier(name))
        for name, text in order
    ]
    names = [sql.Identifier(name) for name, _, _ in columns]
    query = sql.SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT").format(
        sql.SQL(", ").join(names),
        sql.Identifier(table),
        sql.SQL(", ").join(by) if by else sql.SQL("1"),
    )
    digest, count = hashlib.sha256(repr([name for name, _, _ in columns]).encode()), 0
    with connection.cursor().copy(query) as rows:
        for row in rows:
            digest.update(row)
            count += bytes(row).count(b"\n")  # inside a value it is written \\n
    return TableState(count, digest.hexdigest())


def _only(row: Any) -> str:
    return str(row[0])

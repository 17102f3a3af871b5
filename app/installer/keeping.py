"""A plugin's own tables in a file, and back: before an upgrade, and what was written since.

A file is a zip: `<table>.jsonl`, exact, to be put back; `<table>.csv` for people; `about.json` with
the revision of the tables and, for each, how many rows it has and the fingerprint of all of them.
"""

import base64
import csv
import hashlib
import io
import json
import os
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, MetaData, Table, func, inspect, select, text
from sqlalchemy.dialects.sqlite.base import SQLiteDialect

from app.centers.rules import formula_safe
from app.kernel import migrations
from app.kernel.db import db
from app.plugins import schema
from app.plugins.discovery import Record

BATCH = 500
_NAME = re.compile(r"^[A-Za-z0-9_]+$")


def own_tables(connection: Connection, plugin: str) -> list[Table]:
    """Return a plugin's tables as they stand in the database, those first that others refer to."""
    inspector = inspect(connection)
    ordered = [name for name, _ in inspector.get_sorted_table_and_fkc_names() if name]
    names = [name for name in ordered if name.startswith(f"{plugin}_")]
    metadata = MetaData()
    if names:
        metadata.reflect(connection, only=names, resolve_fks=False)
    return [metadata.tables[name] for name in names]


def revision_of(connection: Connection, plugin: str) -> str | None:
    """Return how far a plugin's tables are; None when it has none."""
    name = f"alembic_version_{plugin}"
    if not inspect(connection).has_table(name):
        return None
    found: str | None = connection.scalar(text(f'SELECT version_num FROM "{name}"'))  # noqa: S608
    return found


def _rows(connection: Connection, table: Table) -> Iterator[dict[str, Any]]:
    """Give the rows in a fixed order; on SQLite exactly what is stored."""
    keys = list(table.primary_key.columns) or list(table.columns)
    if isinstance(connection.dialect, SQLiteDialect):
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        order = ", ".join(f'"{column.name}"' for column in keys)
        query = text(f'SELECT {columns} FROM "{table.name}" ORDER BY {order}')  # noqa: S608
    else:
        query = select(table).order_by(*keys)  # type: ignore[assignment]
    for row in connection.execution_options(yield_per=BATCH).execute(query).mappings():
        yield dict(row)


def _plain(value: Any) -> Any:
    """Return a value for JSON; what JSON does not know gets a name in front."""
    if isinstance(value, bytes | memoryview):
        return {"$bytes": base64.b64encode(bytes(value)).decode()}
    if isinstance(value, timedelta):
        return {"$seconds": str(value.total_seconds())}
    for kind in (datetime, date, time):
        if isinstance(value, kind):
            return {f"${kind.__name__}": value.isoformat()}
    if isinstance(value, Decimal | UUID):
        return {f"${type(value).__name__}": str(value)}
    if isinstance(value, dict):
        return {"$dict": value}
    return value


_READ: dict[str, Any] = {
    "$bytes": base64.b64decode,
    "$seconds": lambda seconds: timedelta(seconds=float(seconds)),
    "$datetime": datetime.fromisoformat,
    "$date": date.fromisoformat,
    "$time": time.fromisoformat,
    "$Decimal": Decimal,
    "$UUID": UUID,
    "$dict": lambda value: value,
}


def _value(plain: Any) -> Any:
    if isinstance(plain, dict) and len(plain) == 1:
        (key, inner), *_ = plain.items()
        if key in _READ:
            return _READ[key](inner)
    return plain


def export(connection: Connection, plugin: str, version: str, file: Path, now: datetime) -> None:
    """Write a plugin's tables to a file, whole or not at all; readable by the owner only."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}-{os.getpid()}")
    about: dict[str, Any] = {
        "plugin": plugin,
        "version": version,
        "revision": revision_of(connection, plugin),
        "at": now.isoformat(),
        "tables": {},
    }
    try:
        fresh.touch(mode=0o600)
        with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED) as archive:
            for table in own_tables(connection, plugin):
                about["tables"][table.name] = _export_table(connection, table, archive)
            archive.writestr("about.json", json.dumps(about, indent=1))
        with fresh.open("rb") as written:
            os.fsync(written.fileno())
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)


def _export_table(connection: Connection, table: Table, archive: zipfile.ZipFile) -> dict[str, Any]:
    digest, count = hashlib.sha256(), 0
    with archive.open(f"{table.name}.jsonl", "w") as out:
        for row in _rows(connection, table):
            line = _line(row)
            digest.update(line)
            out.write(line)
            count += 1
    with archive.open(f"{table.name}.csv", "w") as raw:
        sheet = io.TextIOWrapper(raw, "utf-8-sig", newline="")
        writer = csv.writer(sheet)
        writer.writerow([column.name for column in table.columns])
        for row in _rows(connection, table):
            writer.writerow([_cell(value) for value in row.values()])
        sheet.flush()
    return {"rows": count, "sha256": digest.hexdigest()}


def _line(row: dict[str, Any]) -> bytes:
    plain = {key: _plain(value) for key, value in row.items()}
    return json.dumps(plain, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return formula_safe(str(value))


def fingerprints(connection: Connection, plugin: str) -> dict[str, str]:
    """Return a fingerprint of all rows for each table of a plugin."""
    found = {}
    for table in own_tables(connection, plugin):
        digest = hashlib.sha256()
        for row in _rows(connection, table):
            digest.update(_line(row))
        found[table.name] = digest.hexdigest()
    return found


def read_about(file: Path) -> dict[str, Any]:
    """Return what a file says of itself."""
    with zipfile.ZipFile(file) as archive:
        found: dict[str, Any] = json.loads(archive.read("about.json"))
    return found


def restore(record: Record, file: Path) -> None:
    """Make a plugin's tables what they were when the file was written, in one transaction.

    The tables are built anew by the migrations of `record`, the version of then, up to the revision
    of the file; then every row is put back. Done twice it gives the same.
    """
    about = read_about(file)

    def fill(connection: Connection) -> None:
        _fill(connection, record.name, file)

    def empty(connection: Connection) -> None:
        drop_tables(connection, record.name)

    if about["revision"] is None or schema.folder_of(record) is None:
        with migrations.changing(db.engine) as connection:
            empty(connection)
    else:
        schema.upgrade(record, about["revision"], before=empty, after=fill)


def drop_tables(connection: Connection, plugin: str) -> None:
    """Drop a plugin's tables and the note of how far they are."""
    for table in reversed(own_tables(connection, plugin)):
        connection.execute(text(f'DROP TABLE "{table.name}"'))
    connection.execute(text(f'DROP TABLE IF EXISTS "alembic_version_{plugin}"'))


def _fill(connection: Connection, plugin: str, file: Path) -> None:
    tables = own_tables(connection, plugin)
    for table in reversed(tables):  # what the migrations themselves put in
        connection.execute(text(f'DELETE FROM "{table.name}"'))  # noqa: S608
    with zipfile.ZipFile(file) as archive:
        for table in tables:
            with archive.open(f"{table.name}.jsonl") as lines:
                batch: list[dict[str, Any]] = []
                for line in lines:
                    plain = json.loads(line)
                    batch.append({key: _value(value) for key, value in plain.items()})
                    if len(batch) >= BATCH:
                        _insert(connection, table, batch)
                        batch = []
                _insert(connection, table, batch)
            _go_on_counting(connection, table)


def _insert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    if not isinstance(connection.dialect, SQLiteDialect):
        connection.execute(table.insert(), rows)
        return
    names = list(rows[0])
    if not all(_NAME.match(name) for name in names):
        raise ValueError(f"{table.name}: a column has an odd name")
    columns = ", ".join(f'"{name}"' for name in names)
    marks = ", ".join(f":{name}" for name in names)
    statement = text(f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks})')  # noqa: S608
    connection.execute(statement, rows)


def _go_on_counting(connection: Connection, table: Table) -> None:
    """Let PostgreSQL's counters go on after the highest number that was put back."""
    if connection.dialect.name != "postgresql":
        return
    for column in table.primary_key.columns:
        name = connection.scalar(
            select(func.pg_get_serial_sequence(f'"{table.name}"', column.name))
        )
        if name:
            highest = connection.scalar(select(func.max(column)))
            if highest is not None:
                connection.execute(select(func.setval(name, highest)))

"""The tables of plugins: each plugin has its own chain of migrations and its own version table.

So a plugin whose files are gone keeps its tables and blocks nobody. A migration of a plugin may
touch only tables that begin with its name; another one undoes the whole migration.
"""

import re
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from app.kernel import migrations
from app.kernel.db import db
from app.kernel.i18n import say
from app.plugins.discovery import Record
from app.plugins.tables import registry_of

_NAME = r"[\"`\[]?(?:[A-Za-z0-9_]+[\"`\]]?\.[\"`\[]?)?([A-Za-z0-9_]+)"
_CHANGES = re.compile(
    r"(?:(?:CREATE|DROP|ALTER)\s+(?:TABLE|TYPE|SEQUENCE|INDEX(?=\s+\S*\s*$))"
    r"(?:\s+IF\s+(?:NOT\s+)?EXISTS)?|DROP\s+INDEX(?:\s+IF\s+EXISTS)?"
    r"|COMMENT\s+ON\s+(?:TABLE|COLUMN)|(?:INSERT(?:\s+OR\s+[A-Z]+)?|REPLACE)\s+INTO"
    r"|UPDATE(?:\s+OR\s+[A-Z]+)?(?:\s+ONLY)?|DELETE\s+FROM(?:\s+ONLY)?|TRUNCATE(?:\s+TABLE)?"
    r"|CREATE\s+(?:UNIQUE\s+)?INDEX\s+(?:IF\s+NOT\s+EXISTS\s+)?\S+\s+ON)\s+" + _NAME,
    re.IGNORECASE,
)
_RENAMED = re.compile(r"ALTER\s+TABLE\s.*\sRENAME\s+TO\s+" + _NAME, re.IGNORECASE | re.DOTALL)
_INNER = re.compile(r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+(?!SET\b)" + _NAME, re.IGNORECASE)
_HARMLESS = re.compile(
    r"SELECT\b|PRAGMA\b|EXPLAIN\b|BEGIN\b|SAVEPOINT\b|RELEASE\b|ROLLBACK\s+TO\b|SET\s+LOCAL\b",
    re.IGNORECASE,
)
_KINDS = ("ix", "uq", "pk", "fk", "ck")
_COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_PART = re.compile(r"(?:'(?:[^']|'')*'|[^;'])+")


class TableTheft(RuntimeError):
    """A plugin's migration touched a table that is not the plugin's; all of it was undone."""


def folder_of(record: Record) -> Path | None:
    """Return where the plugin's migrations stand; None when it has none."""
    if record.manifest is None or not record.manifest.migrations:
        return None
    return record.folder / record.manifest.migrations


def head_of(record: Record) -> str | None:
    """Return the newest revision that the plugin's files bring."""
    folder = folder_of(record)
    return migrations.head(folder) if folder else None


def upgrade(
    record: Record, to: str = "head", engine: Engine | None = None, **around: migrations.Act
) -> None:
    """Bring a plugin's tables forward, in one transaction. Raises TableTheft, or what failed.

    `before` and `after` get the connection in the same transaction.
    """
    _move(migrations.upgrade, record, to, engine, **around)


def downgrade(record: Record, to: str = "base", engine: Engine | None = None) -> None:
    """Take a plugin's tables back; `base` drops them with their rows."""
    _move(migrations.downgrade, record, to, engine)


def differences(record: Record) -> list[Any]:
    """Return what the plugin's models say and its tables in the database lack, or the reverse."""
    return migrations.differences(**_whose(record)) if record.manifest else []


def write_revision(record: Record, name: str) -> Path:
    """Write the next step of a plugin's tables from its models; only its tables are looked at."""
    folder = folder_of(record)
    if folder is None:
        raise ValueError('plugin.toml lacks migrations = "migrations"')
    template = folder / "script.py.mako"
    if not template.exists():
        (folder / "versions").mkdir(parents=True, exist_ok=True)
        shutil.copy(migrations.FOLDER / template.name, template)
    return migrations.write_revision(name, folder=folder, prefix=record.name, **_whose(record))


def _whose(record: Record) -> dict[str, Any]:
    own = record.name
    return {
        "metadata": registry_of(own).metadata,
        "version_table": f"alembic_version_{own}",
        "mine": lambda table: table.startswith(f"{own}_"),
    }


def _move(act: Any, record: Record, to: str, engine: Engine | None, **around: Any) -> None:
    folder = folder_of(record)
    if folder is None or record.manifest is None:
        return
    engine = engine or db.engine
    with _own_tables_only(engine, record.name):
        act(engine, to, folder=folder, version_table=record.manifest.version_table, **around)


@contextmanager
def _own_tables_only(engine: Engine, plugin: str) -> Iterator[None]:
    mine = threading.get_ident()  # what others of this process do meanwhile is not the plugin's

    def check(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if threading.get_ident() != mine:
            return
        for part in _PART.findall(_COMMENTS.sub(" ", statement)):
            if part.strip() and not all(_is_own(name, plugin) for name in _touched(part.strip())):
                raise TableTheft(f"{plugin}: {part.strip()[:80]}")

    event.listen(engine, "before_cursor_execute", check)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", check)


def _touched(statement: str) -> list[str]:
    """Return what a statement changes; an empty name for what nobody here understands."""
    if _HARMLESS.match(statement):
        return []
    if statement[:4].upper() == "WITH":
        return _INNER.findall(statement)
    found = _CHANGES.match(statement)
    renamed = _RENAMED.match(statement)
    return [found[1] if found else "", *([renamed[1]] if renamed else [])]


def _is_own(name: str, plugin: str) -> bool:
    own = (f"{plugin}_", f"_alembic_tmp_{plugin}_", *(f"{kind}_{plugin}_" for kind in _KINDS))
    return name.startswith(own) or name == f"alembic_version_{plugin}"


def upgrade_all(records: Mapping[str, Record]) -> dict[str, str]:
    """Bring the tables of all plugins forward; one that fails stays as it was.

    Returns what failed, in a sentence for each plugin; those are off until it is mended.
    """
    failed: dict[str, str] = {}
    for name, record in records.items():
        if record.manifest is None or record.state in ("failed", "incompatible", "missing"):
            continue
        try:
            upgrade(record)
        except Exception as error:  # noqa: BLE001  (foreign code: whatever it raises, it is undone)
            failed[name] = f"{type(error).__name__}: {error}".splitlines()[0][:300]
            record.notes.append(say("Its tables could not be renewed: %(why)s", why=failed[name]))
    return failed

"""Bringing the schema to what the code expects, or back.

The rules (each was a lost row once): on SQLite foreign keys are off before BEGIN IMMEDIATE, since a
table that is rebuilt would otherwise take the rows of others with it; all steps stand in one
transaction; dangling references are counted before and after, and a new one undoes everything. On
PostgreSQL an advisory lock keeps two nodes from migrating at once.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, TypeDecorator, inspect, text

from app.kernel.db import Base, allow_writing, db

FOLDER = Path(__file__).resolve().parent.parent.parent / "migrations"
VERSION_TABLE = "alembic_version"
_LOCK = 7242191
Act = Callable[[Connection], None]


class DanglingReferences(RuntimeError):
    """A migration would have left rows that refer to rows which are gone; it was undone."""


@lru_cache
def _scripts(folder: Path = FOLDER) -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return ScriptDirectory.from_config(config)


def current(version_table: str = VERSION_TABLE) -> str | None:
    """Return the revision that the database is at; None for an empty one."""
    context = MigrationContext.configure(
        db.session.connection(), opts={"version_table": version_table}
    )
    return context.get_current_revision()


def head(folder: Path = FOLDER) -> str | None:
    """Return the newest revision that the code brings."""
    return _scripts(folder).get_current_head()


def pending() -> bool:
    """Tell whether the database is not at the newest revision."""
    return current() != head()


def upgrade(engine: Engine | None = None, to: str = "head", **where: Any) -> None:
    """Bring the schema forward, all steps in one transaction."""
    _migrate(engine or db.engine, lambda rev, scripts: scripts._upgrade_revs(to, rev), to, **where)


def downgrade(engine: Engine | None = None, to: str = "base", **where: Any) -> None:
    """Bring the schema back, all steps in one transaction."""
    _migrate(
        engine or db.engine, lambda rev, scripts: scripts._downgrade_revs(to, rev), to, **where
    )


def _migrate(
    engine: Engine,
    steps: Callable[[Any, ScriptDirectory], Any],
    to: str,
    *,
    folder: Path = FOLDER,
    version_table: str = VERSION_TABLE,
    before: Act = lambda _connection: None,
    after: Act = lambda _connection: None,
) -> None:
    scripts = _scripts(folder)
    with changing(engine) as connection:
        before(connection)
        _run(connection, scripts, steps, to, version_table)
        after(connection)


@contextmanager
def changing(engine: Engine) -> Iterator[Connection]:
    """Change the schema inside, in one transaction and under the rules above.

    Raises DanglingReferences when rows would refer to others that are gone; nothing is kept then.
    """
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection, allow_writing():
        if sqlite:
            _raw(connection, "PRAGMA foreign_keys=OFF")
        connection = connection.execution_options(writing=True)
        try:
            with connection.begin():
                if not sqlite:
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
                    connection.execute(text("SET LOCAL lock_timeout = '2s'"))
                before = _dangling(connection) if sqlite else 0
                yield connection
                if sqlite and _dangling(connection) > before:
                    raise DanglingReferences("the migration was undone")
        finally:
            if sqlite:
                _raw(connection, "PRAGMA foreign_keys=ON")


def _raw(connection: Connection, statement: str) -> None:
    cursor = connection.connection.cursor()
    cursor.execute(statement)
    cursor.close()


def _dangling(connection: Connection) -> int:
    return len(connection.exec_driver_sql("PRAGMA foreign_key_check").all())


def _run(connection: Connection, scripts: Any, steps: Any, to: str, version_table: str) -> None:
    def plan(revision: Any, _context: Any) -> Any:
        return steps(revision, scripts)

    with EnvironmentContext(Config(), scripts, fn=plan, destination_rev=to) as environment:
        environment.configure(
            connection=connection,
            target_metadata=Base.metadata,
            version_table=version_table,
            transactional_ddl=False,  # the transaction is ours
            render_as_batch=True,
            compare_type=True,
        )
        with Operations.context(environment.get_context()):
            environment.run_migrations()


def differences(**whose: Any) -> list[Any]:
    """Return what the models say and the database lacks, or the other way round."""
    context = _comparison(**whose)
    return list(compare_metadata(context, context.opts["target_metadata"]))


def write_revision(name: str, *, folder: Path = FOLDER, prefix: str = "core", **whose: Any) -> Path:
    """Write the next numbered step from the differences, note it in CURRENT, return its file."""
    context = _comparison(**whose)
    found = produce_migrations(context, context.opts["target_metadata"])
    imports: Any = set()

    def code(operations: Any) -> str:
        text: str = render_python_code(
            operations, render_as_batch=True, imports=imports, render_item=_plain_type
        )
        return re.sub(r"^ *# ###.*\n?", "", text, flags=re.MULTILINE).strip() or "pass"

    up, down = code(found.upgrade_ops), code(found.downgrade_ops)
    number = int((head(folder) or "0").rpartition("_")[2]) + 1
    script = _scripts(folder).generate_revision(
        f"{prefix}_{number:04d}",
        name,
        head="head",
        upgrades=up,
        downgrades=down,
        imports="\n".join(sorted(imports)),
    )
    if script is None:
        raise RuntimeError("Alembic wrote no file")
    if folder == FOLDER:
        (folder / "CURRENT").write_text(f"{script.revision}\n")
    _scripts.cache_clear()
    return Path(script.path)


def _comparison(
    metadata: MetaData = Base.metadata,
    version_table: str = VERSION_TABLE,
    mine: Callable[[str], bool] | None = None,
) -> MigrationContext:
    """Compare a database with `metadata`; `mine` says which of its tables count."""
    connection = db.session.connection()
    if mine is None:
        tables = inspect(connection).get_table_names()
        marks = [t for t in tables if t.startswith(f"{VERSION_TABLE}_")]
        foreign = tuple(f"{mark.removeprefix(f'{VERSION_TABLE}_')}_" for mark in marks)

        def mine(table: str) -> bool:
            return table not in marks and not table.startswith(foreign)

    def counts(name: str | None, kind: str, _parents: Any) -> bool:
        return kind != "table" or mine(name or "")

    def is_theirs(_thing: Any, name: str | None, kind: str, *_: Any) -> bool:
        return counts(name, kind, None)

    return MigrationContext.configure(
        connection,
        opts={
            "target_metadata": metadata,
            "compare_type": True,
            "render_item": _plain_type,
            "version_table": version_table,
            "include_name": counts,
            "include_object": is_theirs,
        },
    )


def _plain_type(kind: str, thing: Any, _context: Any) -> Any:
    """Write our column types as the plain ones they stand on: a step must not need our code."""
    if kind == "type" and isinstance(thing, TypeDecorator):
        return f"sa.{thing.impl!r}"
    return False

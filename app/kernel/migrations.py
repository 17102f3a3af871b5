"""Bringing the schema to what the code expects, or back.

The rules (each was a lost row once): on SQLite foreign keys are off before BEGIN IMMEDIATE, since a
table that is rebuilt would otherwise take the rows of others with it; all steps stand in one
transaction; dangling references are counted before and after, and a new one undoes everything. On
PostgreSQL an advisory lock keeps two nodes from migrating at once.
"""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from app.kernel.db import Base, allow_writing, db

FOLDER = Path(__file__).resolve().parent.parent.parent / "migrations"
VERSION_TABLE = "alembic_version"
_LOCK = 7242191


class DanglingReferences(RuntimeError):
    """A migration would have left rows that refer to rows which are gone; it was undone."""


@lru_cache
def _scripts(folder: Path = FOLDER) -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
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
) -> None:
    scripts = _scripts(folder)
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection, allow_writing():
        if sqlite:
            _raw(connection, "PRAGMA foreign_keys=OFF")
        connection = connection.execution_options(writing=True)
        try:
            with connection.begin():
                if not sqlite:
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
                    connection.execute(text("SET LOCAL lock_timeout = '5s'"))
                before = _dangling(connection) if sqlite else 0
                _run(connection, scripts, steps, to, version_table)
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

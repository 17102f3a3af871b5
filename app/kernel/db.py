"""The database: one session, one way to write.

Reading needs nothing. Writing happens inside `with write():`, which begins (BEGIN IMMEDIATE on
SQLite, so that nobody writes between our read and our write), commits once, and rolls back on any
exception. Whatever tries to write elsewhere raises WriteOutsideTransaction: a GET cannot change
data by accident.
"""

import re
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Engine, MetaData, String, TypeDecorator, event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session

from app.kernel import clock
from app.settings import get_settings

_WRITES = re.compile(
    r"\s*(?:INSERT|UPDATE|DELETE|REPLACE|MERGE|TRUNCATE|WITH\b.*?\)\s*(?:INSERT|UPDATE|DELETE)\b)",
    re.IGNORECASE | re.DOTALL,
)
_writing: ContextVar[bool] = ContextVar("writing", default=False)


class Base(DeclarativeBase):
    """Base of all models."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UTCDateTime(TypeDecorator[datetime]):
    """A moment with its time zone, kept in UTC on every database."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Store in UTC. Raises ValueError for a moment without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Return with the zone."""
        return value.replace(tzinfo=UTC) if value else None


JSONDocument = JSON
"""Plain JSON. Replace the whole value to change it: changes inside are not seen."""


class PublicId(TypeDecorator[str]):
    """An identifier that people may see in an address: 128 random bits, 22 characters."""

    impl = String(22)
    cache_ok = True


def new_public_id() -> str:
    """Return a fresh identifier for addresses."""
    return secrets.token_urlsafe(16)


def insert_into(model: type[Base]) -> Any:
    """Return an INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
    name = db.session().get_bind().dialect.name
    return postgresql.insert(model) if name == "postgresql" else sqlite.insert(model)


def as_moment(found: Any) -> datetime:
    """Return the database's moment, which SQLite gives as text, with its zone."""
    moment = datetime.fromisoformat(found) if isinstance(found, str) else found
    return moment.replace(tzinfo=UTC)


def get_now() -> datetime:
    """Return the present moment by the database's clock."""
    return as_moment(db.session.scalar(select(clock.sql_now())))


class WriteOutsideTransaction(RuntimeError):
    """Something was about to be written with no `with write():` around it."""


db = SQLAlchemy(model_class=Base, disable_autonaming=True)


def init_app(app: Any) -> None:
    """Attach the database that the settings name."""
    url = get_settings().database
    app.config["SQLALCHEMY_DATABASE_URI"] = url.replace("postgresql://", "postgresql+psycopg://", 1)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = (
        {"connect_args": {"timeout": 5}} if url.startswith("sqlite") else {"pool_pre_ping": True}
    )
    db.init_app(app)
    with app.app_context():
        prepare(db.engine)


def prepare(engine: Engine) -> None:
    """Give an engine our rules for connections, transactions and stray writes."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "before_cursor_execute", _refuse_stray_sql)


def _open_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.create_function("rihla_now", 1, clock.sqlite_now)


def _begin_sqlite(connection: Any) -> None:
    if connection.get_execution_options().get("writing"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:  # takes no lock, so it cannot fail: said to the driver, at a fifth of the price
        connection.connection.driver_connection.execute("BEGIN")


def _refuse_stray_sql(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
    if not _writing.get() and _WRITES.match(statement):
        raise WriteOutsideTransaction(statement[:120])


@contextmanager
def write() -> Iterator[Session]:
    """Run the block as one transaction: all of it is kept, or none.

    What was read before may be stale; read it again inside. Raises RuntimeError when nested, and
    WriteOutsideTransaction when objects were changed before.
    """
    session = db.session()
    if _writing.get():
        raise RuntimeError("write() inside write(): let the outer one decide")
    if session.new or session.dirty or session.deleted:
        raise WriteOutsideTransaction("objects were changed before write()")
    session.rollback()
    token = _writing.set(True)
    try:
        with session.begin():
            session.connection(execution_options={"writing": True})
            yield session
    finally:
        _writing.reset(token)


@contextmanager
def allow_writing() -> Iterator[None]:
    """Let statements pass that are no business writes: schema, tests' own clean-up."""
    token = _writing.set(True)
    try:
        yield
    finally:
        _writing.reset(token)


@event.listens_for(Session, "before_flush")
def _refuse_stray_objects(session: Session, *_: Any) -> None:
    if not _writing.get():
        raise WriteOutsideTransaction(f"new={list(session.new)} dirty={list(session.dirty)}")

"""The only place that asks for the time.

`now()` is for what people see. Deadlines and leases are decided by the database's clock,
`sql_now()`, so that several nodes agree. `shift()` moves both, for tests.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import DateTime, Float, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement

_shifted = timedelta()


def now() -> datetime:
    """Return the present moment in UTC, with its time zone."""
    return datetime.now(UTC) + _shifted


def shift(seconds: float) -> None:
    """Move the application's and the database's clock from now on, relative to the true time."""
    global _shifted
    _shifted = timedelta(seconds=seconds)


def shifted_seconds() -> float:
    """Return how far the clock is moved (0 outside tests)."""
    return _shifted.total_seconds()


def sqlite_now(offset: float) -> str:
    """Be the SQL function `rihla_now(offset)` on SQLite: text as SQLAlchemy stores a moment."""
    moment = datetime.now(UTC) + timedelta(seconds=offset)
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


class _SqlNow(FunctionElement):
    type = DateTime()
    inherit_cache = True
    name = "sql_now"


@compiles(_SqlNow, "sqlite")
def _on_sqlite(element, compiler, **kw) -> str:
    return f"rihla_now({compiler.process(element.clauses, **kw)})"


@compiles(_SqlNow, "postgresql")
def _on_postgresql(element, compiler, **kw) -> str:
    # clock_timestamp() moves within a transaction; now() would stand still.
    seconds = compiler.process(element.clauses, **kw)
    return f"(timezone('utc', clock_timestamp()) + make_interval(secs => {seconds}))"


def sql_now(plus: float = 0) -> FunctionElement:
    """Return the database's present moment as an SQL expression, `plus` seconds later."""
    return _SqlNow(
        bindparam(None, type_=Float, callable_=lambda: shifted_seconds() + plus, unique=True)
    )

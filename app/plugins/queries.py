"""What is decided about plugins, read in one go, and what the admin's pages show."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from app.centers.models import Center
from app.kernel import clock
from app.kernel.db import db
from app.plugins.models import (
    Plugin,
    PluginCenter,
    PluginFailure,
    PluginGeneration,
    PluginWorker,
)

PAUSE_AFTER = 5
WINDOW_SECONDS = 600


@dataclass(frozen=True)
class Decision:
    """What was decided about one plugin; None is nothing yet."""

    enabled: bool | None = None
    everywhere: bool | None = None
    open_to_centers: bool = False
    state: str = "installed"
    version: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    locked: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Decisions:
    """All that was decided, as it was in one moment."""

    state: int = 0
    code: int = 0
    plugins: Mapping[str, Decision] = field(default_factory=dict)
    centers: Mapping[int, Mapping[str, bool]] = field(default_factory=dict)
    center_settings: Mapping[tuple[str, int], Mapping[str, Any]] = field(default_factory=dict)
    paused: frozenset[tuple[str, str]] = frozenset()
    schemas: Mapping[str, str] = field(default_factory=dict)
    """The revision of each plugin's own tables, by plugin."""


def read_decisions() -> Decisions:
    """Read everything: a few statements, only after something was changed."""
    generation = read_generation()
    centers: dict[int, dict[str, bool]] = {}
    settings: dict[tuple[str, int], Mapping[str, Any]] = {}
    for row in db.session.execute(
        select(
            PluginCenter.plugin,
            PluginCenter.center_id,
            PluginCenter.enabled,
            PluginCenter.settings,
        )
    ):
        if row.enabled is not None:
            centers.setdefault(row.center_id, {})[row.plugin] = row.enabled
        if row.settings:
            settings[row.plugin, row.center_id] = row.settings
    paused = db.session.execute(
        select(PluginFailure.plugin, PluginFailure.hook).where(PluginFailure.paused_at.is_not(None))
    )
    return Decisions(
        *generation,
        plugins={name: _decision(row) for name, row in read_plugins().items()},
        centers=centers,
        center_settings=settings,
        paused=frozenset((plugin, hook) for plugin, hook in paused),
        schemas=read_schemas(),
    )


def read_generation() -> tuple[int, int]:
    """Return the generations of decisions and of code. One statement."""
    row = db.session.execute(select(PluginGeneration.state, PluginGeneration.code)).first()
    return (row[0], row[1]) if row else (0, 0)


def read_plugins() -> dict[str, Any]:
    """Return a row for each plugin that the site knows, by name; rows, not objects of a session."""
    columns = Plugin.__table__.columns
    return {row.name: row for row in db.session.execute(select(*columns).order_by(Plugin.name))}


def _decision(row: Any) -> Decision:
    return Decision(
        row.enabled,
        row.everywhere,
        row.open_to_centers,
        row.state,
        row.version,
        row.settings,
        frozenset(row.locked),
    )


def read_schemas() -> dict[str, str]:
    """Return the revision of every plugin's tables that stand in the database."""
    prefix = "alembic_version_"
    found = {}
    for table in inspect(db.session.connection()).get_table_names():
        if table.startswith(prefix):
            revision = db.session.scalar(text(f'SELECT version_num FROM "{table}"'))  # noqa: S608
            if revision:
                found[table.removeprefix(prefix)] = revision
    return found


def read_at_start() -> tuple[dict[str, Any], bool]:
    """Return the known plugins before the site runs; False when there are no tables yet."""
    try:
        return read_plugins(), True
    except SQLAlchemyError:
        db.session.rollback()
        return {}, False


@dataclass(frozen=True)
class CenterSwitch:
    """A center in the list of a plugin's switches; `on` is what counts there."""

    id: int
    slug: str
    name: str
    name_ar: str
    on: bool = False


def list_centers() -> list[CenterSwitch]:
    """Return all centers that are not closed, by name."""
    rows = db.session.execute(
        select(Center.id, Center.slug, Center.name, Center.name_ar)
        .where(Center.state != "closed")
        .order_by(Center.name)
    )
    return [CenterSwitch(*row) for row in rows]


@dataclass(frozen=True)
class FailureRow:
    """A contribution that failed lately."""

    plugin: str
    hook: str
    first_at: Any
    last_at: Any
    count: int
    error: str
    trace: str
    paused_at: Any


def list_failures(plugin: str | None = None) -> list[FailureRow]:
    """Return what failed, the latest first."""
    query = select(*(getattr(PluginFailure, name) for name in FailureRow.__annotations__))
    if plugin is not None:
        query = query.where(PluginFailure.plugin == plugin)
    return [
        FailureRow(*row) for row in db.session.execute(query.order_by(PluginFailure.last_at.desc()))
    ]


def list_workers() -> list[PluginWorker]:
    """Return the processes that gave a sign, by host and number."""
    return list(
        db.session.scalars(select(PluginWorker).order_by(PluginWorker.host, PluginWorker.pid))
    )


def count_old_workers(code: int) -> int:
    """Return how many living processes still run code of before, long enough to be worth a word."""
    now = clock.now()
    return sum(
        1
        for worker in list_workers()
        if worker.code < code and now - worker.seen_at < timedelta(seconds=30)
    )


def count_rows(tables: Iterable[str]) -> dict[str, int]:
    """Return how many rows stand in each of the tables that exist."""
    known = set(inspect(db.session.connection()).get_table_names())
    return {
        name: db.session.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0  # noqa: S608
        for name in tables
        if name in known
    }


def tables_in_database(plugin: str) -> list[str]:
    """Return the tables of a plugin that stand in the database, whatever its files say."""
    names = inspect(db.session.connection()).get_table_names()
    return sorted(name for name in names if name.startswith(f"{plugin}_"))

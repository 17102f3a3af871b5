"""Reading all that is kept about one person, by what features declare."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, MetaData, Table, func, inspect, select
from sqlalchemy.exc import NoSuchTableError

from app.accounts.hooks import PersonalData, PersonalDataExtra
from app.kernel.db import Base, db
from app.kernel.hooks import hooks
from app.kernel.i18n import Sentence, translate


@dataclass(frozen=True)
class Holding:
    """One kind of thing that is kept about a person, in words."""

    words: Sentence | str
    count: int
    erase: str
    keep_reason: Sentence | str


def source(data: PersonalData) -> Table | None:
    """Return the declared table; that of a plugin as it stands in the database.

    None when it does not, or says nothing of people: it is that of another version of the plugin.
    """
    known = Base.metadata.tables.get(data.table)
    if known is not None:
        return known
    try:
        columns = inspect(db.session.connection()).get_columns(data.table)
    except NoSuchTableError:
        return None
    kept = (Column(one["name"], one["type"], nullable=one["nullable"]) for one in columns)
    found = Table(data.table, MetaData(), *kept)
    return found if data.person_column in found.c else None


def owned(rows: Table, data: PersonalData, person_id: int) -> ColumnElement[bool]:
    """Return the filter for the rows about a person; `rows` is the table from `source`."""
    return rows.c[data.person_column] == person_id


def list_holdings(person_id: int) -> list[Holding]:
    """Return what is kept about a person, with how many of each; what holds nothing is left out."""
    found = []
    for name, data in hooks.collect(PersonalData):
        kept = source(data)
        if kept is None:
            continue
        rows = db.session.scalar(
            select(func.count()).select_from(kept).where(owned(kept, data, person_id))
        )
        if rows:
            words = data.words or name.replace("_", " ")
            found.append(Holding(words, rows, data.erase, data.keep_reason))
    return found


def list_declared() -> list[PersonalData]:
    """Return what features keep about people, as they declare it; the same words once."""
    found = {translate(data.words): data for _, data in hooks.collect(PersonalData) if data.words}
    return list(found.values())


def export_person(person_id: int) -> dict[str, Any]:
    """Return everything that is kept about a person, ready for JSON.

    `incomplete` names the plugins that did not answer: the copy is to be asked for again.
    """
    tables = {name: list(_rows(data, person_id)) for name, data in hooks.collect(PersonalData)}
    more: dict[str, Any] = {}
    missing: set[str] = set()
    for name, extra in hooks.collect(PersonalDataExtra):
        try:
            with db.session.begin_nested():
                more[name] = extra.export(person_id)
        except Exception:  # noqa: BLE001  (a plugin may fail in any way; the rest is handed over)
            missing.add(owner_of(name))
    found = {"tables": tables, "more": more}
    return found | ({"incomplete": sorted(missing)} if missing else {})


def owner_of(extra: str) -> str:
    """Return who keeps what tables cannot say: the plugin, or the part of the site."""
    return hooks.owners.get((PersonalDataExtra, extra)) or extra


def _rows(data: PersonalData, person_id: int) -> Iterator[dict[str, Any]]:
    kept = source(data)
    names = [name for name in data.export if kept is not None and name in kept.c]
    if kept is None or not names:
        return
    rows = db.session.execute(
        select(*(kept.c[name] for name in names)).where(owned(kept, data, person_id))
    )
    for row in rows:
        yield {name: _plain(value) for name, value in zip(names, row, strict=True)}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float | bool | list | dict):
        return value
    return str(value)

"""Reading all that is kept about one person, by what features declare."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, TableClause, column, func, select, table

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


def source(data: PersonalData) -> TableClause:
    """Return the declared table; a table whose feature is switched off is known by name only."""
    known = Base.metadata.tables.get(data.table)
    if known is not None:
        return known
    names = dict.fromkeys((data.person_column, *data.export, *data.anonymize))
    return table(data.table, *(column(name) for name in names))


def owned(rows: TableClause, data: PersonalData, person_id: int) -> ColumnElement[bool]:
    """Return the filter for the rows about a person; `rows` is the table from `source`."""
    return rows.c[data.person_column] == person_id


def list_holdings(person_id: int) -> list[Holding]:
    """Return what is kept about a person, with how many of each; what holds nothing is left out."""
    found = []
    for name, data in hooks.collect(PersonalData):
        kept = source(data)
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
    """Return everything that is kept about a person, ready for JSON."""
    tables = {name: list(_rows(data, person_id)) for name, data in hooks.collect(PersonalData)}
    more = {name: extra.export(person_id) for name, extra in hooks.collect(PersonalDataExtra)}
    return {"tables": tables, "more": more}


def _rows(data: PersonalData, person_id: int) -> Iterator[dict[str, Any]]:
    kept = source(data)
    rows = db.session.execute(
        select(*(kept.c[name] for name in data.export)).where(owned(kept, data, person_id))
    )
    for row in rows:
        yield {name: _plain(value) for name, value in zip(data.export, row, strict=True)}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float | bool | list | dict):
        return value
    return str(value)

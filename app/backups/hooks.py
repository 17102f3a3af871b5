"""What a kind of database must be able to do to be kept and put back."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from app.backups.rules import TableState


@dataclass(frozen=True)
class Content:
    """All that is compared of a database."""

    tables: Mapping[str, TableState]
    audit_heads: Mapping[str, list[Any]] = field(default_factory=dict)
    schema: str = ""


class Store(Protocol):
    """One kind of database at one address."""

    dialect: str
    member: str
    """Name of the database's part of an archive."""

    def snapshot(self, folder: Path) -> tuple[Path, Content]:
        """Copy the database as it is at one moment, while people work, and say what is in it."""
        ...

    def scratch(self, part: Path, folder: Path) -> AbstractContextManager[tuple[str, Content]]:
        """Restore a part into a place that is thrown away; give its address and content."""
        ...

    def holds_rows(self) -> bool:
        """Tell whether the site's own database holds anything that somebody could miss."""
        ...

    def put_back(self, part: Path, beside: Path, prove: Callable[[Content], None]) -> str:
        """Make the part the site's database, once `prove` has passed what was restored.

        The old database is kept; where, is returned.
        """
        ...


def rows_of(source: Any, size: int = 1000) -> Iterator[Any]:
    """Read a cursor in steps, so that a large table needs little memory."""
    while rows := source.fetchmany(size):
        yield from rows

"""What features declare about people."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class PersonalData:
    """A table that holds something about people, for export and erasure.

    `person_column` points at `person.id`. `export` names the columns that the person receives.
    `erase` says what happens on erasure: the rows are deleted, the named columns are emptied
    (`anonymize`), or the rows stay for `keep_reason` (an English sentence, shown to the person).
    """

    table: str
    person_column: str
    export: tuple[str, ...]
    erase: Literal["delete", "anonymize", "keep"]
    anonymize: tuple[str, ...] = ()
    keep_reason: str = ""


@dataclass(frozen=True)
class PersonalDataExtra:
    """What tables cannot say: files of a person, rows found otherwise.

    `export(person_id)` returns plain JSON values; `erase(person_id)` assumes a transaction.
    """

    export: Callable[[int], dict[str, Any]]
    erase: Callable[[int], None]


@dataclass(frozen=True)
class AfterSignIn:
    """Called in the transaction of a sign-in or sign-up: what a visitor did is kept for them.

    `keep(person_id, carried)` gets what the browser carried as a visitor.
    """

    keep: Callable[[int, dict[str, Any]], None]

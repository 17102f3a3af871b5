"""What features declare about people."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from app.kernel.i18n import Sentence
from app.kernel.outbox import Event


@dataclass(frozen=True)
class PersonalData:
    """A table that holds something about people, for export and erasure.

    `person_column` points at `person.id`. `export` names the columns that the person receives.
    `erase` says what happens on erasure: the rows are deleted, the named columns are emptied
    (`anonymize`), or the rows stay for `keep_reason` (an English sentence, shown to the person).
    `words` says what the table holds about them.
    """

    table: str
    person_column: str
    export: tuple[str, ...]
    erase: Literal["delete", "anonymize", "keep"]
    anonymize: tuple[str, ...] = ()
    keep_reason: Sentence | str = ""
    words: Sentence | str = ""


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


@dataclass(frozen=True)
class CentersOfPerson:
    """Which centers a person belongs to, so that their managers may help. One feature brings it."""

    find: Callable[[int], frozenset[int]]


@dataclass(frozen=True)
class WiderPlaces:
    """Where a place lies: the cohort 5 in `{"center": 3}`. Registered under the kind of place.

    `find(id)` returns None when there is no such place.
    """

    find: Callable[[int], dict[str, int] | None]


@dataclass(frozen=True)
class PersonJoined(Event):
    """Somebody's account came to be; `center_id` is 0 unless a center's staff helped."""

    name: ClassVar[str] = "accounts.person_joined.v1"
    person_id: int
    center_id: int = 0


@dataclass(frozen=True)
class PersonErased(Event):
    """Somebody had their account erased; what others keep outside the database can go."""

    name: ClassVar[str] = "accounts.person_erased.v1"
    person_id: int


@dataclass(frozen=True)
class AccountPage:
    """A page of one's own account, listed on the first of them."""

    label: Sentence
    endpoint: str
    order: int = 50

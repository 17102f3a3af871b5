"""What plugins bring to credentials, and what happens with them, as events."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from app.kernel.i18n import Sentence
from app.kernel.outbox import Event


@dataclass(frozen=True)
class CredentialLink:
    """A link beside a credential that counts: on its owner's page (`own`) or the staff's (`staff`).

    The endpoint gets the `number`; that of the staff also the cohort's `public_id`.
    """

    page: Literal["own", "staff"]
    label: Sentence
    endpoint: str
    order: int = 50


@dataclass(frozen=True)
class Candidates:
    """Members of a cohort who take a course, and the number that a rule asks of them."""

    center_id: int
    cohort_id: int
    course_id: int
    people: tuple[int, ...]
    least: int


@dataclass(frozen=True)
class Reached:
    """Whether somebody meets a condition, and how far they are: “now 78%”."""

    is_met: bool
    now: Sentence


@dataclass(frozen=True)
class AwardCondition:
    """Something that a rule of award may ask, as presence.

    `asks(least)` says what is asked, as it goes on after “To earn the certificate:”.
    `look(candidates)` answers for all of them at once, by the person: it reads only, with as many
    statements for one as for a hundred. Who is left out of its answer could not be checked: they
    neither get a certificate by it nor lose one. `label` names the number in the form of a rule;
    with `most` 0 it asks for no number.
    """

    label: Sentence
    asks: Callable[[int], Sentence]
    look: Callable[[Candidates], Mapping[int, Reached]]
    most: int = 100


@dataclass(frozen=True)
class FrozenFact:
    """What a feature above freezes into each credential under its own name, as it is awarded.

    `find(center_id, course_id)` gives a plain value that says nothing of the person.
    """

    find: Callable[[int, int], Any]


@dataclass(frozen=True)
class CredentialPictures:
    """The pictures of a credential that stands: its badge, and one of 1200 by 630 for messages.

    Both are endpoints that get the `number`.
    """

    badge: str
    wide: str


@dataclass(frozen=True)
class CredentialAwarded(Event):
    """Somebody was awarded a credential, or it was made anew with a corrected name."""

    name: ClassVar[str] = "credentials.credential_awarded.v1"
    person_id: int
    course_id: int
    public_id: str
    center_id: int = 0


@dataclass(frozen=True)
class CredentialRevoked(Event):
    """A credential was revoked; why stands on its page."""

    name: ClassVar[str] = "credentials.credential_revoked.v1"
    public_id: str

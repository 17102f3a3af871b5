"""What happens with credentials, for whoever subscribes."""

from dataclasses import dataclass
from typing import ClassVar, Literal

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

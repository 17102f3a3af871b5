"""What happens in notices."""

from dataclasses import dataclass
from typing import ClassVar

from app.kernel.i18n import Sentence
from app.kernel.outbox import Event


@dataclass(frozen=True)
class NoticeSent(Event):
    """Somebody of a center's staff wrote to people; who they are stands in the receipts."""

    name: ClassVar[str] = "notices.notice_sent.v1"
    notice_id: int


@dataclass(frozen=True)
class NotificationType:
    """A kind of notice that the site itself sends; `label` stands where the sender's name would.

    With `mail` a copy goes to confirmed e-mail addresses.
    """

    label: Sentence
    mail: bool = True

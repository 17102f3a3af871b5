"""What happens in notices."""

from dataclasses import dataclass
from typing import ClassVar

from app.kernel.outbox import Event


@dataclass(frozen=True)
class NoticeSent(Event):
    """Somebody of a center's staff wrote to people; who they are stands in the receipts."""

    name: ClassVar[str] = "notices.notice_sent.v1"
    notice_id: int

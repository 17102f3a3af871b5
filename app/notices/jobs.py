"""The copies by mail, after the notice is kept."""

from app.kernel.db import write
from app.kernel.hooks import hooks
from app.kernel.outbox import Subscriber
from app.notices import services
from app.notices.hooks import NoticeSent


def mail(event: NoticeSent) -> None:
    """Hand over the copies of a notice."""
    with write():
        services.mail_copies(notice_id=event.notice_id)


def register() -> None:
    """Hear of every notice."""
    hooks.register(Subscriber, "notices.mail", Subscriber(NoticeSent, mail))

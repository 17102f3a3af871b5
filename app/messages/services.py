"""Handing over messages, and asking whether an address can be reached at all."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from sqlalchemy import delete

from app.kernel import clock, jobs
from app.kernel.db import db, new_public_id
from app.kernel.hooks import hooks
from app.kernel.i18n import Sentence, say, translate
from app.messages import rules
from app.messages.hooks import Sender
from app.messages.models import Message
from app.settings import get_settings

Channel = Literal["email", "sms"]
KEPT_DAYS = 14
CHANNELS: dict[str, Channel] = {"email": "email", "phone": "sms"}


def can_reach(kind: str) -> bool:
    """Tell whether this site can send to addresses of that kind (`email` or `phone`)."""
    return hooks.get(Sender, CHANNELS[kind]) is not None


def send(
    *,
    channel: Channel,
    address: str,
    subject: Sentence,
    body: Sequence[Sentence | str],
    language: str,
    key: str | None = None,
) -> None:
    """Have a message sent once the present transaction is committed.

    With a `key` that was used before, nothing is sent again. Where the site cannot send on that
    channel, nothing happens: ask `can_reach` first where that matters.
    """
    if hooks.get(Sender, channel) is None:
        return
    public_id = new_public_id()
    if jobs.enqueue("messages.send", {"message": public_id}, key=key, priority=5) is None:
        return
    site = rules.one_line(get_settings().site_name)
    signed = [*body, say("This message was sent by %(site)s.", site=site)]
    db.session.add(
        Message(
            public_id=public_id,
            channel=channel,
            address=address,
            subject=rules.one_line(translate(subject, language)),
            text=rules.compose(signed if channel == "email" else body, language),
            language=language,
            created_at=clock.now(),
        )
    )


def forget_message(public_id: str) -> None:
    """Remove a message with the secrets in it. Assumes a transaction."""
    db.session.execute(delete(Message).where(Message.public_id == public_id))


def forget_address(address: str) -> None:
    """Remove what waits to be sent to an address. Assumes a transaction."""
    db.session.execute(delete(Message).where(Message.address == address))


def forget_old(*, before: datetime) -> None:
    """Remove messages that could not be sent for so long that nobody waits for them."""
    db.session.execute(delete(Message).where(Message.created_at < before))

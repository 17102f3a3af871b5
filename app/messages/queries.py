"""Reading messages that wait."""

from sqlalchemy import select

from app.kernel.db import db
from app.messages.hooks import Letter
from app.messages.models import Message


def find_waiting(public_id: str) -> tuple[str, Letter] | None:
    """Return channel and letter of a message that has not left, or None when it has."""
    row = db.session.execute(
        select(
            Message.channel,
            Message.public_id,
            Message.address,
            Message.subject,
            Message.text,
            Message.language,
        ).where(Message.public_id == public_id)
    ).first()
    return (row[0], Letter(*row[1:])) if row else None

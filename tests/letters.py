"""Reading the messages that wait to be sent in a test."""

import re

from sqlalchemy import select

from app.kernel.db import db
from app.messages.models import Message


def waiting(address: str) -> list[str]:
    """Return the texts for an address, the oldest first."""
    rows = db.session.scalars(
        select(Message.text).where(Message.address == address).order_by(Message.id)
    )
    return list(rows)


def last_link(address: str) -> str:
    """Return the path of the link in the last message for an address."""
    found = re.findall(r"https?://[^/\s]+(/\S+)", waiting(address)[-1])
    return found[-1]


def last_code(address: str) -> str:
    """Return the code in the last message for an address."""
    found = re.findall(r"^([0-9A-Z]{4}-[0-9A-Z]{4})$", waiting(address)[-1], re.MULTILINE)
    return found[-1]

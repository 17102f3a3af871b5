"""The table of messages that wait to be sent."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, PublicId, UTCDateTime, new_public_id


class Message(Base):
    """A message that has not left yet. It may hold a secret, so it is removed once it left."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("channel IN ('email', 'sms')", name="channel"),
        Index("ix_message_address", "address"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    channel: Mapped[str]
    address: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    language: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

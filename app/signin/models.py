"""The table of browsers in which people are signed in."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, UTCDateTime


class SignInSession(Base):
    """A browser in which a person is signed in; the token itself is only in its cookie."""

    __tablename__ = "sign_in_session"
    __table_args__ = (
        Index("ix_sign_in_session_person_id", "person_id"),
        Index("ix_sign_in_session_expires_at", "expires_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    previous_hash: Mapped[str | None] = mapped_column(unique=True)
    """Of the token before the last rotation; see `rules.standing`."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    epoch: Mapped[int]
    remembered: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    rotated_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    mfa_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When a second factor was shown; empty when none was asked for."""
    waits: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The password was right, the second factor is still to come: it opens nothing yet."""
    device: Mapped[str] = mapped_column(default="")
    """Browser and system in words, for the owner's list."""

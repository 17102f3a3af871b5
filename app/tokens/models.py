"""The table of secrets that wait to be used."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, JSONDocument, UTCDateTime


class Token(Base):
    """A secret for one use, kept as a hash. `person_id` has no foreign key: people stand above."""

    __tablename__ = "token"
    __table_args__ = (
        Index("ix_token_person_id", "person_id"),
        Index("ix_token_address", "address", "purpose"),
        Index("ix_token_expires_at", "expires_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str]
    secret_hash: Mapped[str] = mapped_column(unique=True)
    person_id: Mapped[int | None]
    address: Mapped[str] = mapped_column(default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSONDocument, default=dict)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

"""The table of counters."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, UTCDateTime


class Throttle(Base):
    """How often something was tried lately, by a key that names nobody (a keyed hash)."""

    __tablename__ = "throttle"
    __table_args__ = (Index("ix_throttle_until", "until"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(UTCDateTime)
    until: Mapped[datetime] = mapped_column(UTCDateTime)
    """When the count begins anew."""

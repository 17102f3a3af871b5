"""The table of keys that people keep in an app on their phone."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, UTCDateTime


class SecondFactor(Base):
    """A person's key for codes. It counts once it is confirmed by a first code."""

    __tablename__ = "second_factor"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    sealed: Mapped[str]
    """The key, encrypted with the site's: a copy of the database alone makes no codes."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_step: Mapped[int] = mapped_column(default=0)
    """The half minute of the last code that was used; that one and older ones count no more."""

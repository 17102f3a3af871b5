"""The table of partners: what the core needs of them; plugins extend it by id."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, UTCDateTime


class Partner(Base):
    """A company, ministry, university or operator; its people hold the role `partner` for it."""

    __tablename__ = "partner"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_ar: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

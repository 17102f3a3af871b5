"""The table of backups: what was made when, and whether it could be restored."""

from datetime import datetime

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, UTCDateTime


class BackupRun(Base):
    """One attempt to make a backup. A failed one has an `error` and no file."""

    __tablename__ = "backup_run"
    __table_args__ = (Index("ix_backup_run_at", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    file: Mapped[str] = mapped_column(default="")
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    seconds: Mapped[float] = mapped_column(default=0.0)
    rows: Mapped[int] = mapped_column(BigInteger, default=0)
    verified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    error: Mapped[str | None]

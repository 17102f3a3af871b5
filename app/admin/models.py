"""The table of the audit trail's verifications."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, UTCDateTime


class AuditCheck(Base):
    """One walk over all chains of the audit trail."""

    __tablename__ = "audit_check"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    entries: Mapped[int]
    fault: Mapped[str | None]
    """The first break, in words; None when every chain holds."""

"""Tables of notices: a short text from staff, and who has read it."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, PublicId, UTCDateTime, new_public_id


class Notice(Base):
    """What staff of a center, or a part of the site, wrote to people. Plain text."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("sender_id", "form_key"),
        Index("ix_notice_sender_id", "sender_id", "sent_at"),
        Index(
            "uq_notice_kind",
            "kind",
            "form_key",
            unique=True,
            sqlite_where=text("kind != ''"),
            postgresql_where=text("kind != ''"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    center_id: Mapped[int] = mapped_column(ForeignKey("center.id"))
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohort.id"))
    text: Mapped[str]
    form_key: Mapped[str]
    """Made with the empty form, so that pressing twice sends once."""
    kind: Mapped[str] = mapped_column(default="", server_default="")
    """The NotificationType of a notice that nobody wrote; its sender is the site."""
    sent_at: Mapped[datetime] = mapped_column(UTCDateTime)


class NoticeReceipt(Base):
    """A notice as one person has it."""

    __tablename__ = "notice_receipt"
    __table_args__ = (Index("ix_notice_receipt_person_id", "person_id", "read_at"),)

    notice_id: Mapped[int] = mapped_column(
        ForeignKey("notice.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

"""The table of decisions about marks. What they did stands in `mark`."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, PublicId, UTCDateTime, new_public_id


class Regrading(Base):
    """What somebody decided about the marks that a publication concerns, and what came of it.

    `choice` is leave, raise (no mark falls) or lower. Until somebody else signs, `lower` does what
    `raise` does.
    """

    __tablename__ = "regrading"
    __table_args__ = (
        CheckConstraint("choice IN ('leave', 'raise', 'lower')", name="choice"),
        CheckConstraint("state IN ('ready', 'done', 'replaced')", name="state"),
        CheckConstraint("signed_by IS NULL OR signed_by != asked_by", name="another_person_signs"),
        Index("ix_regrading_course_id", "course_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"), unique=True)
    choice: Mapped[str]
    reason: Mapped[str]
    """For the learners to read, in the words of whoever decided."""
    state: Mapped[str] = mapped_column(default="ready")
    """ready, done, or replaced: what it was decided for is not what people see any more."""
    raised: Mapped[int] = mapped_column(default=0)
    lowered: Mapped[int] = mapped_column(default=0)
    kept: Mapped[int] = mapped_column(default=0)
    """How many marks would have fallen and stand."""
    looked_at: Mapped[int] = mapped_column(default=0)
    """How many a person must look at; they stand meanwhile."""
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    signed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    signed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

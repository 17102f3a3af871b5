"""The table of uploads that are too large to be checked while somebody waits."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, JSONDocument, PublicId, UTCDateTime, new_public_id


class CourseUpload(Base):
    """A course that somebody sent: `checking`, then `refused` (it has errors), `stopped` or `kept`.

    It is forgotten after some days; what was kept is a revision of its course.
    """

    __tablename__ = "course_upload"
    __table_args__ = (
        CheckConstraint("state IN ('checking', 'refused', 'stopped', 'kept')", name="state"),
        Index("ix_course_upload_person_id", "person_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    file_name: Mapped[str]
    slug: Mapped[str]
    """The address that its name suggests; a course that exists keeps its own."""
    archive: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """The files as a zip, until they are checked."""
    state: Mapped[str] = mapped_column(default="checking")
    problems: Mapped[list[list[Any]] | None] = mapped_column(JSONDocument)
    """Of a course with errors, what the check said; see `Problem.to_json`."""
    reason: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONDocument)
    """Why it stopped, and what to do; see `sentence_to_json`."""
    course_id: Mapped[int | None] = mapped_column(ForeignKey("course.id"))
    """The course that it belongs to, once that is known."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

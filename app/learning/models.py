"""Tables of learning: who is enrolled where, which lessons are done, where one was reading."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, UTCDateTime


class Enrollment(Base):
    """A person in a course. It keeps center and cohort, and where one was reading last.

    At most one is active for each person and course; leaving keeps the row.
    """

    __tablename__ = "enrollment"
    __table_args__ = (
        Index(
            "uq_enrollment_active",
            "person_id",
            "course_id",
            unique=True,
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
        Index("ix_enrollment_cohort_id", "cohort_id", "course_id"),
        Index("ix_enrollment_course_id", "course_id"),
        Index("ix_enrollment_center_id", "center_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    center_id: Mapped[int | None] = mapped_column(ForeignKey("center.id"))
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohort.id"))
    enrolled_at: Mapped[datetime] = mapped_column(UTCDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When the learner last did or read something here."""
    completed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    last_lesson: Mapped[str | None]
    last_place: Mapped[str | None]
    """The paragraph (`p-12`) one was reading in the last lesson."""


class LessonDone(Base):
    """A lesson that somebody finished, by its author's id: renaming or moving it is no matter."""

    __tablename__ = "lesson_done"
    __table_args__ = (
        UniqueConstraint("person_id", "course_id", "lesson_id"),
        CheckConstraint("lesson_id <> ''", name="lesson"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    lesson_id: Mapped[str]
    done_at: Mapped[datetime] = mapped_column(UTCDateTime)

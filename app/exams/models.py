"""Tables of exams, beside `attempt` and `answer_event` of activities."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, JSONDocument, PublicId, UTCDateTime, new_public_id


class ExamAttempt(Base):
    """What an attempt at an exam has beside others: its end, its questions, how it was closed."""

    __tablename__ = "exam_attempt"
    __table_args__ = (
        CheckConstraint("closed_by IN ('', 'hand-in', 'deadline')", name="closed_by"),
        CheckConstraint("(closed_at IS NULL) = (closed_by = '')", name="closed"),
        Index("ix_exam_attempt_open", "closed_at", "accepts_until"),
        Index("ix_exam_attempt_person_id", "person_id"),
    )

    attempt_id: Mapped[int] = mapped_column(
        ForeignKey("attempt.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    deadline: Mapped[datetime] = mapped_column(UTCDateTime)
    accepts_until: Mapped[datetime] = mapped_column(UTCDateTime)
    """Answers that arrive later are kept apart."""
    drawn: Mapped[list[Any]] = mapped_column(JSONDocument)
    """[id of the question, id of its item_version], in the order in which they are asked."""
    draw_version: Mapped[int]
    epoch: Mapped[int] = mapped_column(default=0)
    """Capabilities of an older epoch are void."""
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_by: Mapped[str] = mapped_column(default="")
    marked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class LateAnswer(Base):
    """An answer that came too late, or carried something else than before: for staff to see."""

    __tablename__ = "exam_late_answer"
    __table_args__ = (
        UniqueConstraint("attempt_id", "writer", "seq", "digest"),
        CheckConstraint("reason IN ('late', 'conflict')", name="reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"))
    writer: Mapped[str]
    seq: Mapped[int]
    item: Mapped[str]
    value: Mapped[str]
    digest: Mapped[str]
    reason: Mapped[str]
    claimed_at: Mapped[int | None] = mapped_column(BigInteger)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ExamWindow(Base):
    """When an exam may be begun in a center (`cohort_id` is empty) or by a cohort of it."""

    __tablename__ = "exam_window"
    __table_args__ = (
        UniqueConstraint("course_id", "lesson_id", "cohort_id"),
        Index(
            "uq_exam_window_center",
            "course_id",
            "lesson_id",
            "center_id",
            unique=True,
            sqlite_where=text("cohort_id IS NULL"),
            postgresql_where=text("cohort_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    lesson_id: Mapped[str]
    center_id: Mapped[int] = mapped_column(ForeignKey("center.id"))
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohort.id"))
    opens_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closes_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Accommodation(Base):
    """What somebody needs in everything that is timed. The reason is for managers alone."""

    __tablename__ = "accommodation"
    __table_args__ = (CheckConstraint("factor IN (100, 125, 150, 200)", name="factor"),)

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    factor: Mapped[int] = mapped_column(default=100)
    """Percent of the time that others have."""
    larger_text: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(default="")
    set_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    set_at: Mapped[datetime] = mapped_column(UTCDateTime)

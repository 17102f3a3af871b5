"""Tables of the gradebook: how marks add up, marks that a person set, marks that are contested."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.gradebook import rules
from app.kernel.db import Base, JSONDocument, UTCDateTime


class GradebookPlan(Base):
    """How the marks of a course add up in a cohort, and from when learners see the total."""

    __tablename__ = "gradebook_plan"

    cohort_id: Mapped[int] = mapped_column(
        ForeignKey("cohort.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    course_id: Mapped[int] = mapped_column(
        ForeignKey("course.id"), primary_key=True, autoincrement=False
    )
    categories: Mapped[list[list[Any]]] = mapped_column(JSONDocument)
    """Key, weight and how many of the lowest are dropped, for each category."""
    release_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    contest_days: Mapped[int] = mapped_column(
        default=rules.CONTEST_DAYS, server_default=str(rules.CONTEST_DAYS)
    )
    """For so many days after learners see a mark they may contest it; 0 is never."""


class MarkOverride(Base):
    """A mark that a person set in place of the calculated one. Rows are added.

    Without points the calculated mark counts again. Lowering waits as `proposed` until a second
    person confirms it. Who saw number 1 can only add number 2.
    """

    __tablename__ = "mark_override"
    __table_args__ = (
        UniqueConstraint("person_id", "course_id", "lesson_id", "block_id", "number"),
        CheckConstraint("state IN ('standing', 'proposed', 'refused')", name="state"),
        Index("ix_mark_override_actor_id", "actor_id"),
        Index("ix_mark_override_second_id", "second_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    lesson_id: Mapped[str]
    block_id: Mapped[str]
    number: Mapped[int]
    points: Mapped[int | None]
    reason: Mapped[str]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[str]
    second_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Contest(Base):
    """A learner asks that a mark be looked at by a second reader, whose word is the last one."""

    __tablename__ = "contest"
    __table_args__ = (
        UniqueConstraint("person_id", "course_id", "lesson_id", "block_id"),
        CheckConstraint("state IN ('open', 'stays', 'changed')", name="state"),
        CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decided"),
        Index("ix_contest_reader_id", "reader_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    lesson_id: Mapped[str]
    block_id: Mapped[str]
    words: Mapped[str]
    """What the learner wrote."""
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[str] = mapped_column(default="open")
    reader_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(default="")
    """What the second reader answered."""
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

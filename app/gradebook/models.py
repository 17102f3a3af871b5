"""Tables of the gradebook: how a cohort's marks add up, and marks that a person set."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

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

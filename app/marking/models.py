"""Table of marks that a person gave. Rows are added; an earlier one is history."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, JSONDocument, UTCDateTime


class HandMark(Base):
    """What a person gave an answer, in hundredths of a point; the last number stands.

    The number is also the lock: who saw number 1 can only add number 2, so nobody is overwritten.
    """

    __tablename__ = "hand_mark"
    __table_args__ = (
        UniqueConstraint("attempt_id", "writer", "seq", "number"),
        ForeignKeyConstraint(
            ["attempt_id", "writer", "seq"],
            ["answer_event.attempt_id", "answer_event.writer", "answer_event.seq"],
            name="fk_hand_mark_answer_event",
            ondelete="CASCADE",
        ),
        CheckConstraint("points >= 0 AND points <= most", name="points"),
        Index("ix_hand_mark_marker_id", "marker_id", "marked_at"),
        Index("ix_hand_mark_mark_id", "mark_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int]
    writer: Mapped[str]
    seq: Mapped[int]
    number: Mapped[int]
    marker_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    lines: Mapped[list[list[Any]]] = mapped_column(JSONDocument)
    """Each line of the rubric: its key, the points given, and its most."""
    points: Mapped[int]
    most: Mapped[int]
    state: Mapped[str]
    comment: Mapped[str]
    marked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    mark_id: Mapped[int | None] = mapped_column(ForeignKey("mark.id", ondelete="SET NULL"))
    """The mark as which it was released to the learner; None before."""

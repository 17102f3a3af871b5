"""Tables of attempts. Answers and marks are added, never changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, JSONDocument, UTCDateTime


class ItemVersion(Base):
    """What was asked, word for word and with its key, under its hash. Never changed."""

    __tablename__ = "item_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    document: Mapped[dict[str, Any]] = mapped_column(JSONDocument)


class Attempt(Base):
    """A person's go at the activity of a block. `seed` decides everything that is drawn for it."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("person_id", "course_id", "lesson_id", "block_id", "number"),
        Index("ix_attempt_course_id", "course_id", "lesson_id", "block_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    lesson_id: Mapped[str]
    block_id: Mapped[str]
    kind: Mapped[str]
    number: Mapped[int]
    seed: Mapped[str]
    hints: Mapped[dict[str, int]] = mapped_column(JSONDocument, default=dict)
    """How many hints were opened, by item."""
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    """The revision that was shown when the attempt began."""
    center_id: Mapped[int | None] = mapped_column(ForeignKey("center.id"))
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohort.id"))
    began_at: Mapped[datetime] = mapped_column(UTCDateTime)


class AnswerEvent(Base):
    """An answer as it was received, by the writer (a page, a tab, a device) and its count.

    The same writer and count again is the same answer: sending twice changes nothing.
    """

    __tablename__ = "answer_event"

    attempt_id: Mapped[int] = mapped_column(
        ForeignKey("attempt.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    writer: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item: Mapped[str]
    value: Mapped[str]
    """JSON in one form (rules.as_text), so that it can be compared."""
    hints: Mapped[int]
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    claimed_at: Mapped[int | None] = mapped_column(BigInteger)
    """What the device took for the time, in milliseconds; it decides nothing."""


class Mark(Base):
    """What an answer is worth by one version of what was asked, in hundredths of a point.

    The newest mark of an answer counts; older ones are its history.
    """

    __tablename__ = "mark"
    __table_args__ = (
        ForeignKeyConstraint(
            ["attempt_id", "writer", "seq"],
            ["answer_event.attempt_id", "answer_event.writer", "answer_event.seq"],
            name="fk_mark_answer_event",
            ondelete="CASCADE",
        ),
        CheckConstraint("points >= 0 AND points <= most", name="points"),
        Index("ix_mark_attempt_id", "attempt_id", "writer", "seq"),
        Index("ix_mark_version_id", "version_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int]
    writer: Mapped[str]
    seq: Mapped[int]
    version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"))
    points: Mapped[int]
    most: Mapped[int]
    state: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(JSONDocument)
    marked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    reason: Mapped[str] = mapped_column(default="", server_default="")
    """Why it was marked again, for the learner to read; empty for the first mark."""


class Score(Base):
    """What a person earned in an activity so far, in hundredths: for lists of many people."""

    __tablename__ = "score"
    __table_args__ = (Index("ix_score_course_id", "course_id", "lesson_id", "block_id"),)

    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    course_id: Mapped[int] = mapped_column(
        ForeignKey("course.id"), primary_key=True, autoincrement=False
    )
    lesson_id: Mapped[str] = mapped_column(primary_key=True)
    block_id: Mapped[str] = mapped_column(primary_key=True)
    points: Mapped[int]
    most: Mapped[int]
    waiting: Mapped[int]
    """How many answers wait for a person to mark them."""
    scored_at: Mapped[datetime] = mapped_column(UTCDateTime)

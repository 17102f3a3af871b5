"""Tables of rosters: an uploaded file of people and what becomes of each of its lines."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, JSONDocument, PublicId, UTCDateTime, new_public_id


class Roster(Base):
    """A file of people that a center wants to bring in, from the upload to the last account."""

    __tablename__ = "roster"
    __table_args__ = (
        CheckConstraint(
            "state IN ('checking', 'refused', 'checked', 'creating', 'done')", name="state"
        ),
        CheckConstraint("delivery IN ('', 'print', 'mail')", name="delivery"),
        Index("ix_roster_center_id", "center_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    center_id: Mapped[int] = mapped_column(ForeignKey("center.id"))
    uploaded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    file_name: Mapped[str]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The file as it was sent, until its lines stand in the other table."""
    state: Mapped[str] = mapped_column(default="checking")
    delivery: Mapped[str] = mapped_column(default="")
    """How the people get their codes: printed by the center, or mailed."""
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSONDocument)
    """Why the file as a whole was refused: a code of `rules.PROBLEMS` and its values."""
    notes: Mapped[list[str]] = mapped_column(JSONDocument, default=list)
    """Names of columns that nobody knows; they are left out."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RosterLine(Base):
    """One line of the file: `new` until its account exists, then `made`; or `known`, `refused`."""

    __tablename__ = "roster_line"
    __table_args__ = (
        UniqueConstraint("roster_id", "number"),
        CheckConstraint("outcome IN ('new', 'known', 'refused', 'made', 'joined')", name="outcome"),
        Index("ix_roster_line_outcome", "roster_id", "outcome", "number"),
        Index("ix_roster_line_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    roster_id: Mapped[int] = mapped_column(ForeignKey("roster.id", ondelete="CASCADE"))
    number: Mapped[int]
    name: Mapped[str] = mapped_column(default="")
    name_ar: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(default="")
    cohort: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohort.id"))
    outcome: Mapped[str]
    problem: Mapped[dict[str, Any] | None] = mapped_column(JSONDocument)
    """Why the line was refused: a code of `rules.PROBLEMS` and its values."""
    is_formula: Mapped[bool] = mapped_column(default=False)
    """Something in it begins as a spreadsheet formula does; it was kept as text."""
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))

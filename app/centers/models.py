"""Tables of centers and cohorts: what the core needs of them; plugins extend them by id."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, PublicId, UTCDateTime, new_public_id


class Center(Base):
    """A place where people learn: planned, open from a day, or closed."""

    __tablename__ = "center"
    __table_args__ = (CheckConstraint("state IN ('planned', 'open', 'closed')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_ar: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="planned")
    opens_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class CenterCourse(Base):
    """A course that a center offers; by the course's id, since courses stand above centers."""

    __tablename__ = "center_course"

    center_id: Mapped[int] = mapped_column(
        ForeignKey("center.id", ondelete="CASCADE"), primary_key=True
    )
    course_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class Cohort(Base):
    """A group of learners of one center, with its dates; its trainers hold a role for it."""

    __tablename__ = "cohort"
    __table_args__ = (
        UniqueConstraint("center_id", "slug"),
        CheckConstraint("ends_on >= starts_on", name="dates"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    center_id: Mapped[int] = mapped_column(ForeignKey("center.id"))
    slug: Mapped[str]
    name: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class CohortMember(Base):
    """A learner's stay in a cohort. Leaving keeps the row, coming back adds another."""

    __tablename__ = "cohort_member"
    __table_args__ = (
        Index(
            "uq_cohort_member_present",
            "cohort_id",
            "person_id",
            unique=True,
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
        Index("ix_cohort_member_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    joined_at: Mapped[datetime] = mapped_column(UTCDateTime)
    left_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class CenterMember(Base):
    """A person known to a center: its manager may see and help this account."""

    __tablename__ = "center_member"
    __table_args__ = (Index("ix_center_member_person_id", "person_id"),)

    center_id: Mapped[int] = mapped_column(ForeignKey("center.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True
    )
    joined_at: Mapped[datetime] = mapped_column(UTCDateTime)

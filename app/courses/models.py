"""Tables of courses: what was imported, byte for byte, and which revision is published to whom."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, JSONDocument, UTCDateTime


class Course(Base):
    """A course: its author's stable key and its address. What it says stands in its revisions."""

    __tablename__ = "course"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    """The `id` of its course.toml: a course that is renamed or moved keeps it."""
    slug: Mapped[str] = mapped_column(unique=True)
    source: Mapped[str]
    """The language in which it is written first."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Blob(Base):
    """The bytes of a file, once however many revisions hold it. Never changed."""

    __tablename__ = "blob"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int]
    kind: Mapped[str]
    """Its media type, by the suffix under which it was first seen."""
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class Revision(Base):
    """A course as it was imported at one moment. Never changed, so it may be cached for ever."""

    __tablename__ = "revision"
    __table_args__ = (
        UniqueConstraint("course_id", "hash"),
        Index("ix_revision_course_id", "course_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    hash: Mapped[str]
    """SHA-256 over the sorted paths and the hashes of the files."""
    manifest: Mapped[list[list[Any]]] = mapped_column(JSONDocument, deferred=True)
    """(path, sha256, size, and for pictures width, height) of each file."""
    outline: Mapped[dict[str, Any]] = mapped_column(JSONDocument, deferred=True)
    """All that a page shows without opening a file; see `rules.Outline`."""
    problems: Mapped[list[list[Any]] | None] = mapped_column(JSONDocument, deferred=True)
    """What the check said when it was kept; see `Problem.to_json`."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))


class Publication(Base):
    """Who sees which revision from when: everybody, or a cohort.

    There is no "current" revision: of the publications that hold, the cohort's own goes before
    everybody's, then the one that began last. Taking one back makes the one before it count again.
    """

    __tablename__ = "publication"
    __table_args__ = (
        CheckConstraint(
            "withdrawn_at IS NOT NULL OR withdrawn_by IS NULL", name="withdrawn_by_somebody"
        ),
        Index("ix_publication_course_id", "course_id", "cohort_id", "starts_at"),
        Index("ix_publication_revision_id", "revision_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohort.id"))
    """None: for everybody."""
    starts_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    withdrawn_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))

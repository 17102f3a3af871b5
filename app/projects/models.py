"""Tables of projects. What was handed in, marks and signatures are added, never changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, JSONDocument, UTCDateTime


class ProjectTerm(Base):
    """What a cohort is told about a project: until when, and whether a jury marks it."""

    __tablename__ = "project_term"

    cohort_id: Mapped[int] = mapped_column(
        ForeignKey("cohort.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    course_id: Mapped[int] = mapped_column(
        ForeignKey("course.id"), primary_key=True, autoincrement=False
    )
    lesson_id: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    is_jury: Mapped[bool] = mapped_column(default=False)


class ProjectWork(Base):
    """A learner's project; its row is locked while something is handed in or marked."""

    __tablename__ = "project_work"
    __table_args__ = (
        UniqueConstraint("person_id", "course_id", "lesson_id"),
        Index("ix_project_work_course_id", "course_id", "lesson_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    lesson_id: Mapped[str]


class ProjectBlob(Base):
    """The bytes of a file, once in each work however many versions hold it."""

    __tablename__ = "project_blob"
    __table_args__ = (UniqueConstraint("work_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    work_id: Mapped[int] = mapped_column(ForeignKey("project_work.id", ondelete="CASCADE"))
    sha256: Mapped[str]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class ProjectVersion(Base):
    """What was handed in at once. `received_at` is the database's clock; it decides what is late.

    The digest is over names and hashes of the files, the link and the note.
    """

    __tablename__ = "project_version"
    __table_args__ = (UniqueConstraint("work_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    work_id: Mapped[int] = mapped_column(ForeignKey("project_work.id", ondelete="CASCADE"))
    number: Mapped[int]
    link: Mapped[str]
    note: Mapped[str]
    digest: Mapped[str]
    is_late: Mapped[bool]
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ProjectFile(Base):
    """A file of a version, under a name that is harmless everywhere."""

    __tablename__ = "project_file"
    __table_args__ = (
        UniqueConstraint("version_id", "name"),
        Index("ix_project_file_blob_id", "blob_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("project_version.id", ondelete="CASCADE"))
    blob_id: Mapped[int] = mapped_column(ForeignKey("project_blob.id", ondelete="CASCADE"))
    name: Mapped[str]
    kind: Mapped[str]
    size: Mapped[int]


class ProjectComment(Base):
    """What somebody of the staff wrote about a line of a file."""

    __tablename__ = "project_comment"
    __table_args__ = (
        Index("ix_project_comment_file_id", "file_id", "line"),
        Index("ix_project_comment_author_id", "author_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("project_file.id", ondelete="CASCADE"))
    line: Mapped[int]
    text: Mapped[str]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ProjectRequest(Base):
    """That a version is to be handed in again: why, and until when."""

    __tablename__ = "project_request"
    __table_args__ = (
        Index("ix_project_request_version_id", "version_id"),
        Index("ix_project_request_asked_by", "asked_by"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("project_version.id", ondelete="CASCADE"))
    text: Mapped[str]
    until: Mapped[datetime] = mapped_column(UTCDateTime)
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ProjectMark(Base):
    """What somebody gave a work, in hundredths of a point; the last number that counts stands.

    The number is also the lock: who saw number 1 can only add number 2, so nobody is overwritten.
    A jury's mark counts once it has two signatures; a new number has none.
    """

    __tablename__ = "project_mark"
    __table_args__ = (
        UniqueConstraint("work_id", "number"),
        CheckConstraint("points >= 0 AND points <= most", name="points"),
        Index("ix_project_mark_marker_id", "marker_id", "marked_at"),
        Index("ix_project_mark_version_id", "version_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    work_id: Mapped[int] = mapped_column(ForeignKey("project_work.id", ondelete="CASCADE"))
    number: Mapped[int]
    version_id: Mapped[int] = mapped_column(ForeignKey("project_version.id", ondelete="CASCADE"))
    newest: Mapped[int]
    """The number of the newest version when it was marked."""
    marker_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    lines: Mapped[list[list[Any]]] = mapped_column(JSONDocument)
    """Each criterion: its key, the points given, and its most."""
    points: Mapped[int]
    most: Mapped[int]
    comment: Mapped[str]
    is_jury: Mapped[bool]
    marked_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ProjectSignature(Base):
    """That somebody of a jury stands for a mark as it is."""

    __tablename__ = "project_signature"
    __table_args__ = (Index("ix_project_signature_person_id", "person_id"),)

    mark_id: Mapped[int] = mapped_column(
        ForeignKey("project_mark.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    signed_at: Mapped[datetime] = mapped_column(UTCDateTime)

"""The index that searches read. It can be thrown away and made again from what is published."""

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base

# Compared byte by byte everywhere, so that "begins with" is a range of the index.
Word = String(40).with_variant(postgresql.VARCHAR(40, collation="C"), "postgresql")


class SearchDocument(Base):
    """A lesson in one language (or, without a lesson, a course) as it can be found."""

    __tablename__ = "search_document"
    __table_args__ = (Index("ix_search_document_course_id", "course_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int]
    revision_id: Mapped[int]
    course_slug: Mapped[str]
    lesson_id: Mapped[str | None]
    language: Mapped[str]
    title: Mapped[str]
    course_title: Mapped[str]
    text: Mapped[str]


class SearchWord(Base):
    """A folded word of a document, and how much it counts there."""

    __tablename__ = "search_word"
    __table_args__ = (Index("ix_search_word_document_id", "document_id"),)

    word: Mapped[str] = mapped_column(Word, primary_key=True)
    document_id: Mapped[int] = mapped_column(
        ForeignKey("search_document.id", ondelete="CASCADE"), primary_key=True
    )
    weight: Mapped[int]

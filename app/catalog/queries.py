"""What can be asked of the catalog and of the search index."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, or_, select

from app.catalog.models import SearchDocument, SearchWord
from app.catalog.rules import Entry, asked, excerpt
from app.centers.models import Center, CenterCourse
from app.courses.queries import list_published, outlines_of
from app.kernel.db import db

MOST_FOUND = 30
EXACT = 3
"""A whole word counts so many times as much as the beginning of one."""


def list_entries(*, now: datetime) -> list[Entry]:
    """Return the courses published to everybody, those to begin with first.

    One statement once outlines are in memory.
    """
    seen = list_published(now)
    outlines = outlines_of(seen)
    entries = [Entry(course, outlines[course.revision_id]) for course in seen]
    return sorted(entries, key=lambda entry: entry.order)


def list_offers() -> dict[str, tuple[str, str, frozenset[int]]]:
    """Return open centers by slug: Latin name, Arabic name, and the courses chosen there."""
    rows = db.session.execute(
        select(Center.slug, Center.name, Center.name_ar, CenterCourse.course_id)
        .outerjoin(CenterCourse, CenterCourse.center_id == Center.id)
        .where(Center.state == "open")
        .order_by(Center.name)
    )
    found: dict[str, tuple[str, str, frozenset[int]]] = {}
    for slug, name, name_ar, course_id in rows:
        ids = found[slug][2] if slug in found else frozenset()
        found[slug] = (name, name_ar, ids | {course_id} if course_id is not None else ids)
    return found


@dataclass(frozen=True)
class Found:
    """A document that a search found, with the piece of its text that matches."""

    course_slug: str
    lesson_id: str | None
    language: str
    title: str
    course_title: str
    excerpt: list[tuple[str, bool]]


def search(query: str, language: str) -> list[Found]:
    """Return the documents that hold every word of the query, or words that begin with it.

    Whole words and titles count more, and so does the reader's own language. One statement.
    """
    words = asked(query)
    if not words:
        return []
    scores = [
        func.max(
            case(
                (SearchWord.word == word, SearchWord.weight * EXACT),
                (_begins(word), SearchWord.weight),
                else_=0,
            )
        )
        for word in words
    ]
    score = sum(scores[1:], scores[0])
    hits = (
        select(SearchWord.document_id, score.label("score"))
        .where(or_(*(_begins(word) for word in words)))
        .group_by(SearchWord.document_id)
        .having(and_(*(one > 0 for one in scores)))
        .subquery()
    )
    rows = db.session.execute(
        select(SearchDocument)
        .join(hits, hits.c.document_id == SearchDocument.id)
        .order_by(
            (SearchDocument.language == language).desc(),
            hits.c.score.desc(),
            SearchDocument.id,
        )
        .limit(MOST_FOUND)
    ).scalars()
    return [
        Found(
            row.course_slug,
            row.lesson_id,
            row.language,
            row.title,
            row.course_title,
            excerpt(row.text, words),
        )
        for row in rows
    ]


def _begins(word: str) -> "and_":  # type: ignore[valid-type]
    return and_(SearchWord.word >= word, SearchWord.word < word + "\U0010ffff")


def indexed_revisions() -> dict[int, int]:
    """Return which revision of each course the index holds."""
    rows = db.session.execute(
        select(SearchDocument.course_id, func.max(SearchDocument.revision_id)).group_by(
            SearchDocument.course_id
        )
    )
    return dict(rows.tuples().all())

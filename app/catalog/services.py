"""Keeping the search index in step with what is published. Assumes write()."""

from datetime import datetime

from sqlalchemy import delete, insert

from app.catalog.models import SearchDocument, SearchWord
from app.catalog.rules import weigh
from app.courses.queries import get_lesson, outline_of, resolve_many
from app.courses.rules import Addresses, Outline, Published
from app.kernel.db import db

MOST_TEXT = 60_000


def index_course(*, course_id: int, now: datetime) -> None:
    """Make the index hold what everybody sees of the course now, and nothing else of it."""
    db.session.execute(delete(SearchDocument).where(SearchDocument.course_id == course_id))
    seen = resolve_many({course_id: None}, now=now).get(course_id)
    if seen is None:
        return
    outline = outline_of(seen)
    for language in outline.course.languages:
        title, summary = outline.title(language), outline.summary(language)
        _add(seen, None, language, title, title, summary)
        _add_lessons(seen, outline, language)


def _add_lessons(seen: Published, outline: Outline, language: str) -> None:
    for lesson in outline.lessons:
        text = lesson.texts.get(language)
        if text is None:
            continue
        rendered = get_lesson(seen, lesson.id, language, Addresses("{id}", ""))
        _add(seen, lesson.id, language, text.title, outline.title(language), rendered.text)


def _add(
    seen: Published, lesson_id: str | None, language: str, title: str, course: str, text: str
) -> None:
    text = text[:MOST_TEXT]
    document = SearchDocument(
        course_id=seen.course_id,
        revision_id=seen.revision_id,
        course_slug=seen.slug,
        lesson_id=lesson_id,
        language=language,
        title=title,
        course_title=course,
        text=text,
    )
    db.session.add(document)
    db.session.flush()  # the words need its id
    words = weigh(title, text)
    if words:
        db.session.execute(
            insert(SearchWord),
            [
                {"word": word, "document_id": document.id, "weight": weight}
                for word, weight in words.items()
            ],
        )

"""What the members of a cohort have in a course, as far as rules of award look. Reads only."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import select

from app.centers.models import Cohort
from app.courses.models import Course
from app.courses.queries import find_publication, outline_of
from app.courses.rules import Outline
from app.credentials.models import Credential
from app.gradebook.queries import Row, get_book
from app.gradebook.rules import on_scale
from app.kernel.db import db
from app.learning.queries import list_progress_of


@dataclass(frozen=True)
class Graded:
    """An exam or a project of the course; `percent` is None until it is marked."""

    title: str
    percent: Decimal | None


@dataclass(frozen=True)
class Results:
    """What somebody has in a course; `credential` is the number of the one they hold, or "".

    `percent` is the total of the gradebook, None while nothing counts; `waiting` how many answers
    wait for a person.
    """

    person_id: int
    public_id: str
    name: str
    name_ar: str
    lessons_done: int
    lessons: int
    is_completed: bool
    percent: Decimal | None
    waiting: int
    exams: tuple[Graded, ...]
    projects: tuple[Graded, ...]
    credential: str


def list_results(cohort: Cohort, course_id: int, language: str, *, now: datetime) -> list[Results]:
    """Return what members who take the course have in it, by name; none while nobody sees it.

    The statements are as many for one member as for a hundred.
    """
    course = db.session.get(Course, course_id)
    seen = find_publication(course.slug, cohort.id, now=now) if course else None
    if seen is None:
        return []
    book = get_book(cohort, seen.slug, language, now=now)
    rows = {row.member.id: row for row in book.rows}
    far = {
        one.person_id: one.progress
        for one in list_progress_of(list(rows), language, now=now)
        if one.course_slug == seen.slug
    }
    held = _held(f"course:{seen.key}", list(far))
    outline = outline_of(seen)
    return [
        Results(
            row.member.id,
            row.member.public_id,
            row.member.name,
            row.member.name_ar,
            far[person_id].done,
            far[person_id].total,
            far[person_id].completed_at is not None,
            row.total.percent,
            row.waiting,
            _graded(outline, row, "exam", language),
            _graded(outline, row, "project", language),
            held.get(person_id, ""),
        )
        for person_id, row in rows.items()
        if person_id in far
    ]


def _held(key: str, people: list[int]) -> dict[int | None, str]:
    rows = db.session.execute(
        select(Credential.person_id, Credential.public_id)
        .where(Credential.key == key, Credential.person_id.in_(people))
        .where(Credential.revoked_at.is_(None), Credential.replaced_at.is_(None))
    )
    return {row.person_id: row.public_id for row in rows}


def _graded(outline: Outline, row: Row, kind: str, language: str) -> tuple[Graded, ...]:
    found = []
    for lesson in outline.lessons:
        if lesson.kind != kind:
            continue
        entry = row.entries.get((lesson.id, kind))
        counts = entry is not None and entry.counts
        share = Fraction(entry.standing) / Fraction(entry.most) if entry and counts else None
        percent = on_scale(share, Decimal(100)) if share is not None else None
        found.append(Graded(outline.lesson_text(lesson.id, language).title, percent))
    return tuple(found)

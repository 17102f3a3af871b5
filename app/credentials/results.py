"""What the members of a cohort have in a course, as far as rules of award look. Reads only."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from sqlalchemy import select

from app.centers.models import Cohort
from app.courses.models import Course
from app.courses.queries import find_publication, outline_of
from app.courses.rules import Outline
from app.credentials.hooks import AwardCondition, Candidates, Reached
from app.credentials.models import Credential
from app.credentials.rules import state_of
from app.gradebook.queries import Row, get_book
from app.gradebook.rules import on_scale
from app.kernel import place
from app.kernel.db import db
from app.kernel.hooks import hooks
from app.learning.models import Enrollment
from app.learning.queries import list_progress_of
from app.projects.marking import list_signed


@dataclass(frozen=True)
class Graded:
    """An exam or a project of the course; `percent` is None until it is marked.

    `is_signed` says that the mark is a jury's, signed by two.
    """

    title: str
    percent: Decimal | None
    is_signed: bool = False


@dataclass(frozen=True)
class Results:
    """What somebody has in a course, and the certificate of it that they hold.

    `percent` is the total of the gradebook, None while nothing counts; `waiting` how many answers
    wait for a person. `courses` are all courses that they completed. `credential` is the number of
    the newest that was not replaced, `state` how it stands; both are "" without one. `is_released`
    says whether they may see their marks. `brought` is what plugins' conditions say, by name; one
    that is not in it could not be checked.
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
    courses: frozenset[int] = frozenset()
    credential: str = ""
    state: Literal["", "valid", "expired", "revoked"] = ""
    is_released: bool = True
    brought: Mapping[str, Reached] = field(default_factory=dict)


def list_results(
    cohort: Cohort, course_id: int, language: str, asked: Mapping[str, int], *, now: datetime
) -> list[Results]:
    """Return what members who take the course have in it, by name; none while nobody sees it.

    `asked` names the conditions of plugins to look at, each with its number. The statements are as
    many for one member as for a hundred.
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
    held, completed = _held(f"course:{seen.key}", list(far), now), _completed(list(far))
    brought = _brought(cohort, course_id, tuple(far), asked)
    outline, signed = outline_of(seen), list_signed(course_id, list(far))
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
            _graded(outline, row, "exam", language, signed),
            _graded(outline, row, "project", language, signed),
            completed[person_id],
            *held.get(person_id, ("", "")),
            is_released=book.plan.is_released(now),
            brought={name: one[person_id] for name, one in brought.items() if person_id in one},
        )
        for person_id, row in rows.items()
        if person_id in far
    ]


def without_marks(found: Results) -> Results:
    """Return results as their owner sees them before marks are released."""
    exams, projects = (
        tuple(replace(one, percent=None) for one in graded)
        for graded in (found.exams, found.projects)
    )
    return replace(found, percent=None, exams=exams, projects=projects, is_released=False)


def _held(
    key: str, people: list[int], now: datetime
) -> dict[int | None, tuple[str, Literal["valid", "expired", "revoked"]]]:
    rows = db.session.scalars(
        select(Credential)
        .where(Credential.key == key, Credential.person_id.in_(people))
        .where(Credential.replaced_at.is_(None))
        .order_by(Credential.id)
    )
    found = {}
    for row in rows:
        state = state_of(row, now)
        if state in ("valid", "expired", "revoked"):
            found[row.person_id] = row.public_id, state
    return found


def _completed(people: list[int]) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for person_id, course_id in db.session.execute(
        select(Enrollment.person_id, Enrollment.course_id).where(
            Enrollment.person_id.in_(people), Enrollment.completed_at.is_not(None)
        )
    ):
        found[person_id].add(course_id)
    return {person_id: frozenset(found[person_id]) for person_id in people}


def _brought(
    cohort: Cohort, course_id: int, people: tuple[int, ...], asked: Mapping[str, int]
) -> dict[str, Mapping[int, Reached]]:
    found = {}
    with place.at(cohort.center_id):  # what is on there counts, from wherever one looks
        for name, least in asked.items():
            condition = hooks.get(AwardCondition, name)
            if condition is not None:
                candidates = Candidates(cohort.center_id, cohort.id, course_id, people, least)
                found[name] = condition.look(candidates)
    return found


def _graded(
    outline: Outline,
    row: Row,
    kind: str,
    language: str,
    signed: Collection[tuple[int, str]],
) -> tuple[Graded, ...]:
    found = []
    for lesson in outline.lessons:
        if lesson.kind != kind:
            continue
        entry = row.entries.get((lesson.id, kind))
        counts = entry is not None and entry.counts
        share = Fraction(entry.standing) / Fraction(entry.most) if entry and counts else None
        percent = on_scale(share, Decimal(100)) if share is not None else None
        title = outline.lesson_text(lesson.id, language).title
        found.append(Graded(title, percent, (row.member.id, lesson.id) in signed))
    return tuple(found)

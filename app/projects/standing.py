"""How one project stands for one learner, for every view of its lesson. One statement."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, literal, or_, select

from app.gradebook.models import GradebookPlan
from app.kernel import clock
from app.kernel.db import as_moment, db
from app.projects.models import (
    ProjectFile,
    ProjectMark,
    ProjectRequest,
    ProjectSignature,
    ProjectTerm,
    ProjectVersion,
    ProjectWork,
)
from app.projects.queries import Project, Term
from app.projects.rules import SIGNATURES


@dataclass(frozen=True)
class Receipt:
    """What was received last: when, how many files of how many bytes, and a link or none."""

    received_at: datetime
    link: str
    count: int
    size: int


@dataclass(frozen=True)
class Standing:
    """What a learner reads below the lesson of a project.

    `asked_until` is set while a newer version is asked for; `points` of `most`, in hundredths, once
    they may be seen.
    """

    term: Term = field(default_factory=Term)
    newest: Receipt | None = None
    asked_until: datetime | None = None
    points: int | None = None
    most: int = 0


# Asked by every view of a project's lesson: built once, and of plain tables.
_T, _G, _W, _V, _F, _R, _M, _S = (
    model.__table__
    for model in (
        ProjectTerm, GradebookPlan, ProjectWork, ProjectVersion, ProjectFile,
        ProjectRequest, ProjectMark, ProjectSignature,
    )
)  # fmt: skip
_COHORT: Any = bindparam("cohort_id")
_COURSE: Any = bindparam("course_id")
_LESSON: Any = bindparam("lesson_id")
_PERSON: Any = bindparam("person_id")


def _build() -> Any:
    here = select(literal(1).label("one")).subquery()
    version, mark, counted = _V.alias("newest"), _M.alias("last"), _M.alias("counted")
    signed = select(func.count()).where(_S.c.mark_id == _M.c.id).scalar_subquery()
    of_work = _M.c.work_id == _W.c.id
    numbers = select(func.max(_M.c.number)).where(of_work).correlate(_W)
    counts = numbers.where(or_(_M.c.is_jury.is_(False), signed >= SIGNATURES))
    newest = select(func.max(_V.c.number)).where(_V.c.work_id == _W.c.id).correlate(_W)
    asked = select(func.max(_R.c.id)).where(_R.c.version_id == version.c.id).correlate(version)
    of_newest = _F.c.version_id == version.c.id
    place = (_COURSE, _LESSON)
    return (
        select(
            _T.c.due_at, _T.c.is_jury, _G.c.release_at, version.c.received_at, version.c.link,
            select(func.count(_F.c.id)).where(of_newest).correlate(version)
            .scalar_subquery().label("files"),
            select(func.coalesce(func.sum(_F.c.size), 0)).where(of_newest)
            .correlate(version).scalar_subquery().label("bytes"),
            _R.c.until, _R.c.asked_at, mark.c.marked_at, counted.c.points, counted.c.most,
            clock.sql_now().label("now"),
        )
        .select_from(here)
        .outerjoin(_T, and_(_T.c.cohort_id == _COHORT, _is_at(_T, place)))
        .outerjoin(_G, and_(_G.c.cohort_id == _COHORT, _G.c.course_id == _COURSE))
        .outerjoin(_W, and_(_W.c.person_id == _PERSON, _is_at(_W, place)))
        .outerjoin(
            version,
            and_(version.c.work_id == _W.c.id, version.c.number == newest.scalar_subquery()),
        )
        .outerjoin(_R, _R.c.id == asked.scalar_subquery())
        .outerjoin(
            mark, and_(mark.c.work_id == _W.c.id, mark.c.number == numbers.scalar_subquery())
        )
        .outerjoin(
            counted,
            and_(counted.c.work_id == _W.c.id, counted.c.number == counts.scalar_subquery()),
        )
    )  # fmt: skip


def _is_at(table: Any, place: tuple[Any, Any]) -> Any:
    return and_(table.c.course_id == place[0], table.c.lesson_id == place[1])


_STANDING = _build()


def get_standing(person_id: int, cohort_id: int | None, project: Project) -> Standing:
    """Return how a project stands for a learner of a cohort."""
    asked = {
        "person_id": person_id,
        "cohort_id": cohort_id,
        "course_id": project.course_id,
        "lesson_id": project.lesson.id,
    }
    row = db.session.execute(_STANDING, asked).one()
    is_asked = row.until and (row.marked_at is None or row.marked_at < row.asked_at)
    is_seen = row.release_at is None or row.release_at <= as_moment(row.now)
    return Standing(
        Term(row.due_at, bool(row.is_jury)),
        Receipt(row.received_at, row.link, row.files, row.bytes) if row.received_at else None,
        row.until if is_asked else None,
        row.points if is_seen else None,
        row.most or 0,
    )

"""Marking by the rubric, and a jury's signatures. Nobody is overwritten."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from app.activities.rules import Place
from app.centers.models import Cohort
from app.centers.rules import clean_text
from app.kernel.actors import Actor
from app.kernel.db import db
from app.kernel.errors import Conflict, Invalid, NotFound
from app.kernel.i18n import say
from app.marking.rules import LEVELS, level_points
from app.projects import queries
from app.projects.models import ProjectMark, ProjectSignature, ProjectWork
from app.projects.queries import Project
from app.projects.rules import (
    BLOCK,
    MOST_COMMENT,
    SIGNATURES,
    MarkRow,
    VersionRow,
    Work,
)
from app.projects.services import Overtaken, keep_score, newer, open_work, record, tell

MARKED = say("Your project was marked. Open its lesson to see your marks.")


@dataclass(frozen=True)
class Given:
    """What a marker gives: a level from 1 to 5 for each criterion, and a comment.

    `number` is that of the mark which the marker saw (0: none), `newest` that of the newest
    version which they saw, `version` that of the one that is marked.
    """

    levels: Mapping[str, int]
    comment: str
    number: int
    version: int
    newest: int


def mark_work(
    *, actor: Actor, cohort: Cohort, project: Project, person_id: int, given: Given, now: datetime
) -> MarkRow:
    """Keep what somebody gives a work. Where a jury marks, it counts once two have signed.

    The same again is the same mark. Raises Overtaken when a mark or a version came that the actor
    did not see, and Conflict for a mark that lowers one which the learner has seen.
    """
    work = open_work(actor, cohort, project, person_id)
    version = work.version(given.version)
    if version is None or work.newest is None:
        raise NotFound
    lines, comment = _lines(project, given.levels), _comment(given.comment)
    standing = work.mark
    if standing and standing.number != given.number:
        if _is_same(standing, actor, version, lines, comment):
            return standing
        raise Overtaken(
            say("Somebody marked this work in the meantime. Their mark is kept, not yours."),
            todo=say("Compare, then keep theirs or put yours in its place."),
        )
    if work.newest.number != given.newest:
        raise newer()
    points = sum(line[1] for line in lines)
    is_jury = _is_jury(cohort, project, work, points)
    db.session.add(
        ProjectMark(
            work_id=work.id,
            number=len(work.marks) + 1,
            version_id=version.id,
            newest=given.newest,
            marker_id=actor.id,
            lines=lines,
            points=points,
            most=sum(line[2] for line in lines),
            comment=comment,
            is_jury=is_jury,
            marked_at=now,
        )
    )
    db.session.flush()  # it is read anew below
    mark = _last(person_id, project)
    if mark.number > 1 or is_jury:
        record(actor, cohort, "mark", f"person:{person_id}", work=work.id, mark=mark.number)
    if mark.counts:
        _count(cohort, project, person_id, mark, now)
    return mark


def _lines(project: Project, levels: Mapping[str, int]) -> list[list[Any]]:
    rubric = [(key, points * 100) for key, points in project.rules.rubric]
    if any(levels.get(key) not in range(1, LEVELS + 1) for key, _ in rubric):
        raise Invalid(say("Choose a level on each line. Nothing was kept yet."))
    return [[key, level_points(levels[key], most), most] for key, most in rubric]


def _comment(text: str) -> str:
    comment = clean_text(text)
    if len(comment) > MOST_COMMENT:
        raise Invalid(say("Write at most %(most)s characters.", most=MOST_COMMENT))
    return comment


def _is_same(
    standing: MarkRow, actor: Actor, version: VersionRow, lines: list[list[Any]], comment: str
) -> bool:
    kept = (standing.marker_id, standing.version_id, [*map(list, standing.lines)], standing.comment)
    return kept == (actor.id, version.id, lines, comment)


def _is_jury(cohort: Cohort, project: Project, work: Work, points: int) -> bool:
    """Tell whether a mark needs signatures; one that needs none does not lower what was seen."""
    if queries.find_term(cohort.id, project).is_jury:
        return True
    standing = work.counted
    if standing and points < standing.points and queries.is_released(cohort.id, project):
        raise Conflict(
            say("The learner has seen a higher mark, so this one was not kept."),
            todo=say("Lower it in the gradebook, where a second person confirms it."),
        )
    return False


def _last(person_id: int, project: Project) -> MarkRow:
    mark = queries.find_work(person_id, project).mark
    assert mark is not None  # noqa: S101  (it was added before)
    return mark


def _count(cohort: Cohort, project: Project, person_id: int, mark: MarkRow, now: datetime) -> None:
    keep_score(person_id, project, mark, cohort.center_id, now)
    if queries.is_released(cohort.id, project):
        tell(cohort, person_id, MARKED, f"mark:{mark.id}", now)


def sign_mark(
    *,
    actor: Actor,
    cohort: Cohort,
    project: Project,
    person_id: int,
    number: int,
    now: datetime,
) -> MarkRow:
    """Sign a jury's mark; with the second signature it counts. Signing twice is once.

    Raises Overtaken when the sheet was changed since the actor saw it.
    """
    work = open_work(actor, cohort, project, person_id)
    mark = work.mark
    if mark is None or not mark.is_jury:
        raise Conflict(say("There is no sheet of a jury to sign."))
    if mark.number != number:
        raise Overtaken(
            say("The sheet was changed meanwhile, so it was not signed."),
            todo=say("Read it again, then sign."),
        )
    if mark.counts or any(signer == actor.id for signer, _ in mark.signed):
        return mark
    db.session.add(ProjectSignature(mark_id=mark.id, person_id=actor.id, signed_at=now))
    db.session.flush()  # it is read anew below
    record(actor, cohort, "sign", f"person:{person_id}", work=work.id, mark=number)
    signed = _last(person_id, project)
    if signed.counts:
        _count(cohort, project, person_id, signed, now)
    return signed


def list_signed(course_id: int, people: Collection[int]) -> frozenset[tuple[int, str]]:
    """Return (person, lesson) of each project whose standing mark is a jury's, signed by two."""
    signatures = (
        select(func.count())
        .where(ProjectSignature.mark_id == ProjectMark.id)
        .correlate(ProjectMark)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(ProjectWork.person_id, ProjectWork.lesson_id, ProjectMark.is_jury)
        .join(ProjectWork, ProjectWork.id == ProjectMark.work_id)
        .where(ProjectWork.course_id == course_id, ProjectWork.person_id.in_(people))
        .where(or_(ProjectMark.is_jury.is_(False), signatures >= SIGNATURES))
        .order_by(ProjectMark.number)
    )
    standing = {(person, lesson): is_jury for person, lesson, is_jury in rows}
    return frozenset(place for place, is_jury in standing.items() if is_jury)


def find_markers(person_id: int, place: Place) -> frozenset[int]:
    """Return who marked a learner's project, or signed for its mark. One statement."""
    if place.block_id != BLOCK:
        return frozenset()
    marks = (
        select(ProjectMark.id, ProjectMark.marker_id)
        .join(ProjectWork, ProjectWork.id == ProjectMark.work_id)
        .where(
            ProjectWork.person_id == person_id,
            ProjectWork.course_id == place.course_id,
            ProjectWork.lesson_id == place.lesson_id,
        )
        .subquery()
    )
    signed = select(ProjectSignature.person_id).join(marks, marks.c.id == ProjectSignature.mark_id)
    found = db.session.scalars(select(marks.c.marker_id).union(signed))
    return frozenset(one for one in found if one)

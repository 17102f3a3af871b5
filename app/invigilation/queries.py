"""Who sits the exams of a cohort. A page costs the same for many people."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select

from app.activities.models import AnswerEvent, Attempt, ItemVersion, Mark
from app.activities.queries import is_newest
from app.activities.rules import WAITING
from app.centers.models import Cohort, CohortMember
from app.centers.queries import get_cohort, list_course_ids, list_members
from app.content.rules import Lesson
from app.courses.queries import find_publication, outline_of, outlines_of, resolve_many
from app.courses.rules import Outline, Published
from app.exams.models import Accommodation, ExamAttempt, ExamWindow, LateAnswer
from app.exams.queries import Paper, get_paper_by_id
from app.exams.rules import BLOCK, PAPER, SIGN_IN, Window
from app.invigilation import policies
from app.invigilation.rules import Seat, Sent, Sitting
from app.kernel import clock
from app.kernel.actors import Actor
from app.kernel.db import db
from app.kernel.errors import NotFound
from app.learning.models import Enrollment


@dataclass(frozen=True)
class Exam:
    """A lesson of timed questions as a cohort sees it."""

    course_id: int
    slug: str
    course: str
    outline: Outline
    lesson: Lesson


@dataclass(frozen=True)
class ExamRow:
    """An exam of a cohort: when it may be begun, and how many attempts run and are over."""

    exam: Exam
    window: Window | None
    running: int = 0
    over: int = 0


def get_watched_cohort(actor: Actor, public_id: str, center_id: int) -> Cohort:
    """Return a cohort whose exams the actor may see. Raises NotFound."""
    cohort = get_cohort(actor, public_id, center_id)
    if not policies.can_invigilate(actor, cohort):
        raise NotFound
    return cohort


def get_exam(cohort: Cohort, slug: str, lesson_id: str, language: str, *, now: datetime) -> Exam:
    """Return an exam as the cohort sees it. Raises NotFound."""
    seen = find_publication(slug, cohort.id, now=now)
    lesson = outline_of(seen).lesson(lesson_id) if seen else None
    if seen is None or lesson is None or lesson.exam is None:
        raise NotFound
    return _exam(seen, outline_of(seen), lesson, language)


def _exam(seen: Published, outline: Outline, lesson: Lesson, language: str) -> Exam:
    return Exam(seen.course_id, seen.slug, outline.title(language), outline, lesson)


def list_exams(cohort: Cohort, language: str, *, now: datetime) -> list[ExamRow]:
    """Return the exams of the courses that the center offers or the cohort takes."""
    taken = select(Enrollment.course_id).where(
        Enrollment.cohort_id == cohort.id, Enrollment.left_at.is_(None)
    )
    ids = {*list_course_ids(cohort.center_id), *db.session.scalars(taken.distinct())}
    seen = resolve_many(dict.fromkeys(ids, cohort.id), now=now)
    outlines = outlines_of(seen.values())
    exams = [
        _exam(one, outlines[one.revision_id], lesson, language)
        for one in seen.values()
        for lesson in outlines[one.revision_id].lessons
        if lesson.exam
    ]
    windows, counts = _windows(cohort, ids), _counts(cohort)
    found = []
    for exam in sorted(exams, key=lambda exam: exam.course):
        key = exam.course_id, exam.lesson.id
        own, everybody = windows.get((*key, cohort.id)), windows.get((*key, None))
        found.append(ExamRow(exam, own or everybody, *counts.get(key, (0, 0))))
    return found


def _windows(cohort: Cohort, courses: Collection[int]) -> dict[tuple[int, str, int | None], Window]:
    rows = db.session.execute(
        select(
            ExamWindow.course_id,
            ExamWindow.lesson_id,
            ExamWindow.cohort_id,
            ExamWindow.opens_at,
            ExamWindow.closes_at,
        ).where(
            ExamWindow.center_id == cohort.center_id,
            ExamWindow.course_id.in_(courses),
            or_(ExamWindow.cohort_id == cohort.id, ExamWindow.cohort_id.is_(None)),
        )
    )
    return {(row[0], row[1], row[2]): Window(row[3], row[4]) for row in rows}


def find_windows(cohort: Cohort, exam: Exam) -> tuple[Window | None, Window | None]:
    """Return when the cohort may begin an exam, and when its whole center may; None: not said."""
    found = _windows(cohort, [exam.course_id])
    key = exam.course_id, exam.lesson.id
    return found.get((*key, cohort.id)), found.get((*key, None))


def _counts(cohort: Cohort) -> dict[tuple[int, str], tuple[int, int]]:
    """Return how many attempts of present members run and how many are over, by exam."""
    runs = and_(ExamAttempt.closed_at.is_(None), ExamAttempt.accepts_until >= clock.sql_now())
    rows = db.session.execute(
        select(
            Attempt.course_id,
            Attempt.lesson_id,
            func.sum(case((runs, 1), else_=0)),
            func.count(),
        )
        .join(ExamAttempt, ExamAttempt.attempt_id == Attempt.id)
        .where(Attempt.person_id.in_(_members(cohort)), Attempt.block_id == BLOCK)
        .group_by(Attempt.course_id, Attempt.lesson_id)
    )
    return {(row[0], row[1]): (row[2], row[3] - row[2]) for row in rows}


def _members(cohort: Cohort) -> Any:
    return select(CohortMember.person_id).where(
        CohortMember.cohort_id == cohort.id, CohortMember.left_at.is_(None)
    )


def list_seats(cohort: Cohort, exam: Exam, *, person_id: int | None = None) -> list[Seat]:
    """Return the present members of a cohort, or one of them, with their attempts at an exam."""
    members = [one for one in list_members(cohort.id) if person_id in (None, one.id)]
    people = [member.id for member in members]
    rows = db.session.execute(
        select(
            Attempt.id,
            Attempt.person_id,
            ExamAttempt.public_id,
            Attempt.number,
            Attempt.began_at,
            ExamAttempt.deadline,
            ExamAttempt.accepts_until,
            ExamAttempt.closed_at,
            ExamAttempt.closed_by,
            ExamAttempt.marked_at,
        )
        .join(ExamAttempt, ExamAttempt.attempt_id == Attempt.id)
        .where(
            Attempt.person_id.in_(people),
            Attempt.course_id == exam.course_id,
            Attempt.lesson_id == exam.lesson.id,
            Attempt.block_id == BLOCK,
        )
        .order_by(Attempt.number)
    ).all()
    attempts = [row.id for row in rows]
    points, apart, sign_ins = _points(attempts), _apart(attempts), _sign_ins(attempts)
    own: dict[int, list[Sitting]] = defaultdict(list)
    for row in rows:
        values = row._asdict()
        id_, person = values.pop("id"), values.pop("person_id")
        values["points"], values["most"], values["waiting"] = points.get(id_, (0, 0, 0))
        sitting = Sitting(**values, apart=apart.get(id_, 0), sign_ins=sign_ins.get(id_, 0))
        own[person].append(sitting)
    factors = list_factors(people)
    return [Seat(one, factors.get(one.id, 100), tuple(own[one.id])) for one in members]


def _points(attempts: Sequence[int]) -> dict[int, tuple[int, int, int]]:
    """Return by attempt what its newest marks add up to, of how much, and how many wait."""
    waits = case((Mark.state == WAITING, 1), else_=0)
    rows = db.session.execute(
        select(Mark.attempt_id, func.sum(Mark.points), func.sum(Mark.most), func.sum(waits))
        .where(Mark.attempt_id.in_(attempts), is_newest())
        .group_by(Mark.attempt_id)
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def _apart(attempts: Sequence[int]) -> dict[int, int]:
    rows = db.session.execute(
        select(LateAnswer.attempt_id, func.count())
        .where(LateAnswer.attempt_id.in_(attempts))
        .group_by(LateAnswer.attempt_id)
    )
    return {row[0]: row[1] for row in rows}


def _sign_ins(attempts: Sequence[int]) -> dict[int, int]:
    sign_in = func.substr(AnswerEvent.writer, 1, SIGN_IN)
    rows = db.session.execute(
        select(AnswerEvent.attempt_id, func.count(sign_in.distinct()))
        .where(AnswerEvent.attempt_id.in_(attempts), AnswerEvent.writer != PAPER)
        .group_by(AnswerEvent.attempt_id)
    )
    return {row[0]: row[1] for row in rows}


def list_factors(people: Collection[int]) -> dict[int, int]:
    """Return the percent of others' time that these people have, where it is another."""
    rows = db.session.execute(
        select(Accommodation.person_id, Accommodation.factor).where(
            Accommodation.person_id.in_(people), Accommodation.factor != 100
        )
    )
    return {row[0]: row[1] for row in rows}


def get_sat_paper(actor: Actor, cohort: Cohort, public_id: str) -> Paper:
    """Return an attempt of a present member of the cohort, but none of the actor's own."""
    attempt_id = db.session.scalar(
        select(ExamAttempt.attempt_id).where(
            ExamAttempt.public_id == public_id,
            ExamAttempt.person_id.in_(_members(cohort)),
            ExamAttempt.person_id != actor.id,
        )
    )
    if attempt_id is None:
        raise NotFound
    return get_paper_by_id(attempt_id)


def list_sent(attempt_id: int) -> list[Sent]:
    """Return everything that was received in an attempt, and what of it was kept apart."""
    found: list[Sent] = []
    for model, reason in ((AnswerEvent, None), (LateAnswer, LateAnswer.reason)):
        names = [one.name for one in fields(Sent) if one.name != "reason"]
        columns = [getattr(model, name) for name in names]
        rows = db.session.execute(
            select(*columns, *([reason] if reason is not None else ())).where(
                model.attempt_id == attempt_id
            )
        )
        found += [Sent(*row) for row in rows]
    return found


def get_versions(paper: Paper) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return the kind and the document of each question of a paper, as it was asked."""
    rows = db.session.execute(
        select(ItemVersion.id, ItemVersion.kind, ItemVersion.document).where(
            ItemVersion.id.in_([version for _, version in paper.drawn])
        )
    )
    known = {row.id: (row.kind, row.document) for row in rows}
    return {item: known[version] for item, version in paper.drawn}


@dataclass(frozen=True)
class Accommodated:
    """What was set for somebody, and why: for managers and themselves, nobody else."""

    factor: int
    larger_text: bool
    reason: str
    set_at: datetime


def find_accommodation(person_id: int) -> Accommodated | None:
    """Return what was set for somebody, or None."""
    row = db.session.execute(
        select(
            Accommodation.factor,
            Accommodation.larger_text,
            Accommodation.reason,
            Accommodation.set_at,
        ).where(Accommodation.person_id == person_id)
    ).first()
    return Accommodated(*row) if row else None


def list_running(person_id: int) -> list[Paper]:
    """Return the attempts of somebody that run."""
    ids = db.session.scalars(
        select(ExamAttempt.attempt_id).where(
            ExamAttempt.person_id == person_id,
            ExamAttempt.closed_at.is_(None),
            ExamAttempt.accepts_until >= clock.sql_now(),
        )
    )
    return [get_paper_by_id(one) for one in ids.all()]

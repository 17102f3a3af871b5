"""Marking closed attempts: a pure function of what was asked, the seed and the answer. In jobs."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.activities.hooks import ActivityType, Marked
from app.activities.models import AnswerEvent, ItemVersion, Mark
from app.activities.rules import Place, as_text
from app.activities.services import set_score
from app.courses.models import Course
from app.exams import queries
from app.exams.models import ExamAttempt
from app.exams.queries import Paper, Received
from app.exams.rules import BLOCK, FLAGGED, PAPER, counting, fields_of, is_passed, kept_points
from app.kernel import jobs, place
from app.kernel.actors import Actor
from app.kernel.db import db, insert_into
from app.kernel.errors import Refusal
from app.kernel.hooks import hooks
from app.learning.services import finish_lesson

PASS, RELEASE = "exams.pass", "exams.release"
"""The jobs that finish the lesson of one passed exam, and of those of a cohort."""


class NotNow(RuntimeError):
    """A plugin that marks is off: the job is tried again later, the answers are safe."""


def mark_attempt(*, attempt_id: int, now: datetime) -> None:
    """Mark a closed attempt, once: the answer that counts of each question, or none.

    Each is written down as an answer of the writer `paper`, in the order of the questions, with
    its mark; what was received stays as it is. Raises NotNow when a kind of question is off.
    """
    held = db.session.scalar(
        select(ExamAttempt)
        .where(ExamAttempt.attempt_id == attempt_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if held is None or held.closed_at is None or held.marked_at is not None:
        return
    paper = queries.get_paper_by_id(attempt_id)
    with place.at(paper.center_id):
        _mark_paper(paper, held.closed_at, now)
    held.marked_at = now
    db.session.flush()
    keep_score(paper=paper, now=now)


def _mark_paper(paper: Paper, closed_at: datetime, now: datetime) -> None:
    events = counting(
        one
        for one in queries.list_received(paper.id)
        if one.writer != PAPER and not one.item.startswith(FLAGGED)
    )
    versions = {
        row.id: row
        for row in db.session.execute(
            select(ItemVersion.id, ItemVersion.kind, ItemVersion.document).where(
                ItemVersion.id.in_([version for _, version in paper.drawn])
            )
        )
    }
    answers, marks = [], []
    for number, (item, version_id) in enumerate(paper.drawn, 1):
        version = versions[version_id]
        event = events.get(item)
        value, marked = _mark(version.kind, version.document, paper.seed, event)
        key = {"attempt_id": paper.id, "writer": PAPER, "seq": number}
        received = event.received_at if event else closed_at
        answers.append(
            {**key, "item": item, "value": as_text(value), "hints": 0, "received_at": received}
        )
        marks.append(
            {
                **key,
                "version_id": version_id,
                "points": marked.points,
                "most": marked.most,
                "state": marked.state,
                "details": dict(marked.details),
                "marked_at": now,
            }
        )
    db.session.execute(insert_into(AnswerEvent).values(answers))
    db.session.execute(insert_into(Mark).values(marks))


def _mark(
    kind: str, document: Mapping[str, Any], seed: str, event: Received | None
) -> tuple[Any, Marked]:
    type_ = hooks.get(ActivityType, kind)
    if type_ is None:
        raise NotNow(kind)
    value = type_.take(document, fields_of(event.value)) if event else None
    return value, type_.mark(document, seed, value, 0)


def keep_score(*, paper: Paper, now: datetime, may_fall: bool = True) -> None:
    """Keep what the person's attempts at this exam are worth together, and tell who wants to know.

    Also for whoever changes a mark afterwards: a person who marks by hand, a corrected question.
    Unless it `may_fall`, it is worth at least what it was.
    """
    where = (paper.person_id, paper.course_id, paper.lesson_id)
    taken = queries.with_points(queries.list_taken(*where), *where)
    points, most = kept_points(paper.rules.keep, taken)
    waiting = sum(one.waiting for one in taken)
    if not may_fall:
        points = min(max(points, queries.get_score(*where)), most)
    set_score(
        person_id=paper.person_id,
        place=Place(paper.course_id, paper.lesson_id, BLOCK),
        points=points,
        most=most,
        waiting=waiting,
        center_id=paper.center_id,
        now=now,
    )
    if not waiting:
        _pass(paper, points, most, now)


def pass_exam(*, attempt_id: int, now: datetime) -> None:
    """Finish the lesson of an exam that was passed; before its marks are released, later."""
    paper = queries.get_paper_by_id(attempt_id)
    where = (paper.person_id, paper.course_id, paper.lesson_id)
    taken = queries.with_points(queries.list_taken(*where), *where)
    if not any(one.waiting for one in taken):
        _pass(paper, *kept_points(paper.rules.keep, taken), now)


def _pass(paper: Paper, points: int, most: int, now: datetime) -> None:
    if not is_passed(paper.rules, points, most):
        return
    release_at = queries.find_release(paper)
    if release_at:  # that the lesson is done would tell it
        key = f"{PASS}:{paper.id}:{release_at.isoformat()}"
        delay = (release_at - paper.now).total_seconds()
        jobs.enqueue(PASS, {"attempt_id": paper.id}, key=key, delay=delay)
        return
    slug = db.session.scalars(select(Course.slug).where(Course.id == paper.course_id)).one()
    with suppress(Refusal):  # left the course since, or the exam is not in it any more
        finish_lesson(
            actor=Actor(paper.person_id),
            slug=slug,
            lesson_id=paper.lesson_id,
            earned=True,
            now=now,
        )


def release_moved(*, course_id: int, cohort_id: int) -> None:
    """Have the exams of a cohort passed when their marks are released: that time was changed."""
    jobs.enqueue(RELEASE, {"course_id": course_id, "cohort_id": cohort_id})

"""Answers that wait for a person, without names. Each page costs the same for many."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.activities.hooks import ActivityType
from app.activities.models import AnswerEvent, Attempt, ItemVersion, Mark
from app.activities.queries import find_texts
from app.activities.rules import WAITING, Place
from app.centers.models import Cohort, CohortMember
from app.centers.queries import get_cohort
from app.courses.queries import find_course, outlines_of, resolve_many
from app.courses.rules import Outline, Published
from app.exams.rules import BLOCK as EXAM
from app.kernel.actors import Actor
from app.kernel.db import db
from app.kernel.errors import NotFound
from app.kernel.hooks import hooks
from app.marking import policies
from app.marking.models import HandMark

MOST = 2_000
"""Answers of a cohort that are looked at in one go."""
COMMENTS = 12


@dataclass(frozen=True)
class Question:
    """Where a question stands."""

    place: Place
    item: str


@dataclass(frozen=True)
class Waiting:
    """An answer that waits for a person. `id` is that of its waiting mark, `number` that of what
    a person gave it so far: 0 is nothing."""

    id: int
    person_id: int
    attempt_id: int
    writer: str
    seq: int
    question: Question
    kind: str
    version_id: int
    value: Any
    hints: int
    number: int = 0
    hand_id: int = 0
    marker_id: int | None = None


@dataclass(frozen=True)
class QuestionRow:
    """A question with answers to mark: how many wait, and how many of them are marked."""

    question: Question
    slug: str
    course: str
    lesson: str
    text: str
    waiting: int
    marked: int


def get_marking_cohort(actor: Actor, public_id: str, center_id: int) -> Cohort:
    """Return a cohort whose answers the actor marks. Raises NotFound."""
    cohort = get_cohort(actor, public_id, center_id)
    if not policies.can_mark(actor, cohort):
        raise NotFound
    return cohort


def find_question(slug: str, lesson_id: str, block_id: str, item: str) -> Question:
    """Return the question at an address. Raises NotFound when there is no such course."""
    course = find_course(slug)
    if course is None:
        raise NotFound
    return Question(Place(course.id, lesson_id, block_id), item)


def list_waiting(actor: Actor, cohort: Cohort, question: Question | None = None) -> list[Waiting]:
    """Return what members of a cohort handed in and waits, but nothing of the actor's own.

    Of several answers to the same question the last one is marked. One statement.
    """
    again, later, other = aliased(Mark), aliased(AnswerEvent), aliased(HandMark)
    query = (
        select(
            Mark.id, Attempt.person_id, Attempt.id, Mark.writer, Mark.seq,
            Attempt.course_id, Attempt.lesson_id, Attempt.block_id, AnswerEvent.item,
            ItemVersion.kind, Mark.version_id, AnswerEvent.value, AnswerEvent.hints,
            HandMark.number, HandMark.id, HandMark.marker_id,
        )
        .select_from(CohortMember)
        .join(Attempt, Attempt.person_id == CohortMember.person_id)
        .join(Mark, Mark.attempt_id == Attempt.id)
        .join(AnswerEvent, _same_answer(AnswerEvent, Mark))
        .join(ItemVersion, ItemVersion.id == Mark.version_id)
        .outerjoin(
            HandMark,
            and_(
                _same_answer(HandMark, Mark),
                ~exists().where(_same_answer(other, HandMark), other.number > HandMark.number),
            ),
        )
        .where(
            CohortMember.cohort_id == cohort.id,
            CohortMember.left_at.is_(None),
            CohortMember.person_id != actor.id,
            Mark.state == WAITING,
            ~exists().where(_same_answer(again, Mark), again.id > Mark.id),
            ~exists().where(
                later.attempt_id == AnswerEvent.attempt_id,
                later.item == AnswerEvent.item,
                # of an exam the paper as it was handed in is marked, not what came for it
                or_(Attempt.kind != EXAM, later.writer == AnswerEvent.writer),
                or_(
                    later.received_at > AnswerEvent.received_at,
                    and_(
                        later.received_at == AnswerEvent.received_at, later.seq > AnswerEvent.seq
                    ),
                ),
            ),
        )
        .order_by(Mark.id)
        .limit(MOST)
    )  # fmt: skip
    if question is not None:
        query = query.where(
            Attempt.course_id == question.place.course_id,
            Attempt.lesson_id == question.place.lesson_id,
            Attempt.block_id == question.place.block_id,
            AnswerEvent.item == question.item,
        )
    return [_waiting(row) for row in db.session.execute(query)]


def _same_answer(one: Any, two: Any) -> Any:
    return and_(one.attempt_id == two.attempt_id, one.writer == two.writer, one.seq == two.seq)


def _waiting(row: Any) -> Waiting:
    mark_id, person_id, attempt_id, writer, seq, course_id, lesson_id, block_id, item = row[:9]
    kind, version_id, value, hints, number, hand_id, marker_id = row[9:]
    question = Question(Place(course_id, lesson_id, block_id), item)
    return Waiting(
        mark_id, person_id, attempt_id, writer, seq, question, kind, version_id,
        json.loads(value), hints, number or 0, hand_id or 0, marker_id,
    )  # fmt: skip


def list_questions(
    actor: Actor, cohort: Cohort, language: str, *, now: datetime
) -> list[QuestionRow]:
    """Return the questions of which answers wait, course by course."""
    found: dict[Question, list[Waiting]] = defaultdict(list)
    for answer in list_waiting(actor, cohort):
        found[answer.question].append(answer)
    seen, outlines = _courses({question.place.course_id for question in found}, cohort, now)
    documents = get_documents({answers[-1].version_id for answers in found.values()})
    rows = [
        _row(question, answers, (seen, outlines, documents), language)
        for question, answers in found.items()
        if question.place.course_id in seen
    ]
    return sorted(rows, key=lambda row: (row.course, row.question.place.lesson_id))


def _courses(
    ids: set[int], cohort: Cohort, now: datetime
) -> tuple[dict[int, Published], dict[int, Outline]]:
    seen = resolve_many(dict.fromkeys(ids, cohort.id), now=now)
    outlines = outlines_of(seen.values())
    return seen, {course: outlines[one.revision_id] for course, one in seen.items()}


def _row(question: Question, answers: Sequence[Waiting], known: Any, language: str) -> QuestionRow:
    seen, outlines, documents = known
    outline: Outline = outlines[question.place.course_id]
    lesson = outline.lesson(question.place.lesson_id)
    return QuestionRow(
        question,
        seen[question.place.course_id].slug,
        outline.title(language),
        lesson.text(language, outline.course.source).title if lesson else "",
        texts_of_answer(answers[-1], documents)[0],
        len(answers),
        sum(answer.number > 0 for answer in answers),
    )


def get_documents(versions: set[int]) -> dict[int, dict[str, Any]]:
    """Return what was asked, by the ids of its versions."""
    rows = db.session.execute(
        select(ItemVersion.id, ItemVersion.document).where(ItemVersion.id.in_(versions))
    )
    return {row.id: row.document for row in rows}


def texts_of_answer(answer: Waiting, documents: dict[int, dict[str, Any]]) -> tuple[str, str]:
    """Return the question as Markdown and the answer as text; empty while its plugin is off."""
    kind = hooks.get(ActivityType, answer.kind)
    if kind is None or kind.by_hand is None:
        return "", ""
    return kind.by_hand.texts(documents[answer.version_id], answer.value)


def find_items(cohort: Cohort, place: Place, *, now: datetime) -> list[str] | None:
    """Return what an activity asks its cohort today; None when that cannot be read any more."""
    seen = resolve_many({place.course_id: cohort.id}, now=now).get(place.course_id)
    texts = find_texts(seen, place.lesson_id).get(place.block_id) if seen else None
    kind = hooks.get(ActivityType, texts.source.name) if texts else None
    return [item.id for item in kind.read(texts).items] if kind and texts else None


def get_hand_mark(hand_id: int) -> HandMark | None:
    """Return what a person gave an answer, or None."""
    return db.session.get(HandMark, hand_id)


def list_comments(actor: Actor) -> list[str]:
    """Return what a marker wrote to learners lately, each comment once, the newest first."""
    return list(
        db.session.scalars(
            select(HandMark.comment)
            .where(HandMark.marker_id == actor.id, HandMark.comment != "")
            .group_by(HandMark.comment)
            .order_by(func.max(HandMark.marked_at).desc(), HandMark.comment)
            .limit(COMMENTS)
        )
    )

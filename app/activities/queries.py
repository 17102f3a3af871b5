"""What was answered and earned. A lesson with activities costs one statement here."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, select
from sqlalchemy.orm import aliased

from app.activities.hooks import Activity, ActivityType, BlockTexts, Item, Withheld
from app.activities.models import AnswerEvent, Attempt, Mark, Score
from app.activities.rules import ASIDE, ItemState, Mended, Place, State
from app.content.rules import BlockNode
from app.courses.models import Course
from app.courses.queries import get_lesson, outline_of
from app.courses.rules import Addresses, RevisionRef
from app.kernel.db import db
from app.kernel.hooks import hooks
from app.kernel.recent import Recent
from app.learning.policies import can_read
from app.learning.queries import Study

NOWHERE = Addresses("{id}", "")
"""A lesson that is read for what it asks, not to be shown."""
NOT_YET = "not released yet"
"""What a copy of one's data says in place of a mark that one may not see yet."""
_texts: Recent[dict[str, BlockTexts]] = Recent(500)


@dataclass(frozen=True)
class Asked:
    """An activity as somebody sees it: where it stands, what it asks, in which revision.

    `is_open` tells whether a visitor may answer too: the lesson is a preview.
    """

    place: Place
    kind: str
    activity: Activity
    type: ActivityType
    revision_id: int
    center_id: int | None = None
    cohort_id: int | None = None
    is_open: bool = False

    def item(self, item_id: str) -> Item | None:
        """Return one item of the activity, or None."""
        return next((item for item in self.activity.items if item.id == item_id), None)


def find_asked(study: Study, lesson_id: str, block_id: str) -> Asked | None:
    """Return the activity of a block in the revision that this person sees.

    None when the lesson is not open to them, there is no such block, or its plugin is off here.
    """
    lesson = study.outline.lesson(lesson_id)
    if lesson is None or not can_read(study.enrollment, lesson):
        return None
    texts = find_texts(study.seen, lesson_id).get(block_id)
    kind = hooks.get(ActivityType, texts.source.name) if texts else None
    if texts is None or kind is None:
        return None
    own = study.enrollment
    return Asked(
        Place(study.seen.course_id, lesson_id, block_id),
        texts.source.name,
        kind.read(texts),
        kind,
        study.seen.revision_id,
        own.center_id if own else None,
        own.cohort_id if own else None,
        lesson.preview,
    )


def find_texts(ref: RevisionRef, lesson_id: str) -> dict[str, BlockTexts]:
    """Return the blocks of a lesson by their ids, each in every language. Kept in memory."""
    key = (ref.hash, lesson_id)
    kept = _texts.get(key)
    if kept is not None:
        return kept
    outline = outline_of(ref)
    lesson = outline.lesson(lesson_id)
    source = outline.course.source
    nodes = {
        language: {
            part.id: part
            for part in get_lesson(ref, lesson_id, language, NOWHERE).segments
            if isinstance(part, BlockNode)
        }
        for language in (lesson.texts if lesson else ())
    }
    found = {
        block: BlockTexts(node, {code: own[block] for code, own in nodes.items() if block in own})
        for block, node in nodes.get(source, {}).items()
    }
    return _texts.put(key, found)


def _answers() -> Any:
    return (
        select(
            _A.person_id, _A.block_id, _A.seed, _A.hints.label("opened"), _E.writer, _E.seq,
            _E.item, _E.value, _E.hints, _M.points, _M.most, _M.state, _M.details, _M.reason,
            _M.marked_at,
        )
        .outerjoin(AnswerEvent.__table__, _E.attempt_id == _A.id)
        .outerjoin(
            Mark.__table__,
            and_(_M.attempt_id == _E.attempt_id, _M.writer == _E.writer, _M.seq == _E.seq),
        )
        .order_by(_A.number, _E.received_at, _E.seq, _M.id)
    )  # fmt: skip


# Asked by every lesson that has an activity: built once, and of plain tables.
_A, _E, _M = (model.__table__.c for model in (Attempt, AnswerEvent, Mark))
_OF_LESSON = _answers().where(
    _A.person_id == bindparam("person_id"),
    _A.course_id == bindparam("course_id"),
    _A.lesson_id == bindparam("lesson_id"),
)
_OF_BLOCK = _answers().where(
    _A.person_id.in_(bindparam("people", expanding=True)),
    _A.course_id == bindparam("course_id"),
    _A.lesson_id == bindparam("lesson_id"),
    _A.block_id == bindparam("block_id"),
)


def list_states(
    person_id: int, course_id: int, lesson_id: str, blocks: Collection[str]
) -> dict[str, State]:
    """Return by block how far a person is with the activities of a lesson. One statement."""
    asked = {"person_id": person_id, "course_id": course_id, "lesson_id": lesson_id}
    rows = db.session.execute(_OF_LESSON, asked)
    by_block: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        if row.block_id in blocks:
            by_block[row.block_id].append(row)
    return {block: _state(found) for block, found in by_block.items()}


def is_newest() -> ColumnElement[bool]:
    """Filter marks to the newest one of each answer."""
    later = aliased(Mark)
    return ~exists().where(
        later.attempt_id == Mark.attempt_id,
        later.writer == Mark.writer,
        later.seq == Mark.seq,
        later.id > Mark.id,
    )


def list_states_of(place: Place, people: Collection[int]) -> dict[int, State]:
    """Return by person how far these people are with one activity. One statement."""
    asked = {
        "people": list(people),
        "course_id": place.course_id,
        "lesson_id": place.lesson_id,
        "block_id": place.block_id,
    }
    rows = db.session.execute(_OF_BLOCK, asked)
    by_person: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        by_person[row.person_id].append(row)
    return {person: _state(found) for person, found in by_person.items()}


def _state(rows: Sequence[Any]) -> State:
    """Read the rows of one block, in order: of each answer the newest mark counts."""
    newest: dict[tuple[str, int], Any] = {}
    mended: dict[tuple[str, int], tuple[Mended, ...]] = {}
    for row in rows:
        if row.state is None:
            continue
        key = row.writer, row.seq
        if key in newest and row.reason:
            change = Mended(newest[key].points, row.points, row.reason, row.marked_at)
            mended[key] = (*mended.get(key, ()), change)
        newest[key] = row
    items: dict[str, ItemState] = {}
    for row in newest.values():
        before = items.get(row.item)
        items[row.item] = ItemState(
            json.loads(row.value),
            row.hints,
            row.points,
            row.most,
            row.state,
            row.details,
            (before.tries if before else 0) + 1,
            max(row.points, before.best if before else 0),
            mended.get((row.writer, row.seq), ()),
        )
    return State(rows[-1].seed, items, rows[-1].opened)


@dataclass(frozen=True)
class ScoreRow:
    """What one person earned in one activity, in hundredths of a point."""

    person_id: int
    lesson_id: str
    block_id: str
    points: int
    most: int
    waiting: int
    scored_at: datetime


def list_scores(course_id: int, people: Collection[int]) -> list[ScoreRow]:
    """Return what these people earned in a course, activity by activity."""
    rows = db.session.execute(
        select(
            Score.person_id,
            Score.lesson_id,
            Score.block_id,
            Score.points,
            Score.most,
            Score.waiting,
            Score.scored_at,
        ).where(Score.course_id == course_id, Score.person_id.in_(people))
    )
    return [ScoreRow(*row) for row in rows]


def find_withheld(person_id: int) -> Callable[[Place], bool]:
    """Return what tells whether somebody may not see their mark at a place yet."""
    rules = [one.find(person_id) for _, one in hooks.collect(Withheld)]
    return lambda place: any(rule(place) for rule in rules)


def export_answers(person_id: int) -> dict[str, Any]:
    """Return everything that a person answered and earned, for their copy.

    Marks that they may not see yet are left out, and the copy says so.
    """
    is_withheld = find_withheld(person_id)
    return {
        "answers": _export_answers(person_id, is_withheld),
        "scores": _export_scores(person_id, is_withheld),
    }


def _export_answers(person_id: int, is_withheld: Callable[[Place], bool]) -> list[dict[str, Any]]:
    rows = db.session.execute(
        select(
            Course.slug,
            Attempt.course_id,
            Attempt.lesson_id,
            Attempt.block_id,
            AnswerEvent.item,
            AnswerEvent.value,
            AnswerEvent.received_at,
            Mark.points,
            Mark.most,
            Mark.state,
        )
        .join(Attempt, Attempt.course_id == Course.id)
        .join(AnswerEvent, AnswerEvent.attempt_id == Attempt.id)
        .outerjoin(
            Mark,
            and_(
                Mark.attempt_id == AnswerEvent.attempt_id,
                Mark.writer == AnswerEvent.writer,
                Mark.seq == AnswerEvent.seq,
            ),
        )
        .where(Attempt.person_id == person_id, ~AnswerEvent.item.startswith(ASIDE))
        .order_by(AnswerEvent.received_at, Mark.id)
    )
    return [
        {
            "course": row.slug,
            "lesson": row.lesson_id,
            "activity": row.block_id,
            "question": row.item,
            "answer": json.loads(row.value),
            "at": row.received_at.isoformat(),
        }
        | _earned(row, is_withheld)
        | {"state": NOT_YET if is_withheld(_place(row)) else row.state}
        for row in rows
    ]


def _export_scores(person_id: int, is_withheld: Callable[[Place], bool]) -> list[dict[str, Any]]:
    rows = db.session.execute(
        select(
            Course.slug,
            Score.course_id,
            Score.lesson_id,
            Score.block_id,
            Score.points,
            Score.most,
            Score.scored_at,
        )
        .join(Course, Course.id == Score.course_id)
        .where(Score.person_id == person_id)
        .order_by(Course.slug, Score.lesson_id, Score.block_id)
    )
    return [
        {
            "course": row.slug,
            "lesson": row.lesson_id,
            "activity": row.block_id,
            "at": row.scored_at.isoformat(),
        }
        | _earned(row, is_withheld)
        for row in rows
    ]


def _place(row: Any) -> Place:
    return Place(row.course_id, row.lesson_id, row.block_id)


def _earned(row: Any, is_withheld: Callable[[Place], bool]) -> dict[str, Any]:
    if is_withheld(_place(row)):
        return {"points": NOT_YET, "of": NOT_YET}
    return {
        "points": None if row.points is None else row.points / 100,
        "of": None if row.most is None else row.most / 100,
    }

"""Giving marks by hand and releasing them. Everything assumes a transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.activities.hooks import ActivityType, ByHand, Marked
from app.activities.models import Attempt
from app.activities.services import NewMark, add_marks, add_up
from app.centers.models import Cohort
from app.centers.rules import clean_text
from app.exams.marking import keep_score
from app.exams.queries import get_paper_by_id
from app.exams.rules import BLOCK as EXAM
from app.kernel import audit
from app.kernel.actors import Actor
from app.kernel.db import db, insert_into
from app.kernel.errors import Conflict, Invalid, NotFound
from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.marking import policies, queries
from app.marking.models import HandMark
from app.marking.queries import Question, Waiting
from app.marking.rules import LEVELS, MOST_COMMENT, level_points
from app.notices.services import notify_people


@dataclass(frozen=True)
class Given:
    """What a marker gives: a level from 1 to 5 for each line, and a comment to the learner.

    `number` is that of the mark which the marker saw, 0 for none.
    """

    levels: Mapping[str, int]
    comment: str = ""
    number: int = 0


class Overtaken(Conflict):
    """Somebody else marked the same answer in the meantime; theirs is kept."""

    def __init__(self) -> None:
        super().__init__(
            say("Somebody marked this answer in the meantime. Their mark is kept, not yours."),
            todo=say("Compare, then keep theirs or put yours in its place."),
        )


def by_hand(kind: str) -> ByHand:
    """Return how a kind of activity is marked by a person. Raises Conflict while it is off."""
    found = hooks.get(ActivityType, kind)
    if found is None or found.by_hand is None:
        raise Conflict(
            say("This kind of activity is switched off at the moment. Nothing was changed."),
            todo=say("The answers wait; mark them when it is on again."),
        )
    return found.by_hand


def mark_answer(
    *,
    actor: Actor,
    cohort: Cohort,
    question: Question,
    answer_id: int,
    given: Given,
    now: datetime,
) -> HandMark:
    """Keep what somebody gives a waiting answer. The learner sees it when it is released.

    The same sent twice is one mark. Raises Overtaken when there is a mark that the actor did not
    see, and Conflict when the answer does not wait any more.
    """
    if not policies.can_mark(actor, cohort):
        raise NotFound
    answer = _locked(actor, cohort, question, answer_id)
    lines, marked = _marked(answer, given)
    comment = clean_text(given.comment)
    if len(comment) > MOST_COMMENT:
        raise Invalid(say("Write at most %(most)s characters.", most=MOST_COMMENT))
    if answer.number != given.number:
        standing = queries.get_hand_mark(answer.hand_id)
        if standing is not None and _is_same(standing, actor, lines, comment):
            return standing
        raise Overtaken
    number = db.session.scalar(
        insert_into(HandMark)
        .values(
            attempt_id=answer.attempt_id,
            writer=answer.writer,
            seq=answer.seq,
            number=given.number + 1,
            marker_id=actor.id,
            lines=lines,
            points=marked.points,
            most=marked.most,
            state=marked.state,
            comment=comment,
            marked_at=now,
        )
        .on_conflict_do_nothing()
        .returning(HandMark.id)
    )
    if number is None:  # somebody was faster by a moment
        raise Overtaken
    if given.number:
        _record_change(actor, cohort, answer, number)
    return db.session.get_one(HandMark, number)


def _locked(actor: Actor, cohort: Cohort, question: Question, answer_id: int) -> Waiting:
    """Return the answer as it is when nobody else can mark or release it."""
    known = queries.list_waiting(actor, cohort, question)
    _lock([one for one in known if one.id == answer_id])
    for one in queries.list_waiting(actor, cohort, question):
        if one.id == answer_id:
            return one
    raise Conflict(
        say("This answer does not wait any more: its mark was released, or a newer answer came."),
        todo=say("Your mark was not kept. Go on with the next answer."),
    )


def _lock(answers: Sequence[Waiting]) -> None:
    ids = {one.attempt_id for one in answers}
    query = select(Attempt.id).where(Attempt.id.in_(ids)).order_by(Attempt.id)
    db.session.execute(query.with_for_update()).all()


def _is_same(standing: HandMark, actor: Actor, lines: list[list[Any]], comment: str) -> bool:
    kept = (standing.marker_id, standing.lines, standing.comment)
    return kept == (actor.id, lines, comment)


def _marked(answer: Waiting, given: Given) -> tuple[list[list[Any]], Marked]:
    kind = by_hand(answer.kind)
    document = queries.get_documents({answer.version_id})[answer.version_id]
    rubric = kind.lines(document)
    if any(given.levels.get(key) not in range(1, LEVELS + 1) for key, _ in rubric):
        raise Invalid(say("Choose a level on each line. Nothing was kept yet."))
    points = {key: level_points(given.levels[key], most) for key, most in rubric}
    lines = [[key, points[key], most] for key, most in rubric]
    return lines, kind.mark(document, answer.hints, points)


def _record_change(actor: Actor, cohort: Cohort, answer: Waiting, hand_id: int) -> None:
    audit.record(
        actor,
        "marking.change",
        obj=f"person:{answer.person_id}",
        center_id=cohort.center_id,
        details={"before": answer.hand_id, "after": hand_id},
    )


def release_marks(*, actor: Actor, cohort: Cohort, question: Question, now: datetime) -> int:
    """Give the learners what was marked so far, tell them, and return how many they are."""
    if not policies.can_mark(actor, cohort):
        raise NotFound
    _lock(queries.list_waiting(actor, cohort, question))
    ready = [one for one in queries.list_waiting(actor, cohort, question) if one.number]
    if not ready:
        raise Conflict(say("There is no new mark to release. Nothing was changed."))
    wanted = select(HandMark).where(HandMark.id.in_([one.hand_id for one in ready]))
    hands = {hand.id: hand for hand in db.session.scalars(wanted)}
    marks = [_new_mark(one, hands[one.hand_id]) for one in ready]
    ids = add_marks(marks=marks, now=now)
    for one, mark_id in zip(ready, ids, strict=True):
        hands[one.hand_id].mark_id = mark_id
    if question.place.block_id == EXAM:
        _add_up_exams(ready, now)
    else:
        items = queries.find_items(cohort, question.place, now=now)
        add_up(place=question.place, items=items, marks=marks, now=now)
    audit.record(
        actor,
        "marking.release",
        obj=f"cohort:{cohort.id}",
        center_id=cohort.center_id,
        details={
            "course": question.place.course_id,
            "lesson": question.place.lesson_id,
            "question": question.item,
            "people": len(ready),
        },
    )
    notify_people(
        kind="marking.released",
        people=[one.person_id for one in ready],
        text=say("An answer that you handed in was marked. Open the course to see your marks."),
        center_id=cohort.center_id,
        key=f"marking:{max(ids)}",
        now=now,
    )
    return len(ready)


def _add_up_exams(answers: Sequence[Waiting], now: datetime) -> None:
    """Let the rules of the exam say what its attempts are worth together, and who passed."""
    for attempt_id in {one.attempt_id for one in answers}:
        keep_score(paper=get_paper_by_id(attempt_id), now=now)


def _new_mark(answer: Waiting, hand: HandMark) -> NewMark:
    details = {"by_hand": {"lines": hand.lines, "comment": hand.comment}}
    marked = Marked(hand.points, hand.most, hand.state)
    return NewMark(
        answer.person_id,
        answer.attempt_id,
        answer.writer,
        answer.seq,
        answer.version_id,
        answer.question.item,
        replace(marked, details=details),
    )

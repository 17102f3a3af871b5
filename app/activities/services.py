"""Keeping answers, each exactly once, and marking them. Everything assumes a transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, select

from app.activities import queries
from app.activities.hooks import AnswerMarked, Item, Marked
from app.activities.models import AnswerEvent, Attempt, ItemVersion, Mark, Score
from app.activities.queries import Asked, find_asked
from app.activities.rules import (
    MOST_VALUE,
    WAITING,
    Place,
    State,
    as_text,
    earned,
    practice_seed,
    version_of,
)
from app.courses.queries import find_publication, outline_of
from app.kernel import clock, outbox
from app.kernel.db import db, insert_into
from app.kernel.errors import Conflict, Invalid
from app.kernel.i18n import say
from app.learning.queries import Study


@dataclass(frozen=True)
class Sent:
    """An answer as it was sent. The same writer and count again is the same answer."""

    item: str
    value: Any
    writer: str
    seq: int = 1


def check_answer(
    *, person_id: int, asked: Asked, sent: Sent, now: datetime, seed: str = ""
) -> State:
    """Keep and mark one answer; sent twice, it is kept once. Returns how far the person is now.

    Raises Conflict when no try is left, or when the same count carries another answer.
    """
    item = _item(asked, sent)
    attempt_id, seed = _attempt(person_id, asked, seed, now)
    state = _state(person_id, asked)
    text = as_text(sent.value)
    kept = db.session.execute(
        select(AnswerEvent.item, AnswerEvent.value).where(
            AnswerEvent.attempt_id == attempt_id,
            AnswerEvent.writer == sent.writer,
            AnswerEvent.seq == sent.seq,
        )
    ).first()
    if kept is not None:
        if (kept.item, kept.value) != (sent.item, text):
            raise Conflict(
                say("This page sent another answer before. The first one is kept."),
                todo=say("Open the lesson again to see what was kept."),
            )
        return state
    if state.tries_left(item.id, asked.activity.tries) == 0:
        raise Conflict(say("No try is left for this question. Your best answer is kept."))
    hints = state.hints.get(item.id, 0)
    _keep(attempt_id, seed, asked, item, sent, (text, hints), now)
    state = _state(person_id, asked)
    _score(person_id, asked, item, state, now)
    return state


def open_hint(
    *, person_id: int, asked: Asked, item: Item, number: int, now: datetime, seed: str = ""
) -> None:
    """Keep that hint `number` of an item, the next one, is open; it costs points of later marks.

    A number that is open already changes nothing: pressed twice, a hint is paid once.
    """
    attempt_id, _ = _attempt(person_id, asked, seed, now)
    attempt = db.session.get_one(Attempt, attempt_id, populate_existing=True)
    opened = attempt.hints.get(item.id, 0)
    if number == opened + 1 and number <= item.hints:
        attempt.hints = {**attempt.hints, item.id: number}
        db.session.flush()  # the state is read anew from here


def _item(asked: Asked, sent: Sent) -> Item:
    item = asked.item(sent.item)
    if item is None:
        raise Conflict(
            say("This question is not in the lesson any more, so your answer was not kept."),
            todo=say("Open the lesson again."),
        )
    if len(as_text(sent.value).encode()) > MOST_VALUE:
        raise Invalid(say("This answer is too long to be kept. Nothing was changed."))
    return item


def _attempt(person_id: int, asked: Asked, seed: str, now: datetime) -> tuple[int, str]:
    """Return the attempt of a person, begun now if there is none, and its seed."""
    place = asked.place
    statement = insert_into(Attempt).values(
        person_id=person_id,
        course_id=place.course_id,
        lesson_id=place.lesson_id,
        block_id=place.block_id,
        kind=asked.kind,
        number=1,
        seed=seed or practice_seed(person_id, place),
        hints={},
        revision_id=asked.revision_id,
        center_id=asked.center_id,
        cohort_id=asked.cohort_id,
        began_at=now,
    )
    db.session.execute(statement.on_conflict_do_nothing())
    row = db.session.execute(
        select(Attempt.id, Attempt.seed)
        .where(
            Attempt.person_id == person_id,
            Attempt.course_id == place.course_id,
            Attempt.lesson_id == place.lesson_id,
            Attempt.block_id == place.block_id,
            Attempt.number == 1,
        )
        .with_for_update()  # two answers at once are counted one after the other
    ).one()
    return row.id, row.seed


def _state(person_id: int, asked: Asked) -> State:
    place = asked.place
    found = queries.list_states(person_id, place.course_id, place.lesson_id, [place.block_id])
    return found.get(place.block_id, State())


def _keep(
    attempt_id: int,
    seed: str,
    asked: Asked,
    item: Item,
    sent: Sent,
    kept: tuple[str, int],
    now: datetime,
) -> None:
    text, hints = kept
    marked = asked.type.mark(item.document, seed, sent.value, hints)
    event = {"attempt_id": attempt_id, "writer": sent.writer, "seq": sent.seq}
    db.session.execute(
        insert_into(AnswerEvent).values(
            **event,
            item=item.id,
            value=text,
            hints=hints,
            received_at=clock.sql_now(),
        )
    )
    db.session.add(
        Mark(**event, **_columns(marked), version_id=_version(asked, item), marked_at=now)
    )
    db.session.flush()  # the state is read anew from here


def _columns(marked: Marked) -> dict[str, Any]:
    return {
        "points": marked.points,
        "most": marked.most,
        "state": marked.state,
        "details": dict(marked.details),
    }


def _version(asked: Asked, item: Item) -> int:
    name = version_of(item.document)
    known = select(ItemVersion.id).where(ItemVersion.hash == name)
    found = db.session.scalar(known)
    if found is None:
        statement = insert_into(ItemVersion).values(
            hash=name, kind=asked.kind, document=dict(item.document)
        )
        db.session.execute(statement.on_conflict_do_nothing(index_elements=["hash"]))
        found = db.session.scalars(known).one()
    return found


def keep_versions(asked: Sequence[tuple[str, Item]]) -> dict[str, int]:
    """Keep what is asked, by (kind, item), and return the version of each item by its id.

    One statement when all of it was kept before; two otherwise, however much it is.
    """
    names = {version_of(item.document): (kind, item) for kind, item in asked}
    known = select(ItemVersion.hash, ItemVersion.id).where(ItemVersion.hash.in_(names))
    found: dict[str, int] = {row.hash: row.id for row in db.session.execute(known)}
    missing = [
        {"hash": name, "kind": kind, "document": dict(item.document)}
        for name, (kind, item) in names.items()
        if name not in found
    ]
    if missing:
        statement = insert_into(ItemVersion).values(missing)
        db.session.execute(statement.on_conflict_do_nothing(index_elements=["hash"]))
        found = {row.hash: row.id for row in db.session.execute(known)}
    return {item.id: found[version_of(item.document)] for _, item in asked}


def _score(person_id: int, asked: Asked, item: Item, state: State, now: datetime) -> None:
    """Keep what the whole activity is worth, and tell whoever wants to know."""
    place, known = asked.place, [state.items.get(one.id) for one in asked.activity.items]
    points = earned(one.best for one in known if one)
    most = sum(one.most for one in asked.activity.items)
    values = {
        "points": min(points, most),
        "most": most,
        "waiting": sum(one.state == WAITING for one in known if one),
        "scored_at": now,
    }
    where = {
        "person_id": person_id,
        "course_id": place.course_id,
        "lesson_id": place.lesson_id,
        "block_id": place.block_id,
    }
    statement = insert_into(Score).values(**where, **values)
    kept = case(
        (Score.points > most, most), else_=Score.points
    )  # also of what is not asked any more
    never_less = {"points": case((kept > values["points"], kept), else_=values["points"])}
    statement = statement.on_conflict_do_update(
        index_elements=list(where), set_=values | never_less
    )
    db.session.execute(statement)
    outbox.record(
        AnswerMarked(
            person_id,
            place.course_id,
            place.lesson_id,
            place.block_id,
            item.id,
            state.items[item.id].state,
            min(points, most),
            most,
            asked.center_id or 0,
        )
    )


@dataclass(frozen=True)
class NewMark:
    """Another mark of an answer, by the same version of what was asked; it counts from now on."""

    person_id: int
    attempt_id: int
    writer: str
    seq: int
    version_id: int
    item: str
    marked: Marked


def add_marks(*, marks: Sequence[NewMark], now: datetime) -> list[int]:
    """Add marks and return their ids. What they are worth together is kept by `add_up`."""
    attempts = {mark.attempt_id for mark in marks}
    db.session.execute(  # an answer that comes at the same moment is counted before or after
        select(Attempt.id).where(Attempt.id.in_(attempts)).order_by(Attempt.id).with_for_update()
    ).all()
    rows = [
        Mark(
            attempt_id=one.attempt_id,
            writer=one.writer,
            seq=one.seq,
            version_id=one.version_id,
            marked_at=now,
            **_columns(one.marked),
        )
        for one in marks
    ]
    db.session.add_all(rows)
    db.session.flush()  # states are read anew from here
    return [row.id for row in rows]


def add_up(
    *, place: Place, items: Collection[str] | None, marks: Sequence[NewMark], now: datetime
) -> None:
    """Keep what an activity of a lesson is worth now to those who got other marks in it.

    `items` are what the activity asks now: others count no more. None counts all.
    """
    people = {mark.person_id: mark for mark in marks}
    states = queries.list_states_of(place, people)
    scores = db.session.scalars(
        select(Score).where(
            Score.person_id.in_(people),
            Score.course_id == place.course_id,
            Score.lesson_id == place.lesson_id,
            Score.block_id == place.block_id,
        )
    )
    for score in scores:
        known = states[score.person_id].items
        counted = [state for item, state in known.items() if items is None or item in items]
        score.points = min(earned(state.best for state in counted), score.most)
        score.waiting = sum(state.state == WAITING for state in counted)
        score.scored_at = now
        item = people[score.person_id].item
        outbox.record(
            AnswerMarked(
                score.person_id,
                place.course_id,
                place.lesson_id,
                place.block_id,
                item,
                known[item].state,
                score.points,
                score.most,
            )
        )


def keep_carried(
    *, person_id: int, carried: Mapping[str, Mapping[str, Mapping[str, Any]]], now: datetime
) -> None:
    """Give a person who signs up or in what they answered as a visitor; only open lessons count.

    `carried` is by the course's address, then `lesson/block`, then item: answer and hints. An
    answer that the person gave already under this account stays.
    """
    for slug, blocks in carried.items():
        seen = find_publication(slug, now=now)
        if seen is None:
            continue
        study = Study(seen, outline_of(seen))
        for where, items in blocks.items():
            lesson_id, _, block_id = where.partition("/")
            asked = find_asked(study, lesson_id, block_id)
            if asked is None or not asked.is_open:
                continue
            _keep_visit(person_id, asked, items, now)


def _keep_visit(person_id: int, asked: Asked, items: Mapping[str, Any], now: datetime) -> None:
    seed = practice_seed(0, asked.place)
    for item_id, (value, hints) in items.items():
        known, item = _state(person_id, asked), asked.item(item_id)
        if item is None or item_id in known.items or known.seed not in ("", seed):
            continue
        for number in range(1, min(hints, item.hints) + 1):
            open_hint(
                person_id=person_id, asked=asked, item=item, number=number, now=now, seed=seed
            )
        if value is not None:
            sent = Sent(item_id, value, f"visit-{item_id}")
            check_answer(person_id=person_id, asked=asked, sent=sent, now=now, seed=seed)


def set_score(
    *,
    person_id: int,
    place: Place,
    points: int,
    most: int,
    waiting: int,
    center_id: int | None,
    now: datetime,
) -> None:
    """Keep what somebody has in an activity that adds up by rules of its own, and tell it."""
    values = {"points": points, "most": most, "waiting": waiting, "scored_at": now}
    key = {
        "person_id": person_id,
        "course_id": place.course_id,
        "lesson_id": place.lesson_id,
        "block_id": place.block_id,
    }
    statement = insert_into(Score).values(**key, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))
    state = WAITING if waiting else "right" if points >= most else "partial" if points else "wrong"
    where = (place.course_id, place.lesson_id, place.block_id)
    outbox.record(AnswerMarked(person_id, *where, "", state, points, most, center_id or 0))

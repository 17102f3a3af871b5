"""Beginning an exam, saving its answers, handing it in. Everything assumes a transaction."""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    String,
    bindparam,
    cast,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB

from app.accounts.models import Person
from app.activities.models import AnswerEvent, Attempt
from app.activities.services import keep_versions
from app.content.rules import ExamRules, Lesson
from app.exams import queries
from app.exams.bank import bank_of
from app.exams.models import ExamAttempt, LateAnswer
from app.exams.rules import (
    BLOCK,
    DRAW_VERSION,
    Capability,
    Door,
    Entry,
    Taken,
    door,
    draw,
    terms,
)
from app.kernel import clock, jobs
from app.kernel.actors import Actor
from app.kernel.db import as_moment, db, get_now, insert_into, new_public_id
from app.kernel.errors import Conflict, NotFound
from app.kernel.i18n import Sentence, say
from app.learning.policies import can_read
from app.learning.queries import Study
from app.learning.rules import EnrollmentInfo

MARK = "exams.mark"
"""The job that marks one attempt."""
CLOSED = say("Your answers are handed in already: this one came too late and does not count.")
LATE = say("The time was up: this answer is kept, and does not count.")
OTHER = say("This page sent another answer before. The first one is kept.")
NOT_NOW: dict[str, Sentence] = {
    "early": say("The exam is not open yet."),
    "late": say("The exam can no longer be begun."),
    "used": say("You have used all your attempts at this exam."),
    "cooling": say("You can try again later."),
}


def begin_exam(*, actor: Actor, study: Study, lesson: Lesson, now: datetime) -> str:
    """Begin an attempt, or go on with the one that runs; pressed twice, it begins once.

    Returns its public id. What is drawn, and in which order, is settled here for ever. Raises
    Conflict, with the reason, when it cannot be begun now.
    """
    if not can_read(study.enrollment, lesson):
        raise NotFound
    course_id, lesson_id = study.seen.course_id, lesson.id
    moment = get_now()
    taken = queries.list_taken(actor.id, course_id, lesson_id)
    rules, own, found = find_door(study=study, lesson=lesson, taken=taken, moment=moment)
    if found.running:
        return found.running.public_id
    if found.state != "open":
        raise Conflict(NOT_NOW[found.state])
    bank, seed = bank_of(study.seen), secrets.token_hex(16)
    try:
        ids = draw(rules, {id_: one.item.tags for id_, one in bank.items()}, seed)
    except ValueError as mistake:
        raise Conflict(
            say("The exam cannot be begun: its questions are switched off at the moment."),
            todo=say("Tell your instructor, and try again later."),
        ) from mistake
    versions = keep_versions([(bank[id_].kind, bank[id_].item) for id_ in ids])
    attempt_id = db.session.scalar(
        insert_into(Attempt)
        .values(
            person_id=actor.id,
            course_id=course_id,
            lesson_id=lesson_id,
            block_id=BLOCK,
            kind=BLOCK,
            number=len(taken) + 1,
            seed=seed,
            hints={},
            revision_id=study.seen.revision_id,
            center_id=own.center_id,
            cohort_id=own.cohort_id,
            began_at=moment,
        )
        .on_conflict_do_nothing()
        .returning(Attempt.id)
    )
    if attempt_id is None:  # begun a moment ago, from another tab or device
        return queries.list_taken(actor.id, course_id, lesson_id)[-1].public_id
    end = terms(moment, lesson.minutes, queries.get_needs(actor.id).factor, rules)
    public_id = new_public_id()
    db.session.execute(
        insert(ExamAttempt).values(
            attempt_id=attempt_id,
            public_id=public_id,
            person_id=actor.id,
            deadline=end.deadline,
            accepts_until=end.accepts_until,
            drawn=[[id_, versions[id_]] for id_ in ids],
            draw_version=DRAW_VERSION,
            epoch=0,
            closed_by="",
        )
    )
    return public_id


def find_door(
    *, study: Study, lesson: Lesson, taken: Sequence[Taken], moment: datetime
) -> tuple[ExamRules, EnrollmentInfo, Door]:
    """Return what somebody finds who took an exam so often; with its rules and their enrollment.

    Reads only. Raises NotFound for who is not enrolled, and for a lesson that is no exam.
    """
    rules, own = lesson.exam, study.enrollment
    if rules is None or own is None:
        raise NotFound
    window = queries.find_window(study.seen.course_id, lesson.id, own.center_id, own.cohort_id)
    return rules, own, door(rules, window, taken, moment)


@dataclass(frozen=True)
class Saved:
    """What became of a batch: counts that are safe, counts that were kept apart, and why."""

    kept: tuple[int, ...]
    refused: tuple[int, ...]
    now: datetime
    until: datetime
    said: Sentence | None = None


def save_answers(*, capability: Capability, entries: Sequence[Entry]) -> Saved:
    """Keep a batch of answers in one statement, each exactly once however often it is sent.

    The database's clock decides. The row of the attempt is held, shared, until the commit: closing
    waits for a save that is under way, and a save that waits for closing finds it closed. Raises
    NotFound when the capability opens nothing: another's attempt, or somebody who was suspended.
    """
    sent = json.dumps(
        [
            {"seq": entry.seq, "item": entry.item, "value": entry.value, "at": entry.at}
            for entry in entries
        ]
    )
    values = {
        "attempt": capability.attempt,
        "person": capability.person,
        "epoch": capability.epoch,
        "by": capability.writer,
        "sent": sent,
    }
    rows = db.session.execute(_save(db.session().get_bind().dialect.name), values).all()
    if len(rows) == len(entries):
        kept = tuple(sorted(row.seq for row in rows))
        return Saved(kept, (), rows[0].received_at, rows[0].until)
    return _explain(capability, entries)


# Plain tables: the statement of the busiest minute costs a third of what it would through the ORM.
_X, _P, _E = (model.__table__.c for model in (ExamAttempt, Person, AnswerEvent))
_statements: dict[str, Any] = {}


def _save(dialect: str) -> Any:
    """Return the one statement, made once for each kind of database."""
    if dialect not in _statements:
        _statements[dialect] = _make_save(dialect)
    return _statements[dialect]


def _make_save(dialect: str) -> Any:
    given = bindparam("sent", type_=String)
    insert_on: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    if dialect == "postgresql":
        sent = func.jsonb_array_elements(cast(given, JSONB)).table_valued("value", name="sent")

        def part(key: str, type_: Any = String) -> Any:
            return cast(sent.c.value.op("->>")(key), type_)
    else:
        sent = func.json_each(given).table_valued("value", name="sent")

        def part(key: str, type_: Any = String) -> Any:
            return func.json_extract(sent.c.value, f"$.{key}", type_=type_)

    chosen = (
        select(
            _X.attempt_id,
            bindparam("by", type_=String),
            part("seq", Integer),
            part("item"),
            part("value"),
            literal(0),
            clock.sql_now(),
            part("at", BigInteger),
        )
        .select_from(ExamAttempt.__table__)
        .join(Person.__table__, _P.id == _X.person_id)
        .join(sent, literal(True))
        .where(
            _X.public_id == bindparam("attempt"),
            _X.epoch == bindparam("epoch"),
            _X.closed_at.is_(None),
            _X.accepts_until >= clock.sql_now(),
            _P.public_id == bindparam("person"),
            _P.suspended_at.is_(None),
        )
        .with_for_update(read=True, of=ExamAttempt.__table__)
    )
    until = select(_X.deadline).where(_X.public_id == bindparam("attempt")).scalar_subquery()
    columns = ["attempt_id", "writer", "seq", "item", "value", "hints", "received_at", "claimed_at"]
    return (
        insert_on(AnswerEvent.__table__)
        .from_select(columns, chosen)
        .on_conflict_do_nothing()
        .returning(_E.seq, _E.received_at, until.label("until"))
    )


def _explain(capability: Capability, entries: Sequence[Entry]) -> Saved:
    """Say what became of answers that were not new, and keep apart what must not be lost."""
    row = db.session.execute(
        select(
            ExamAttempt.attempt_id,
            ExamAttempt.deadline,
            ExamAttempt.closed_by,
            clock.sql_now().label("now"),
        )
        .join(Person, Person.id == ExamAttempt.person_id)
        .where(
            ExamAttempt.public_id == capability.attempt,
            ExamAttempt.epoch == capability.epoch,
            Person.public_id == capability.person,
            Person.suspended_at.is_(None),
        )
    ).first()
    if row is None:
        raise NotFound
    before = {
        one.seq: one
        for one in queries.list_received(
            row.attempt_id, writer=capability.writer, seqs=[entry.seq for entry in entries]
        )
    }
    other = [
        entry
        for entry in entries
        if (kept := before.get(entry.seq)) and (kept.item, kept.value) != (entry.item, entry.value)
    ]
    late = [entry for entry in entries if entry.seq not in before]
    _keep_apart(row.attempt_id, capability.writer, {"conflict": other, "late": late})
    refused = sorted(entry.seq for entry in (*other, *late))
    said = None
    if refused:
        said = OTHER if not late else CLOSED if row.closed_by == "hand-in" else LATE
    safe = tuple(sorted(set(before) - set(refused)))
    return Saved(safe, tuple(refused), as_moment(row.now), row.deadline, said)


def _keep_apart(attempt_id: int, writer: str, answers: dict[str, list[Entry]]) -> None:
    rows = [
        {
            "attempt_id": attempt_id,
            "writer": writer,
            "seq": entry.seq,
            "item": entry.item,
            "value": entry.value,
            "digest": hashlib.sha256(f"{entry.item}\0{entry.value}".encode()).hexdigest()[:16],
            "reason": reason,
            "claimed_at": entry.at,
            "received_at": clock.sql_now(),
        }
        for reason, entries in answers.items()
        for entry in entries
    ]
    if rows:
        db.session.execute(insert_into(LateAnswer).values(rows).on_conflict_do_nothing())


def hand_in(*, actor: Actor, public_id: str) -> bool:
    """Close an attempt early; twice, or after its end, changes nothing. Tells whether it did.

    The marking is a job: nobody waits for it, and what is sent tells nothing of it.
    """
    held = (  # waits for saves under way, so that it is closed after what they keep
        select(ExamAttempt.attempt_id)
        .where(ExamAttempt.public_id == public_id, ExamAttempt.person_id == actor.id)
        .with_for_update()
        .scalar_subquery()
    )
    attempt_id = db.session.scalar(
        update(ExamAttempt)
        .where(
            ExamAttempt.attempt_id == held,
            ExamAttempt.closed_at.is_(None),
            ExamAttempt.accepts_until >= clock.sql_now(),
        )
        .values(closed_at=clock.sql_now(), closed_by="hand-in")
        .returning(ExamAttempt.attempt_id)
        .execution_options(synchronize_session=False)
    )
    if attempt_id is not None:
        _mark_later(attempt_id)
    return attempt_id is not None


def close_overdue(*, limit: int = 500) -> int:
    """Close the attempts whose time is up, and have them marked. Returns how many."""
    overdue = (
        select(ExamAttempt.attempt_id)
        .where(ExamAttempt.closed_at.is_(None), ExamAttempt.accepts_until < clock.sql_now())
        .order_by(ExamAttempt.accepts_until)
        .limit(limit)
    )
    closed = db.session.scalars(
        update(ExamAttempt)
        .where(
            ExamAttempt.attempt_id.in_(overdue),
            ExamAttempt.closed_at.is_(None),
            ExamAttempt.accepts_until < clock.sql_now(),
        )
        .values(closed_at=ExamAttempt.deadline, closed_by="deadline")
        .returning(ExamAttempt.attempt_id)
        .execution_options(synchronize_session=False)
    ).all()
    for attempt_id in closed:
        _mark_later(attempt_id)
    return len(closed)


def _mark_later(attempt_id: int) -> None:
    jobs.enqueue(MARK, {"attempt_id": attempt_id}, key=f"{MARK}:{attempt_id}")

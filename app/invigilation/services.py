"""Saying when an exam may be begun, and what somebody needs in exams. Assumes a transaction."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update

from app.centers.models import Cohort
from app.centers.rules import PersonRow, clean_text
from app.exams.models import Accommodation, ExamAttempt, ExamWindow
from app.exams.rules import FACTORS, Window, terms
from app.invigilation import policies, queries
from app.invigilation.queries import Accommodated, Exam
from app.invigilation.rules import MOST_REASON, stamp
from app.kernel import audit, clock
from app.kernel.actors import Actor
from app.kernel.db import db, insert_into
from app.kernel.errors import Conflict, Invalid, NotFound
from app.kernel.i18n import say


def _overtaken() -> Conflict:
    return Conflict(
        say("Somebody changed this in the meantime. Yours was not kept."),
        todo=say("Open the page again and look at what stands there now."),
    )


def set_window(
    *, actor: Actor, cohort: Cohort, exam: Exam, window: Window, seen: str, for_center: bool = False
) -> None:
    """Say when a cohort, or its whole center, may begin an exam. Empty: nothing is said of it.

    Attempts that run keep their time. `seen` is the stamp of what the actor saw; raises Conflict
    when something else stands there now.
    """
    if not policies.can_schedule(actor, cohort, for_center=for_center):
        raise NotFound
    if window.opens_at and window.closes_at and window.closes_at <= window.opens_at:
        raise Invalid(say("It would close before it opens: nothing was changed."))
    place = {
        "course_id": exam.course_id,
        "lesson_id": exam.lesson.id,
        "center_id": cohort.center_id,
        "cohort_id": None if for_center else cohort.id,
    }
    here = [getattr(ExamWindow, name).is_not_distinct_from(value) for name, value in place.items()]
    found = db.session.execute(
        select(ExamWindow.id, ExamWindow.opens_at, ExamWindow.closes_at)
        .where(*here)
        .with_for_update()
    ).first()
    before = Window(found.opens_at, found.closes_at) if found else None
    if stamp(before) != seen:
        raise _overtaken()
    if window == (before or Window()):
        return
    values = {"opens_at": window.opens_at, "closes_at": window.closes_at}
    if window == Window():
        db.session.execute(delete(ExamWindow).where(*here))
    elif found:
        db.session.execute(update(ExamWindow).where(*here).values(values))
    else:
        statement = insert_into(ExamWindow).values(**place, **values)
        added = statement.on_conflict_do_nothing().returning(ExamWindow.id)
        if db.session.scalar(added) is None:  # somebody was faster by a moment
            raise _overtaken()
    audit.record(
        actor,
        "exams.schedule",
        obj=f"center:{cohort.center_id}" if for_center else f"cohort:{cohort.id}",
        center_id=cohort.center_id,
        details={
            "course": exam.course_id,
            "lesson": exam.lesson.id,
            "before": seen,
            "after": stamp(window),
        },
    )


@dataclass(frozen=True)
class Needed:
    """What somebody needs in exams, and why. Without more time and larger text it is nothing."""

    factor: int = 100
    larger_text: bool = False
    reason: str = ""


def set_accommodation(
    *,
    actor: Actor,
    center_id: int,
    person: PersonRow,
    needed: Needed,
    seen: str,
    extend: bool = False,
    now: datetime,
) -> int:
    """Keep what somebody needs in everything that is timed; with `extend` also in what runs now.

    `seen` is when what the actor saw was set; raises Conflict when that is another by now. An
    attempt that runs never ends earlier. Returns how many end later. The audit trail has no reason.
    """
    if not policies.can_accommodate(actor, center_id, person.id):
        raise NotFound
    new = _checked(needed)
    db.session.execute(
        select(Accommodation.person_id)
        .where(Accommodation.person_id == person.id)
        .with_for_update()
    ).all()
    before = queries.find_accommodation(person.id)
    if stamp_of(before) != seen:
        raise _overtaken()
    old = Needed(before.factor, before.larger_text, before.reason) if before else Needed()
    if new == old and not extend:
        return 0
    _keep(actor, person.id, old, new, now)
    extended = _extend(person.id, new.factor) if extend else 0
    audit.record(
        actor,
        "accommodations.set",
        obj=f"person:{person.id}",
        center_id=center_id,
        details={
            "before": [old.factor, old.larger_text],
            "after": [new.factor, new.larger_text],
            "extended": extended,
        },
    )
    return extended


def _checked(needed: Needed) -> Needed:
    reason = clean_text(needed.reason)
    is_set = needed.factor != 100 or needed.larger_text
    if needed.factor not in FACTORS or len(reason) > MOST_REASON or (is_set and not reason):
        raise Invalid(say("Say why in a sentence: whoever runs the center after you reads it."))
    return Needed(needed.factor, needed.larger_text, reason) if is_set else Needed()


def _keep(actor: Actor, person_id: int, old: Needed, new: Needed, now: datetime) -> None:
    here = Accommodation.person_id == person_id
    values = {
        "factor": new.factor,
        "larger_text": new.larger_text,
        "reason": new.reason,
        "set_by": actor.id,
        "set_at": now,
    }
    if new == Needed():
        db.session.execute(delete(Accommodation).where(here))
    elif old == Needed():
        statement = insert_into(Accommodation).values(person_id=person_id, **values)
        added = statement.on_conflict_do_nothing().returning(Accommodation.person_id)
        if db.session.scalar(added) is None:  # somebody was faster by a moment
            raise _overtaken()
    else:
        db.session.execute(update(Accommodation).where(here).values(values))


def stamp_of(found: Accommodated | None) -> str:
    """Return what tells an accommodation from one that was set later."""
    return found.set_at.isoformat() if found else ""


def _extend(person_id: int, factor: int) -> int:
    """Let what somebody is writing end as if they had had this time from the start, if later."""
    extended = 0
    for paper in queries.list_running(person_id):
        end = terms(paper.began_at, paper.lesson.minutes, factor, paper.rules)
        longer = db.session.scalar(
            update(ExamAttempt)
            .where(
                ExamAttempt.attempt_id == paper.id,
                ExamAttempt.deadline < end.deadline,
                ExamAttempt.closed_at.is_(None),
                ExamAttempt.accepts_until >= clock.sql_now(),
            )
            .values(deadline=end.deadline, accepts_until=end.accepts_until)
            .returning(ExamAttempt.attempt_id)
        )
        extended += longer is not None
    return extended

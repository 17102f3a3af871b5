"""Setting marks, contesting them, saying how they add up. Everything assumes a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from app.activities.queries import list_scores
from app.activities.rules import Place
from app.centers.models import Cohort
from app.centers.queries import list_member_ids
from app.centers.rules import clean_text
from app.exams.marking import release_moved
from app.gradebook import policies, queries
from app.gradebook.hooks import MarkSet
from app.gradebook.models import Contest, GradebookPlan, MarkOverride
from app.gradebook.queries import Row
from app.gradebook.rules import (
    CONTEST_DAYS,
    KINDS,
    MOST_CONTEST_DAYS,
    MOST_REASON,
    Entry,
    refuse_override,
)
from app.kernel import audit, jobs, outbox
from app.kernel.actors import Actor
from app.kernel.db import db, insert_into
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from app.kernel.i18n import say
from app.learning.queries import Study
from app.notices.services import notify_people

RELEASED = "gradebook.released"
MOST_WEIGHT = 1000
MOST_DROPPED = 20


@dataclass(frozen=True)
class Change:
    """Another mark for an activity, or None for the calculated one, and why.

    `number` is that of the last change that the actor saw, 0 for none.
    """

    points: Decimal | None
    reason: str
    number: int = 0


def set_plan(
    *,
    actor: Actor,
    cohort: Cohort,
    course_id: int,
    categories: Sequence[tuple[str, int, int]],
    release_at: datetime | None,
    contest_days: int = CONTEST_DAYS,
    now: datetime,
) -> None:
    """Say how the marks of a course add up in a cohort, and from when learners see the total.

    At that moment they are told, once, even when it is moved afterwards.
    """
    if not policies.can_change(actor, cohort):
        raise NotFound
    good = all(
        0 <= weight <= MOST_WEIGHT and 0 <= drop <= MOST_DROPPED for _, weight, drop in categories
    )
    if {key for key, _, _ in categories} != set(KINDS) or not good:
        raise Invalid(say("A weight is from 0 to %(most)s. Nothing was changed.", most=MOST_WEIGHT))
    if not 0 <= contest_days <= MOST_CONTEST_DAYS:
        raise Invalid(
            say("Days are from 0 to %(most)s. Nothing was changed.", most=MOST_CONTEST_DAYS)
        )
    before = queries.find_plan(cohort.id, course_id).release_at
    values = {
        "categories": [list(one) for one in categories],
        "release_at": release_at,
        "contest_days": contest_days,
    }
    where = {"cohort_id": cohort.id, "course_id": course_id}
    statement = insert_into(GradebookPlan).values(**where, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=list(where), set_=values))
    audit.record(
        actor,
        "gradebook.plan",
        obj=f"cohort:{cohort.id}",
        center_id=cohort.center_id,
        details={
            "course": course_id,
            "categories": values["categories"],
            "release_at": release_at.isoformat() if release_at else None,
            "contest_days": contest_days,
        },
    )
    if release_at == before:
        return
    release_moved(course_id=course_id, cohort_id=cohort.id)
    if release_at:
        args = {"cohort_id": cohort.id, "course_id": course_id}
        wait = max(0.0, (release_at - now).total_seconds())
        jobs.enqueue(RELEASED, args, delay=wait)


def tell_released(*, cohort_id: int, course_id: int, now: datetime) -> None:
    """Tell the members of a cohort that their marks are there, once; who has none is not told.

    Nothing happens when the release was moved to later meanwhile: another job tells then.
    """
    cohort = db.session.get(Cohort, cohort_id)
    plan = queries.find_plan(cohort_id, course_id)
    if cohort is None or plan.release_at is None or not plan.is_released(now):
        return
    scores = list_scores(course_id, list_member_ids(cohort_id))
    notify_people(
        kind=RELEASED,
        people=sorted({score.person_id for score in scores}),
        text=say(
            "Your marks in “%(course)s” are there. Your page of marks explains them.",
            course=queries.get_title(course_id, cohort_id, now=now),
        ),
        center_id=cohort.center_id,
        key=f"{RELEASED}:{cohort_id}:{course_id}",
        now=now,
    )


def change_mark(
    *,
    actor: Actor,
    cohort: Cohort,
    row: Row,
    place: Place,
    change: Change,
    now: datetime,
) -> str:
    """Set a member's mark and return "standing"; "proposed" when it waits for a second person.

    A mark that is lowered counts only when somebody else confirms it.
    """
    entry = row.entries.get((place.lesson_id, place.block_id))
    if entry is None or not policies.can_set_for(actor, cohort, row.member.id):
        raise NotFound
    refused = refuse_override(change.points, entry.most, change.reason)
    if refused is not None:
        raise Invalid(refused)
    own = queries.list_overrides(place.course_id, [row.member.id])
    if change.number != max((one.number for one in own if _is_at(one, place)), default=0):
        raise _overtaken()
    after = entry.points if change.points is None else change.points
    state = "proposed" if after < standing_of(entry) else "standing"
    number = _add_override(actor, row.member.id, place, change, state, now)
    _record(actor, cohort, number, f"gradebook.{state}", row.member.id)
    if state == "standing":
        _tell(cohort, row.member.id, number, now)
        _say_set(cohort, row.member.id, place)
    return state


def _add_override(
    actor: Actor, person_id: int, place: Place, change: Change, state: str, now: datetime
) -> int:
    number: int | None = db.session.scalar(
        insert_into(MarkOverride)
        .values(
            person_id=person_id,
            course_id=place.course_id,
            lesson_id=place.lesson_id,
            block_id=place.block_id,
            number=change.number + 1,
            points=None if change.points is None else int(change.points * 100),
            reason=change.reason.strip(),
            actor_id=actor.id,
            made_at=now,
            state=state,
        )
        .on_conflict_do_nothing()
        .returning(MarkOverride.id)
    )
    if number is None:
        raise _overtaken()
    return number


def _is_at(one: MarkOverride, place: Place) -> bool:
    return (one.lesson_id, one.block_id) == (place.lesson_id, place.block_id)


def _overtaken() -> Conflict:
    return Conflict(
        say("Somebody changed this mark in the meantime. Yours was not kept."),
        todo=say("Open the page again and look at what was changed."),
    )


def standing_of(entry: Entry) -> Decimal:
    """Return what counts now; of answers that still wait, what was earned so far."""
    return entry.standing if entry.override is not None else entry.points


def decide_change(
    *, actor: Actor, cohort: Cohort, row: Row, override_id: int, agrees: bool, now: datetime
) -> None:
    """Let a second person confirm or refuse that a mark is lowered."""
    found = db.session.scalar(
        select(MarkOverride).where(MarkOverride.id == override_id).with_for_update()
    )
    if (
        found is None
        or found.person_id != row.member.id
        or not policies.can_set_for(actor, cohort, row.member.id)
    ):
        raise NotFound
    if found.actor_id == actor.id:
        raise Forbidden(say("Somebody else must confirm this: you proposed it."))
    own = queries.list_overrides(found.course_id, [row.member.id])
    place = Place(found.course_id, found.lesson_id, found.block_id)
    same = [one for one in own if _is_at(one, place)]
    if found.state != "proposed" or (agrees and same[-1].id != found.id):
        raise Conflict(say("This was decided or changed in the meantime. Nothing was changed."))
    found.state = "standing" if agrees else "refused"
    found.second_id, found.decided_at = actor.id, now
    verb = "gradebook.confirm" if agrees else "gradebook.refuse"
    _record(actor, cohort, found.id, verb, row.member.id)
    if agrees:
        _tell(cohort, row.member.id, found.id, now)
        _say_set(cohort, row.member.id, place)


def _record(actor: Actor, cohort: Cohort, number: int, verb: str, person_id: int) -> None:
    audit.record(
        actor,
        verb,
        obj=f"person:{person_id}",
        center_id=cohort.center_id,
        details={"override": number},
    )


def _say_set(cohort: Cohort, person_id: int, place: Place) -> None:
    where = place.course_id, place.lesson_id, place.block_id
    outbox.record(MarkSet(person_id, *where, cohort.center_id))


def _tell(cohort: Cohort, person_id: int, number: int, now: datetime) -> None:
    notify_people(
        kind="gradebook.changed",
        people=[person_id],
        text=say("One of your marks was changed. Your page of marks says why."),
        center_id=cohort.center_id,
        key=f"override:{number}",
        now=now,
    )


def contest_mark(*, actor: Actor, study: Study, key: str, words: str, now: datetime) -> None:
    """Ask, as the learner, that a second person look at a mark: once, some days after it is seen.

    `key` is that of the mark. Raises NotFound for what is not theirs or not released.
    """
    own = queries.get_own(study, actor.id, actor.language)
    place = Place(study.seen.course_id, *key.split("/", 1)) if "/" in key else None
    if place is None or own.hidden_until or key not in {e.key for e in own.entries}:
        raise NotFound
    words = clean_text(words)
    if not words or len(words) > MOST_REASON:
        raise Invalid(say("Write between 1 and %(most)s characters.", most=MOST_REASON))
    if key not in own.contests and now > own.until.get(key, now):
        raise Conflict(say("This mark can be contested no more: the days for it are over."))
    if key not in own.until:
        raise Conflict(say("This mark cannot be contested."))
    added = db.session.scalar(
        insert_into(Contest)
        .values(
            person_id=actor.id,
            course_id=place.course_id,
            lesson_id=place.lesson_id,
            block_id=place.block_id,
            words=words,
            made_at=now,
            state="open",
            reason="",
        )
        .on_conflict_do_nothing()
        .returning(Contest.id)
    )
    if added is None:
        raise Conflict(say("You contested this mark already: what you wrote first was kept."))
    audit.record(
        actor,
        "gradebook.contest",
        obj=f"person:{actor.id}",
        center_id=(study.enrollment.center_id if study.enrollment else None) or 0,
        details={"contest": added},
    )


def decide_contest(
    *,
    actor: Actor,
    cohort: Cohort,
    row: Row,
    contest_id: int,
    points: Decimal | None,
    reason: str,
    now: datetime,
) -> None:
    """Answer, as the second reader, what a learner contests; without points the mark stays.

    Nobody who marked it may. A mark that is contested does not fall.
    """
    found = db.session.scalar(select(Contest).where(Contest.id == contest_id).with_for_update())
    if (
        found is None
        or found.person_id != row.member.id
        or not policies.can_set_for(actor, cohort, row.member.id)
    ):
        raise NotFound
    if found.state != "open":
        raise Conflict(say("This was decided or changed in the meantime. Nothing was changed."))
    place = Place(found.course_id, found.lesson_id, found.block_id)
    if actor.id in queries.list_markers(row.member.id, place):
        raise Forbidden(say("Somebody else must read this again: the mark is yours."))
    entry = row.entries.get((place.lesson_id, place.block_id))
    if entry is None:
        raise NotFound
    refused = refuse_override(points, entry.most, reason)
    if refused is not None:
        raise Invalid(refused)
    if points is not None and points <= standing_of(entry):
        raise Invalid(
            say("A contested mark does not fall. Give more, or leave it empty: the mark stays.")
        )
    if points is not None:
        own = queries.list_overrides(place.course_id, [row.member.id])
        last = max((one.number for one in own if _is_at(one, place)), default=0)
        change = Change(points, reason, last)
        number = _add_override(actor, row.member.id, place, change, "standing", now)
        _record(actor, cohort, number, "gradebook.standing", row.member.id)
        _say_set(cohort, row.member.id, place)
    found.state = "stays" if points is None else "changed"
    found.reader_id, found.reason, found.decided_at = actor.id, reason.strip(), now
    audit.record(
        actor,
        "gradebook.second_reading",
        obj=f"person:{row.member.id}",
        center_id=cohort.center_id,
        details={"contest": found.id, "state": found.state},
    )
    notify_people(
        kind="gradebook.changed",
        people=[row.member.id],
        text=say("Somebody else looked at the mark that you contested: see your page of marks."),
        center_id=cohort.center_id,
        key=f"contest:{found.id}",
        now=now,
    )

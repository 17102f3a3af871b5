"""Setting marks, and saying how they add up. Everything assumes a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from app.activities.rules import Place
from app.centers.models import Cohort
from app.exams.marking import release_moved
from app.gradebook import policies, queries
from app.gradebook.models import GradebookPlan, MarkOverride
from app.gradebook.queries import Row
from app.gradebook.rules import KINDS, Entry, refuse_override
from app.kernel import audit
from app.kernel.actors import Actor
from app.kernel.db import db, insert_into
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from app.kernel.i18n import say
from app.notices.services import notify_people

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
) -> None:
    """Say how the marks of a course add up in a cohort, and from when learners see the total."""
    if not policies.can_change(actor, cohort):
        raise NotFound
    good = all(
        0 <= weight <= MOST_WEIGHT and 0 <= drop <= MOST_DROPPED for _, weight, drop in categories
    )
    if {key for key, _, _ in categories} != set(KINDS) or not good:
        raise Invalid(say("A weight is from 0 to %(most)s. Nothing was changed.", most=MOST_WEIGHT))
    values = {"categories": [list(one) for one in categories], "release_at": release_at}
    where = {"cohort_id": cohort.id, "course_id": course_id}
    statement = insert_into(GradebookPlan).values(**where, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=list(where), set_=values))
    release_moved(course_id=course_id, cohort_id=cohort.id)
    audit.record(
        actor,
        "gradebook.plan",
        obj=f"cohort:{cohort.id}",
        center_id=cohort.center_id,
        details={
            "course": course_id,
            "categories": values["categories"],
            "release_at": release_at.isoformat() if release_at else None,
        },
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
    state = "proposed" if after < _standing(entry) else "standing"
    number = db.session.scalar(
        insert_into(MarkOverride)
        .values(
            person_id=row.member.id,
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
    _record(actor, cohort, number, f"gradebook.{state}", row.member.id)
    if state == "standing":
        _tell(cohort, row.member.id, number, now)
    return state


def _is_at(one: MarkOverride, place: Place) -> bool:
    return (one.lesson_id, one.block_id) == (place.lesson_id, place.block_id)


def _overtaken() -> Conflict:
    return Conflict(
        say("Somebody changed this mark in the meantime. Yours was not kept."),
        todo=say("Open the page again and look at what was changed."),
    )


def _standing(entry: Entry) -> Decimal:
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


def _record(actor: Actor, cohort: Cohort, number: int, verb: str, person_id: int) -> None:
    audit.record(
        actor,
        verb,
        obj=f"person:{person_id}",
        center_id=cohort.center_id,
        details={"override": number},
    )


def _tell(cohort: Cohort, person_id: int, number: int, now: datetime) -> None:
    notify_people(
        kind="gradebook.changed",
        people=[person_id],
        text=say("One of your marks was changed. Your page of marks says why."),
        center_id=cohort.center_id,
        key=f"override:{number}",
        now=now,
    )

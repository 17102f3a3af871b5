"""What can be done with centers, their staff, people and cohorts.

Everything assumes a transaction, is entered into the center's audit chain, and does nothing when
it was done already.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from app.accounts import services as accounts
from app.accounts.models import Person, RoleGrant
from app.accounts.queries import find_person_by_address
from app.centers import policies, queries, rules
from app.centers.hooks import CohortJoined, CohortLeft
from app.centers.models import Center, CenterCourse, CenterMember, Cohort, CohortMember
from app.kernel import audit, outbox
from app.kernel.actors import Actor
from app.kernel.db import db
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from app.kernel.i18n import Sentence, say

Locked = TypeVar("Locked", Center, Cohort)
CENTER_ROLES = ("instructor", "manager")
NOT_YOURS = say("You may see this, but not change it.")


def open_center(
    *,
    actor: Actor,
    slug: str,
    name: str,
    name_ar: str = "",
    city: str = "",
    state: str = "open",
    opens_on: date | None = None,
    now: datetime,
) -> Center:
    """Open a center, or plan one. Raises Conflict when its short name is taken."""
    if not policies.can_open_centers(actor):
        raise Forbidden(NOT_YOURS)
    rules.check_slug(slug)
    name, name_ar = rules.check_names(name, name_ar)
    center = Center(
        slug=slug,
        name=name,
        name_ar=name_ar,
        city=rules.clean_line(city)[: rules.MAX_NAME],
        state=rules.check_state(state),
        opens_on=opens_on,
        created_at=now,
    )
    _add_unique(center, say("There is a center with the short name %(slug)s already.", slug=slug))
    details = {"slug": slug, "state": state, "opens_on": opens_on and opens_on.isoformat()}
    audit.record(
        actor, "centers.open", obj=f"center:{center.id}", center_id=center.id, details=details
    )
    return center


def edit_center(
    *, actor: Actor, center_id: int, name: str, name_ar: str = "", city: str = ""
) -> None:
    """Change what a center is called. Its short name stays: it stands in addresses."""
    center = _managed(actor, center_id)
    name, name_ar = rules.check_names(name, name_ar)
    new = {"name": name, "name_ar": name_ar, "city": rules.clean_line(city)[: rules.MAX_NAME]}
    _change(actor, center, new, "centers.edit", f"center:{center_id}", center_id)


def set_state(*, actor: Actor, center_id: int, state: str, opens_on: date | None = None) -> None:
    """Plan, open (from a day on) or close a center; people and marks stay as they are."""
    if not policies.can_open_centers(actor):
        raise NotFound if not policies.can_view_center(actor, center_id) else Forbidden(NOT_YOURS)
    center = _locked(Center, center_id)
    new = {"state": rules.check_state(state), "opens_on": opens_on}
    _change(actor, center, new, "centers.set_state", f"center:{center_id}", center_id)


def offer_courses(*, actor: Actor, center_id: int, course_ids: Iterable[int]) -> None:
    """Choose the courses that a center offers; with none chosen it offers all of them."""
    _managed(actor, center_id)
    wanted, had = set(course_ids), queries.list_course_ids(center_id)
    if wanted == had:
        return
    session = db.session
    session.execute(
        delete(CenterCourse).where(
            CenterCourse.center_id == center_id, CenterCourse.course_id.in_(had - wanted)
        )
    )
    for course_id in sorted(wanted - had):
        session.add(CenterCourse(center_id=center_id, course_id=course_id))
    audit.record(
        actor,
        "centers.offer_courses",
        obj=f"center:{center_id}",
        center_id=center_id,
        details={"courses": sorted(wanted)},
    )


def add_staff(*, actor: Actor, center_id: int, address: str, role: str, now: datetime) -> None:
    """Give somebody a role in the center. Who runs it may name people it knows; an admin anyone.

    Raises Invalid when nobody is found and Forbidden for a role that is not below the actor's.
    """
    _managed(actor, center_id)
    _check_role(role)
    person_id = _find_staff(actor, center_id, address)
    _grant(actor, person_id, role, "center", center_id, now)


def remove_staff(*, actor: Actor, center_id: int, public_id: str, role: str) -> None:
    """Take a role in the center back; sessions of that person begin anew at once."""
    _managed(actor, center_id)
    _check_role(role)
    _revoke(actor, public_id, "center", center_id, role)


def join_center(*, actor: Actor, center_id: int, person_id: int, now: datetime) -> bool:
    """Make a person known to a center. Returns False when they were.

    Done for somebody by who may bring people in, or by the person for themselves.
    """
    if actor.id != person_id and not actor.can("people.import", center=center_id):
        raise NotFound
    if db.session.get(CenterMember, (center_id, person_id)):
        return False
    try:
        with db.session.begin_nested():
            db.session.add(CenterMember(center_id=center_id, person_id=person_id, joined_at=now))
    except IntegrityError:  # at once with another
        return False
    audit.record(actor, "centers.join", obj=f"person:{person_id}", center_id=center_id)
    return True


def bring_in(*, actor: Actor, center_id: int, people: dict[int, int | None], now: datetime) -> None:
    """Make many people known to the center, each with the cohort that they join, if any.

    One entry in the audit trail for all of them. Those who are there already stay as they are.
    """
    if not actor.can("people.import", center=center_id):
        raise NotFound
    known = queries.find_members(center_id, people)
    present = queries.find_stays(people)
    for person_id, cohort_id in people.items():
        if person_id not in known:
            db.session.add(CenterMember(center_id=center_id, person_id=person_id, joined_at=now))
        if cohort_id and (cohort_id, person_id) not in present:
            db.session.add(CohortMember(cohort_id=cohort_id, person_id=person_id, joined_at=now))
            outbox.record(CohortJoined(center_id, cohort_id, person_id))
    details = {"people": [[person, cohort] for person, cohort in sorted(people.items())]}
    audit.record(
        actor, "centers.bring_in", obj=f"center:{center_id}", center_id=center_id, details=details
    )


def create_cohort(
    *,
    actor: Actor,
    center_id: int,
    name: str,
    slug: str = "",
    starts_on: date,
    ends_on: date,
    now: datetime,
) -> Cohort:
    """Begin a cohort in a center. Raises Conflict when its short name is taken there."""
    if not actor.can("cohorts.manage", center=center_id):
        raise NotFound
    name, _ = rules.check_names(name, "")
    slug = slug or rules.slug_of(name) or f"cohort-{starts_on.isoformat()}"
    rules.check_slug(slug)
    rules.check_dates(starts_on, ends_on)
    cohort = Cohort(
        center_id=center_id,
        slug=slug,
        name=name,
        starts_on=starts_on,
        ends_on=ends_on,
        created_at=now,
    )
    _add_unique(
        cohort,
        say("This center has a cohort with the short name %(slug)s already.", slug=slug),
    )
    audit.record(
        actor,
        "cohorts.create",
        obj=f"cohort:{cohort.id}",
        center_id=center_id,
        details={"slug": slug, "from": starts_on.isoformat(), "to": ends_on.isoformat()},
    )
    return cohort


def edit_cohort(*, actor: Actor, cohort: Cohort, name: str, starts_on: date, ends_on: date) -> None:
    """Change the name and the dates of a cohort."""
    _check_cohort(actor, cohort)
    name, _ = rules.check_names(name, "")
    rules.check_dates(starts_on, ends_on)
    new = {"name": name, "starts_on": starts_on, "ends_on": ends_on}
    _change(actor, cohort, new, "cohorts.edit", f"cohort:{cohort.id}", cohort.center_id)


def join_cohort(*, actor: Actor, cohort_id: int, person_id: int, now: datetime) -> bool:
    """Add a person of the center to one of its cohorts. Returns False when they are in it."""
    cohort = _locked(Cohort, cohort_id)
    _check_cohort(actor, cohort)
    if db.session.get(CenterMember, (cohort.center_id, person_id)) is None:
        raise Invalid(
            say("This person does not belong to the center, so nothing was changed."),
            todo=say("Bring them in first, or ask them to join the center with their account."),
        )
    if _present(cohort_id, person_id):
        return False
    db.session.add(CohortMember(cohort_id=cohort_id, person_id=person_id, joined_at=now))
    _cohort_audit(actor, "cohorts.join", cohort, person_id)
    outbox.record(CohortJoined(cohort.center_id, cohort_id, person_id))
    return True


def join_cohort_by_address(*, actor: Actor, cohort: Cohort, address: str, now: datetime) -> bool:
    """Add a person of the center, named by address, to a cohort. Raises Invalid for strangers."""
    _check_cohort(actor, cohort)
    person_id = _person_at(address, cohort.center_id)
    return join_cohort(actor=actor, cohort_id=cohort.id, person_id=person_id, now=now)


def leave_cohort(*, actor: Actor, cohort_id: int, person_id: int, now: datetime) -> bool:
    """End a person's stay in a cohort; what they did there stays. Returns False if it had ended."""
    cohort = _locked(Cohort, cohort_id)
    _check_cohort(actor, cohort)
    stay = _present(cohort_id, person_id)
    if stay is None:
        return False
    stay.left_at = now
    _cohort_audit(actor, "cohorts.leave", cohort, person_id)
    outbox.record(CohortLeft(cohort.center_id, cohort_id, person_id))
    return True


def add_trainer(*, actor: Actor, cohort: Cohort, address: str, now: datetime) -> None:
    """Give somebody known to the center the role of instructor for one cohort."""
    _check_cohort(actor, cohort)
    person_id = _find_staff(actor, cohort.center_id, address)
    _grant(actor, person_id, "instructor", "cohort", cohort.id, now)


def remove_trainer(*, actor: Actor, cohort: Cohort, public_id: str) -> None:
    """Take a cohort away from a trainer."""
    _check_cohort(actor, cohort)
    _revoke(actor, public_id, "cohort", cohort.id, "instructor")


def _managed(actor: Actor, center_id: int) -> Center:
    if not policies.can_view_center(actor, center_id):
        raise NotFound
    if not policies.can_manage_center(actor, center_id):
        raise Forbidden(NOT_YOURS)
    return _locked(Center, center_id)


def _check_role(role: str) -> None:
    if role not in CENTER_ROLES:
        raise Invalid(say("This role cannot be given in a center."))


def _check_cohort(actor: Actor, cohort: Cohort) -> None:
    if not policies.can_view_cohort(actor, cohort):
        raise NotFound
    if not policies.can_manage_cohort(actor, cohort):
        raise Forbidden(NOT_YOURS)


def _person_at(address: str, center_id: int | None = None) -> int:
    person = find_person_by_address(address)
    if person is None or (center_id and not queries.is_known_to(center_id, person.id)):
        raise Invalid(
            say("Nobody who can be chosen here has this address, so nothing was changed."),
            todo=say("Check the address, or ask the person to create an account and join first."),
        )
    return person.id


def _find_staff(actor: Actor, center_id: int, address: str) -> int:
    return _person_at(address, None if policies.can_open_centers(actor) else center_id)


def _grant(
    actor: Actor, person_id: int, role: str, scope: str, scope_id: int, now: datetime
) -> None:
    accounts.grant_role(
        actor=actor, person_id=person_id, role=role, scope=scope, scope_id=scope_id, now=now
    )


def _revoke(actor: Actor, public_id: str, scope: str, scope_id: int, role: str) -> None:
    person_id = db.session.scalar(
        select(Person.id)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(Person.public_id == public_id, RoleGrant.role == role)
        .where(RoleGrant.scope == scope, RoleGrant.scope_id == scope_id)
    )
    if person_id is None:
        raise NotFound
    accounts.revoke_role(
        actor=actor, person_id=person_id, role=role, scope=scope, scope_id=scope_id
    )


def _locked(model: type[Locked], thing_id: int) -> Locked:
    # Two who change the same thing at once wait for each other here instead of failing.
    thing = db.session.get(model, thing_id, with_for_update=True, populate_existing=True)
    if thing is None:
        raise NotFound
    return thing


def _present(cohort_id: int, person_id: int) -> CohortMember | None:
    return db.session.scalar(
        select(CohortMember).where(
            CohortMember.cohort_id == cohort_id,
            CohortMember.person_id == person_id,
            CohortMember.left_at.is_(None),
        )
    )


def _cohort_audit(actor: Actor, verb: str, cohort: Cohort, person_id: int) -> None:
    audit.record(
        actor,
        verb,
        obj=f"person:{person_id}",
        center_id=cohort.center_id,
        details={"cohort": cohort.id},
    )


def _add_unique(thing: Any, taken: Sentence) -> None:
    db.session.add(thing)
    try:
        db.session.flush()
    except IntegrityError:
        raise Conflict(taken, todo=say("Choose another short name.")) from None


def _change(
    actor: Actor, thing: Any, new: dict[str, Any], verb: str, obj: str, center_id: int
) -> None:
    changed = {name: value for name, value in new.items() if getattr(thing, name) != value}
    if not changed:
        return
    before = {name: str(getattr(thing, name)) for name in changed}
    for name, value in changed.items():
        setattr(thing, name, value)
    after = {name: str(value) for name, value in changed.items()}
    audit.record(
        actor, verb, obj=obj, center_id=center_id, details={"before": before, "after": after}
    )

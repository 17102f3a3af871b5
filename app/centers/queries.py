"""What can be asked about centers, cohorts and their people. Lists are bounded."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, or_, select, tuple_

from app.accounts.models import Address, Person, RoleGrant
from app.accounts.queries import name_column
from app.centers import policies, rules
from app.centers.models import (
    Center,
    CenterCourse,
    CenterMember,
    Cohort,
    CohortMember,
)
from app.centers.rules import CenterRow, CohortRow, PeoplePage, PersonRow, StaffRow
from app.kernel import clock
from app.kernel.actors import Actor
from app.kernel.db import db
from app.kernel.errors import NotFound

PAGE = 50
MOST = 500


def find_center(slug: str) -> Center | None:
    """Return the center of that address."""
    if not rules.is_slug(slug):
        return None
    return db.session.scalar(select(Center).where(Center.slug == slug))


def get_center(center_id: int) -> Center:
    """Return a center. Raises NotFound."""
    return _or_not_found(db.session.get(Center, center_id))


def list_centers(actor: Actor) -> list[CenterRow]:
    """Return the centers that the actor sees as staff, by name."""
    people = (
        select(func.count())
        .where(CenterMember.center_id == Center.id)
        .correlate(Center)
        .scalar_subquery()
    )
    found = db.session.execute(
        select(Center, people)
        .where(policies.visible_centers(actor))
        .order_by(name_column(Center), Center.id)
        .limit(MOST)
    )
    return [_center_row(center, count) for center, count in found]


def center_standing(center: Center) -> rules.Standing:
    """Return what a center is today."""
    return rules.standing(center.state, center.opens_on, clock.now().date())


def _center_row(center: Center, people: int) -> CenterRow:
    return CenterRow(
        center.id,
        center.slug,
        center.name,
        center.name_ar,
        center.city,
        center_standing(center),
        center.opens_on,
        people,
    )


def list_open_centers() -> list[Center]:
    """Return the centers where people learn today, by name: what anybody may know."""
    today = clock.now().date()
    found = db.session.scalars(
        select(Center)
        .where(Center.state == "open", or_(Center.opens_on.is_(None), Center.opens_on <= today))
        .order_by(name_column(Center))
        .limit(MOST)
    )
    return list(found)


def list_course_ids(center_id: int) -> frozenset[int]:
    """Return the ids of the courses that the center offers; none chosen means all of them."""
    return frozenset(
        db.session.scalars(
            select(CenterCourse.course_id).where(CenterCourse.center_id == center_id)
        )
    )


def count_center(center_id: int) -> tuple[int, int]:
    """Return how many people and how many cohorts a center has, in one statement."""
    people = select(func.count()).where(CenterMember.center_id == center_id).scalar_subquery()
    cohorts = select(func.count()).where(Cohort.center_id == center_id).scalar_subquery()
    row = db.session.execute(select(people, cohorts)).one()
    return row[0], row[1]


def list_staff(scope: str, scope_id: int) -> list[StaffRow]:
    """Return who holds a role for that place, by role and name."""
    email = (
        select(func.min(Address.value))
        .where(Address.person_id == Person.id, Address.kind == "email")
        .correlate(Person)
        .scalar_subquery()
    )
    name = name_column(Person)
    found = db.session.execute(
        select(Person.id, Person.public_id, name, RoleGrant.role, email)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.scope == scope, RoleGrant.scope_id == scope_id)
        .where(Person.erased_at.is_(None))
        .order_by(RoleGrant.role.desc(), name, Person.id)
        .limit(MOST)
    )
    return [
        StaffRow(row[0], row[1], row[2], row[3], rules.mask(row[4]) if row[4] else "")
        for row in found
    ]


def list_people(actor: Actor, center_id: int, *, search: str = "", after: str = "") -> PeoplePage:
    """Return a page of the center's people that the actor may see, by name.

    `after` is the mark that the page before gave.
    """
    key = func.lower(name_column(Person))
    query = (
        select(Person, CenterMember.joined_at, key)
        .join(CenterMember, CenterMember.person_id == Person.id)
        .where(CenterMember.center_id == center_id, Person.erased_at.is_(None))
        .where(policies.visible_people(actor))
        .order_by(key, Person.id)
        .limit(PAGE + 1)
    )
    if search:
        query = query.where(_matches(search))
    if mark := _read_mark(after):
        query = query.where(tuple_(key, Person.id) > tuple_(*mark))
    found = db.session.execute(query).all()
    shown, more = found[:PAGE], len(found) > PAGE
    rows = _with_addresses_and_cohorts(center_id, [(p, joined) for p, joined, _ in shown])
    following = f"{shown[-1][0].id}-{shown[-1][2]}" if more else ""
    return PeoplePage(rows, following)


def _read_mark(after: str) -> tuple[str, int] | None:
    number, dash, name = after.partition("-")
    return (name, int(number)) if dash and number.isdecimal() and len(number) < 18 else None


def _matches(search: str) -> Any:
    pattern = rules.like(search)
    by_address = exists().where(
        Address.person_id == Person.id, Address.value.ilike(pattern, escape="\\")
    )
    return or_(
        Person.name.ilike(pattern, escape="\\"),
        Person.name_ar.ilike(pattern, escape="\\"),
        by_address,
    )


def _with_addresses_and_cohorts(
    center_id: int, found: list[tuple[Person, datetime]]
) -> list[PersonRow]:
    ids = [person.id for person, _ in found]
    addresses = _grouped(
        select(Address.person_id, Address.value)
        .where(Address.person_id.in_(ids))
        .order_by(Address.id)
    )
    cohorts = _grouped(
        select(CohortMember.person_id, Cohort.name)
        .join(Cohort, Cohort.id == CohortMember.cohort_id)
        .where(
            CohortMember.person_id.in_(ids),
            CohortMember.left_at.is_(None),
            Cohort.center_id == center_id,
        )
        .order_by(Cohort.name)
    )
    return [
        PersonRow(
            person.id,
            person.public_id,
            person.name,
            person.name_ar,
            person.suspended_at is not None,
            person.last_seen_at,
            joined,
            tuple(rules.mask(value) for value in addresses.get(person.id, ())),
            tuple(cohorts.get(person.id, ())),
        )
        for person, joined in found
    ]


def _grouped(query: Any) -> dict[int, list[str]]:
    groups: dict[int, list[str]] = {}
    for key, value in db.session.execute(query):
        groups.setdefault(key, []).append(value)
    return groups


def get_person_of(actor: Actor, center_id: int, public_id: str) -> PersonRow:
    """Return a person of this center whom the actor may see. Raises NotFound."""
    row = db.session.execute(
        select(Person, CenterMember.joined_at)
        .join(CenterMember, CenterMember.person_id == Person.id)
        .where(CenterMember.center_id == center_id, Person.public_id == public_id)
        .where(Person.erased_at.is_(None), policies.visible_people(actor))
    ).first()
    if row is None:
        raise NotFound
    return _with_addresses_and_cohorts(center_id, [(row[0], row[1])])[0]


def is_known_to(center_id: int, person_id: int) -> bool:
    """Tell whether a person belongs to the center, as one of its people or its staff."""
    member = exists().where(
        CenterMember.center_id == center_id, CenterMember.person_id == person_id
    )
    staff = exists().where(
        RoleGrant.scope == "center",
        RoleGrant.scope_id == center_id,
        RoleGrant.person_id == person_id,
    )
    return bool(db.session.scalar(select(or_(member, staff))))


def find_members(center_id: int, people: Iterable[int]) -> set[int]:
    """Return those of the people whom the center knows."""
    return set(
        db.session.scalars(
            select(CenterMember.person_id).where(
                CenterMember.center_id == center_id, CenterMember.person_id.in_(sorted(people))
            )
        )
    )


def find_stays(people: Iterable[int]) -> set[tuple[int, int]]:
    """Return the cohorts in which the people are, as pairs of cohort and person."""
    found = db.session.execute(
        select(CohortMember.cohort_id, CohortMember.person_id).where(
            CohortMember.person_id.in_(sorted(people)), CohortMember.left_at.is_(None)
        )
    )
    return {(cohort_id, person_id) for cohort_id, person_id in found}


def center_of(person_id: int) -> int | None:
    """Return the center that a person joined last, or None."""
    return db.session.scalar(
        select(CenterMember.center_id)
        .where(CenterMember.person_id == person_id)
        .order_by(CenterMember.joined_at.desc(), CenterMember.center_id.desc())
        .limit(1)
    )


def center_of_actor(actor: Actor) -> int | None:
    """Return the center for which somebody is here: the only one they work for, or their own."""
    held = {grant.scope_id for grant in actor.grants if grant.scope == "center"}
    if len(held) == 1:
        return held.pop()
    return center_of(actor.id) if actor.is_signed_in and not actor.grants else None


def list_cohorts(actor: Actor, center_id: int | None = None) -> list[CohortRow]:
    """Return the cohorts that the actor may see, the latest first; of one center, or of all."""
    query = (
        _cohort_rows()
        .where(policies.visible_cohorts(actor))
        .order_by(Cohort.starts_on.desc(), Cohort.name, Cohort.id)
        .limit(MOST)
    )
    if center_id is not None:
        query = query.where(Cohort.center_id == center_id)
    return [CohortRow(*row) for row in db.session.execute(query)]


def _cohort_rows() -> Any:
    members = (
        select(func.count())
        .where(CohortMember.cohort_id == Cohort.id, CohortMember.left_at.is_(None))
        .correlate(Cohort)
        .scalar_subquery()
    )
    return select(
        Cohort.id,
        Cohort.public_id,
        Cohort.center_id,
        Cohort.name,
        Cohort.starts_on,
        Cohort.ends_on,
        members,
    )


def get_cohort(actor: Actor, public_id: str, center_id: int | None = None) -> Cohort:
    """Return a cohort that the actor may see, of that center if one is named. Raises NotFound."""
    query = select(Cohort).where(Cohort.public_id == public_id, policies.visible_cohorts(actor))
    if center_id is not None:
        query = query.where(Cohort.center_id == center_id)
    return _or_not_found(db.session.scalar(query))


def list_members(cohort_id: int) -> list[PersonRow]:
    """Return the present members of a cohort, by name."""
    found = db.session.execute(
        select(Person, CohortMember.joined_at)
        .join(CohortMember, CohortMember.person_id == Person.id)
        .where(CohortMember.cohort_id == cohort_id, CohortMember.left_at.is_(None))
        .where(Person.erased_at.is_(None))
        .order_by(func.lower(name_column(Person)))
        .limit(MOST)
    )
    return [
        PersonRow(
            p.id, p.public_id, p.name, p.name_ar, p.suspended_at is not None, p.last_seen_at, at
        )
        for p, at in found
    ]


def list_member_ids(cohort_id: int) -> list[int]:
    """Return the ids of all present members of a cohort."""
    return list(
        db.session.scalars(
            select(CohortMember.person_id)
            .join(Person, Person.id == CohortMember.person_id)
            .where(CohortMember.cohort_id == cohort_id, CohortMember.left_at.is_(None))
            .where(Person.erased_at.is_(None))
            .order_by(CohortMember.person_id)
        )
    )


def get_cohort_of(person_id: int) -> Cohort | None:
    """Return the cohort that a person is a member of; the last joined of several."""
    return db.session.scalar(
        select(Cohort)
        .join(CohortMember, CohortMember.cohort_id == Cohort.id)
        .where(CohortMember.person_id == person_id, CohortMember.left_at.is_(None))
        .order_by(CohortMember.joined_at.desc(), CohortMember.id.desc())
        .limit(1)
    )


def find_cohort_names(center_id: int) -> dict[str, int]:
    """Return the cohorts of a center by what people call them: name or short name, lower-case."""
    found = db.session.execute(
        select(Cohort.id, Cohort.name, Cohort.slug).where(Cohort.center_id == center_id)
    )
    known: dict[str, int] = {}
    for cohort_id, name, slug in found:
        known[slug] = known[name.casefold()] = cohort_id
    return known


def _or_not_found(thing: Any) -> Any:
    if thing is None:
        raise NotFound
    return thing


def list_centers_of(person_id: int) -> frozenset[int]:
    """Return the centers that know a person, as one of their people or of their staff."""
    member = select(CenterMember.center_id).where(CenterMember.person_id == person_id)
    staff = select(RoleGrant.scope_id).where(
        RoleGrant.person_id == person_id, RoleGrant.scope == "center"
    )
    return frozenset(db.session.scalars(member.union(staff)))


def find_places_around(kind: str, place_id: int) -> dict[str, int] | None:
    """Return where a center or cohort lies; None when there is no such."""
    if kind == "cohort":
        center_id = db.session.scalar(select(Cohort.center_id).where(Cohort.id == place_id))
        return None if center_id is None else {"center": center_id}
    return None if db.session.get(Center, place_id) is None else {}

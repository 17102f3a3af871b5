"""What can be asked about rosters."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import func, select

from app.accounts.models import Address, Person, RoleGrant
from app.centers.models import CenterMember, Cohort, CohortMember
from app.kernel.actors import Actor
from app.kernel.db import db
from app.kernel.errors import NotFound
from app.kernel.jobs import Job
from app.rosters.models import Roster, RosterLine

CHUNK = 400
SHOWN = 200


def get_roster(actor: Actor, center_id: int, public_id: str) -> Roster:
    """Return a roster of that center. Raises NotFound, also for who may not bring people in."""
    roster = db.session.scalar(
        select(Roster).where(Roster.public_id == public_id, Roster.center_id == center_id)
    )
    if roster is None or not actor.can("people.import", center=roster.center_id):
        raise NotFound
    return roster


def list_rosters(center_id: int) -> list[Roster]:
    """Return the latest rosters of a center."""
    found = db.session.scalars(
        select(Roster).where(Roster.center_id == center_id).order_by(Roster.id.desc()).limit(20)
    )
    return list(found)


def count_outcomes(roster_id: int) -> dict[str, int]:
    """Return how many lines of a roster have which outcome."""
    found = db.session.execute(
        select(RosterLine.outcome, func.count())
        .where(RosterLine.roster_id == roster_id)
        .group_by(RosterLine.outcome)
    )
    return dict(found.all())


def list_remarkable(roster_id: int) -> list[RosterLine]:
    """Return the first lines that were refused or hold something like a formula."""
    found = db.session.scalars(
        select(RosterLine)
        .where(RosterLine.roster_id == roster_id)
        .where((RosterLine.outcome == "refused") | RosterLine.is_formula)
        .order_by(RosterLine.number)
        .limit(SHOWN)
    )
    return list(found)


def list_lines(roster_id: int) -> list[RosterLine]:
    """Return all lines of a roster, as they stand in the file."""
    found = db.session.scalars(
        select(RosterLine).where(RosterLine.roster_id == roster_id).order_by(RosterLine.number)
    )
    return list(found)


def count_pending(roster_id: int) -> int:
    """Return how many lines still wait for their account or cohort."""
    found = select(func.count()).select_from(RosterLine).where(*_pending(roster_id))
    return db.session.scalar(found) or 0


def list_pending(roster_id: int, limit: int) -> list[RosterLine]:
    """Return the next lines that wait for their account or cohort."""
    found = db.session.scalars(
        select(RosterLine).where(*_pending(roster_id)).order_by(RosterLine.number).limit(limit)
    )
    return list(found)


def _pending(roster_id: int) -> tuple[Any, ...]:
    waits = (RosterLine.outcome == "new") | (
        (RosterLine.outcome == "known") & RosterLine.cohort_id.is_not(None)
    )
    return RosterLine.roster_id == roster_id, waits


def find_owners(addresses: Iterable[str]) -> dict[str, int]:
    """Return who holds these addresses, a few hundred at a time."""
    return {
        value: person_id
        for part in _chunks(addresses)
        for value, person_id in db.session.execute(
            select(Address.value, Address.person_id).where(Address.value.in_(part))
        )
    }


def find_members(center_id: int, people: Iterable[int]) -> set[int]:
    """Return those of the people whom the center knows, a few hundred at a time."""
    return {
        person_id
        for part in _chunks(people)
        for person_id in db.session.scalars(
            select(CenterMember.person_id).where(
                CenterMember.center_id == center_id, CenterMember.person_id.in_(part)
            )
        )
    }


def _chunks(things: Iterable[Any]) -> Iterator[list[Any]]:
    ordered = sorted(set(things))
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]


def list_new_people(roster: Roster) -> list[tuple[int, str, str, str]]:
    """Return (id, name, Arabic name, address) of who was brought in and never signed in.

    Only those whom nobody can mistake for staff: people without a role, a password or a confirmed
    address, who still belong to the center.
    """
    confirmed = select(Address.person_id).where(Address.confirmed_at.is_not(None))
    staff = select(RoleGrant.person_id).where(RoleGrant.role != "learner")
    found = db.session.execute(
        select(Person.id, Person.name, Person.name_ar, RosterLine.email, RosterLine.phone)
        .join(RosterLine, RosterLine.person_id == Person.id)
        .join(CenterMember, CenterMember.person_id == Person.id)
        .where(RosterLine.roster_id == roster.id, RosterLine.outcome == "made")
        .where(CenterMember.center_id == roster.center_id)
        .where(Person.password_hash.is_(None), Person.suspended_at.is_(None))
        .where(Person.erased_at.is_(None), Person.id.not_in(confirmed), Person.id.not_in(staff))
        .order_by(RosterLine.number)
    )
    return [(row[0], row[1], row[2], row[4] or row[3]) for row in found]


def find_progress(roster: Roster) -> tuple[int, int] | None:
    """Return how far the checking of a file has come, as (done, total)."""
    progress = db.session.scalar(select(Job.progress).where(Job.key == f"roster:{roster.id}:check"))
    return (progress[0], progress[1]) if progress else None


def list_for_export(center_id: int, after: int, limit: int) -> list[Any]:
    """Return people of a center for a file, by number, after the one named."""
    cohorts = (
        select(func.min(Cohort.name))
        .join(CohortMember, CohortMember.cohort_id == Cohort.id)
        .where(CohortMember.person_id == Person.id, CohortMember.left_at.is_(None))
        .where(Cohort.center_id == center_id)
        .correlate(Person)
        .scalar_subquery()
    )
    found = db.session.execute(
        select(
            Person.id,
            Person.name,
            Person.name_ar,
            _address("email"),
            _address("phone"),
            cohorts,
            Person.language,
            CenterMember.joined_at,
            Person.last_seen_at,
        )
        .join(CenterMember, CenterMember.person_id == Person.id)
        .where(CenterMember.center_id == center_id, Person.erased_at.is_(None), Person.id > after)
        .order_by(Person.id)
        .limit(limit)
    )
    return list(found)


def _address(kind: str) -> Any:
    return (
        select(func.min(Address.value))
        .where(Address.person_id == Person.id, Address.kind == kind)
        .correlate(Person)
        .scalar_subquery()
    )

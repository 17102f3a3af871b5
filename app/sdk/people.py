"""People and cohorts of a center, as the actor may see them; everybody else does not exist.

An actor is the person of the request (`load_actor()`), or, in jobs and event handlers, what
`Plugin.acting_at(center_id)` gives. At a center's page, and in what happens at a center, other
centers cannot be asked for.
"""

from dataclasses import dataclass

from app.accounts.models import Person
from app.centers import policies, queries
from app.centers.rules import CohortRow, PeoplePage, PersonRow
from app.kernel import place
from app.kernel.actors import Actor
from app.kernel.db import db
from app.kernel.errors import NotFound

__all__ = [
    "CohortRow",
    "Name",
    "PeoplePage",
    "PersonRow",
    "get_person",
    "list_cohorts",
    "list_members",
    "list_people",
    "names_of",
]


@dataclass(frozen=True)
class Name:
    """How somebody is called, and the name for addresses."""

    id: int
    public_id: str
    name: str
    language: str


def check_center(actor: Actor, center_id: int) -> None:
    """Raise NotFound unless the actor may see people of this center, here."""
    here = place.center.get()
    if actor.is_system or (here is not None and here != center_id):
        raise NotFound
    if actor.can("accounts.view", center=center_id):
        return
    if not queries.list_cohorts(actor, center_id):
        raise NotFound


def list_people(actor: Actor, center_id: int, *, search: str = "", after: str = "") -> PeoplePage:
    """Return a page of the center's people that the actor may see, by name; `after` as it gave.

    Raises NotFound for a center of others.
    """
    check_center(actor, center_id)
    return queries.list_people(actor, center_id, search=search, after=after)


def get_person(actor: Actor, center_id: int, public_id: str) -> PersonRow:
    """Return a person of the center. Raises NotFound for others."""
    check_center(actor, center_id)
    return queries.get_person_of(actor, center_id, public_id)


def list_cohorts(actor: Actor, center_id: int) -> list[CohortRow]:
    """Return the cohorts of the center that the actor may see. Raises NotFound for others'."""
    check_center(actor, center_id)
    return queries.list_cohorts(actor, center_id)


def list_members(actor: Actor, center_id: int, cohort: str) -> list[PersonRow]:
    """Return the members of a cohort (its `public_id`), by name. Raises NotFound for others'."""
    check_center(actor, center_id)
    found = queries.get_cohort(actor, cohort, center_id)
    if not policies.can_view_cohort(actor, found):
        raise NotFound
    return queries.list_members(found.id)


def names_of(actor: Actor, center_id: int, people: list[int]) -> dict[int, Name]:
    """Return how people of the center are called, by id; who is not of the center is left out."""
    check_center(actor, center_id)
    known = queries.find_members(center_id, people)
    rows = db.session.query(Person).where(Person.id.in_(sorted(known)), Person.erased_at.is_(None))
    return {
        row.id: Name(row.id, row.public_id, row.name or row.name_ar, row.language) for row in rows
    }

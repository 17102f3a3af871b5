"""What can be asked about people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, case, or_, select

from app.accounts import rules
from app.accounts.models import Address, Person, RoleGrant
from app.kernel import i18n
from app.kernel.actors import Actor, Grant, ScopeKind
from app.kernel.db import db
from app.kernel.errors import NotFound
from app.messages import services as messages


@dataclass(frozen=True)
class PersonView:
    """A person as other features see them."""

    id: int
    public_id: str
    name: str
    name_ar: str
    language: str
    created_at: datetime
    last_seen_at: datetime | None
    suspended_at: datetime | None
    erased_at: datetime | None

    def shown(self, language: str) -> str:
        """Return the name for somebody who reads `language`."""
        return rules.display_name(self.name, self.name_ar, language)


@dataclass(frozen=True)
class AddressView:
    """An address of a person."""

    id: int
    kind: str
    value: str
    confirmed_at: datetime | None


@dataclass(frozen=True)
class Contact:
    """How a message reaches a person."""

    channel: messages.Channel
    address: str
    language: str


_PERSON = (
    Person.id,
    Person.public_id,
    Person.name,
    Person.name_ar,
    Person.language,
    Person.created_at,
    Person.last_seen_at,
    Person.suspended_at,
    Person.erased_at,
)


def _find(*where: ColumnElement[bool]) -> PersonView | None:
    row = db.session.execute(select(*_PERSON).where(*where)).first()
    return PersonView(*row) if row else None


def find_person(person_id: int) -> PersonView | None:
    """Return the person of that number, erased ones too, or None."""
    return _find(Person.id == person_id)


def get_person(public_id: str) -> PersonView:
    """Return the person of that public id. Raises NotFound, also for an erased one."""
    found = _find(Person.public_id == public_id, Person.erased_at.is_(None))
    if found is None:
        raise NotFound
    return found


def find_person_by_address(text: str, *, confirmed: bool = False) -> PersonView | None:
    """Return the person who holds the address, as typed by somebody, or None."""
    parsed = rules.parse_address(text)
    if parsed is None:
        return None
    where = [Address.value == parsed.value]
    if confirmed:
        where.append(Address.confirmed_at.is_not(None))
    row = db.session.execute(
        select(*_PERSON).join(Address, Address.person_id == Person.id).where(*where)
    ).first()
    return PersonView(*row) if row else None


def list_people(ids: Iterable[int]) -> dict[int, PersonView]:
    """Return people by number, in one statement."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = db.session.execute(select(*_PERSON).where(Person.id.in_(wanted)))
    return {row.id: PersonView(*row) for row in rows}


def names_of(ids: Iterable[int], language: str) -> dict[int, str]:
    """Return what to call people, by number, in one statement."""
    return {person.id: person.shown(language) for person in list_people(ids).values()}


def display_name(thing: Any, language: str | None = None) -> str:
    """Return what to call a thing with `name` and `name_ar`, in the script of its reader."""
    return rules.display_name(thing.name, thing.name_ar, language or i18n.language.get())


def name_column(thing: Any, language: str | None = None) -> ColumnElement[str]:
    """Return, for SQL, what to call a thing with `name` and `name_ar`, in its reader's script.

    Without a language it is that of the moment.
    """
    first, second = thing.name, thing.name_ar
    if (language or i18n.language.get()) == "ar":
        first, second = second, first
    return case((first != "", first), else_=second)


def name_matches(text: str) -> ColumnElement[bool]:
    """Return an SQL filter over Person: the name, in either script, or an address begins so."""
    like = text.strip().replace("\\", "").replace("%", "").replace("_", "")
    parsed = rules.parse_address(text)
    conditions = [Person.name.ilike(f"%{like}%"), Person.name_ar.ilike(f"%{like}%")]
    if parsed:
        held = select(Address.person_id).where(Address.value == parsed.value)
        conditions.append(Person.id.in_(held))
    return or_(*conditions)


def list_addresses(person_id: int) -> list[AddressView]:
    """Return a person's addresses, the oldest first."""
    rows = db.session.execute(
        select(Address.id, Address.kind, Address.value, Address.confirmed_at)
        .where(Address.person_id == person_id)
        .order_by(Address.id)
    )
    return [AddressView(*row) for row in rows]


def list_grants(person_id: int) -> list[Grant]:
    """Return the roles that a person holds."""
    rows = db.session.execute(
        select(RoleGrant.role, RoleGrant.scope, RoleGrant.scope_id)
        .where(RoleGrant.person_id == person_id)
        .order_by(RoleGrant.id)
    )
    return [Grant(role, cast(ScopeKind, scope), scope_id) for role, scope, scope_id in rows]


def list_holders(role: str, scope: str, scope_id: int) -> list[PersonView]:
    """Return who holds a role for a place, by name."""
    rows = db.session.execute(
        select(*_PERSON)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(RoleGrant.role == role, RoleGrant.scope == scope, RoleGrant.scope_id == scope_id)
        .order_by(Person.name, Person.id)
        .limit(500)
    )
    return [PersonView(*row) for row in rows]


def actor_of(person_id: int, language: str | None = None) -> Actor:
    """Return the person as one who acts, for jobs and commands. Raises NotFound.

    Whoever is suspended or erased acts with no role.
    """
    person = find_person(person_id)
    if person is None:
        raise NotFound
    active = person.suspended_at is None and person.erased_at is None
    return Actor(
        person.id,
        person.public_id,
        person.shown(language or person.language),
        person.language,
        tuple(list_grants(person_id)) if active else (),
    )


def find_contact(person_id: int) -> Contact | None:
    """Return how a person is reached: a confirmed e-mail, else a confirmed phone, else None."""
    return find_contacts([person_id]).get(person_id)


def find_contacts(ids: Iterable[int]) -> dict[int, Contact]:
    """Return how people are reached, by number, in one statement; the unreachable are left out."""
    rows = db.session.execute(
        select(Address.person_id, Address.kind, Address.value, Person.language)
        .join(Person, Person.id == Address.person_id)
        .where(Address.person_id.in_(sorted(set(ids))), Address.confirmed_at.is_not(None))
        .order_by(Address.kind.desc(), Address.id.desc())  # the oldest e-mail comes last and wins
    )
    return {
        person_id: Contact(messages.CHANNELS[kind], value, language)
        for person_id, kind, value, language in rows
        if messages.can_reach(kind)
    }

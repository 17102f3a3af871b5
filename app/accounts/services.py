"""What can be done with people, their addresses and their roles. All assume a transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from app.accounts import policies, queries, rules
from app.accounts.models import Address, Person, RoleGrant
from app.accounts.rules import ParsedAddress
from app.kernel import audit
from app.kernel.actors import ROLES, Actor, Grant, ScopeKind
from app.kernel.db import db
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from app.kernel.i18n import LANGUAGES, Sentence, say
from app.messages import services as messages

TAKEN = say("There is an account with this address already.")
NO_NAME = say("Write a name, in Latin or in Arabic script.")


@dataclass(frozen=True)
class NewPerson:
    """Numbers of a person who was added."""

    id: int
    public_id: str


def add_person(
    *,
    name: str,
    name_ar: str = "",
    language: str = "fr",
    address: ParsedAddress | None = None,
    confirmed: bool = False,
    password_hash: str | None = None,
    now: datetime,
) -> NewPerson:
    """Add a person with at most one address. Raises Conflict when somebody holds the address."""
    name, name_ar = rules.sort_names(name, name_ar)
    if not (name or name_ar):
        raise Invalid(NO_NAME)
    person = Person(
        name=name,
        name_ar=name_ar,
        language=language if language in LANGUAGES else "fr",
        password_hash=password_hash,
        created_at=now,
    )
    db.session.add(person)
    db.session.flush()  # the address needs its id
    if address:
        hold_address(person.id, address, confirmed_at=now if confirmed else None)
    return NewPerson(person.id, person.public_id)


def hold_address(person_id: int, address: ParsedAddress, *, confirmed_at: datetime | None) -> None:
    """Give an address to a person, or confirm the one they hold. Raises Conflict if taken."""
    try:
        with db.session.begin_nested():
            row = db.session.scalar(select(Address).where(Address.value == address.value))
            if row is None:
                row = Address(person_id=person_id, kind=address.kind, value=address.value)
                db.session.add(row)
            if row.person_id != person_id:
                raise Conflict(TAKEN)
            row.confirmed_at = row.confirmed_at or confirmed_at
    except IntegrityError:  # somebody took it at the same moment
        raise Conflict(TAKEN) from None


def drop_address(*, actor: Actor, address_id: int) -> None:
    """Remove one of one's own addresses; the last confirmed one stays, it is the way in."""
    rows = queries.list_addresses(actor.id)
    found = next((row for row in rows if row.id == address_id), None)
    if found is None:
        raise NotFound
    others = [row for row in rows if row.confirmed_at and row.id != address_id]
    if found.confirmed_at and not others:
        raise Conflict(
            say("This is the only address with which you can sign in, so it stays."),
            todo=say("Add and confirm another one first."),
        )
    db.session.execute(delete(Address).where(Address.id == address_id))
    audit.record(actor, "accounts.drop_address", obj=f"person:{actor.id}")


def change_names(*, actor: Actor, name: str, name_ar: str) -> None:
    """Change one's own name."""
    name, name_ar = rules.sort_names(name, name_ar)
    if not (name or name_ar):
        raise Invalid(NO_NAME)
    _update(actor.id, name=name, name_ar=name_ar)


def change_language(*, actor: Actor, language: str) -> None:
    """Choose the language of one's messages."""
    if language not in LANGUAGES:
        raise Invalid(say("This language is not one of the site's."))
    _update(actor.id, language=language)


def _update(person_id: int, **values: object) -> None:
    db.session.execute(update(Person).where(Person.id == person_id).values(**values))


def raise_epoch(person_id: int) -> None:
    """Make every session of a person void from now on."""
    _update(person_id, epoch=Person.epoch + 1)


def mark_erased(person_id: int, *, now: datetime) -> None:
    """Let a person be nobody from now on; what is kept of them is emptied by `app.privacy`."""
    _update(person_id, erased_at=now, epoch=Person.epoch + 1)


def grant_role(
    *,
    actor: Actor,
    person_id: int,
    role: str,
    scope: str = "site",
    scope_id: int = 0,
    now: datetime,
) -> bool:
    """Give a role; False when the person holds it already.

    Raises Forbidden for a role that is not strictly below the actor's own. The person's sessions
    end, so that the next one knows the new role.
    """
    grant = _grant(role, scope, scope_id)
    _check_grant(actor, person_id, grant)
    if grant in queries.list_grants(person_id):
        return False
    try:
        with db.session.begin_nested():
            db.session.add(
                RoleGrant(
                    person_id=person_id, role=role, scope=scope, scope_id=scope_id, granted_at=now
                )
            )
    except IntegrityError:  # at once with another
        return False
    raise_epoch(person_id)
    _record(actor, "roles.grant", person_id, grant)
    return True


def revoke_role(
    *, actor: Actor, person_id: int, role: str, scope: str = "site", scope_id: int = 0
) -> bool:
    """Take a role away; False when the person does not hold it. The person's sessions end."""
    grant = _grant(role, scope, scope_id)
    _check_grant(actor, person_id, grant)
    if role == "admin" and scope == "site" and _count_admins() <= 1:
        raise Conflict(say("This is the last admin of the site, so the role stays."))
    gone = db.session.execute(
        delete(RoleGrant)
        .where(
            RoleGrant.person_id == person_id,
            RoleGrant.role == role,
            RoleGrant.scope == scope,
            RoleGrant.scope_id == scope_id,
        )
        .returning(RoleGrant.id)
    ).first()
    if gone is None:
        return False
    raise_epoch(person_id)
    _record(actor, "roles.revoke", person_id, grant)
    return True


def _grant(role: str, scope: str, scope_id: int) -> Grant:
    if role not in ROLES or policies.wider_places(scope, scope_id) is None:
        raise Invalid(say("There is no such role or place."))
    return Grant(role, cast(ScopeKind, scope), scope_id)


def _check_grant(actor: Actor, person_id: int, grant: Grant) -> None:
    person = queries.find_person(person_id)
    if person is None or person.erased_at:
        raise NotFound
    if actor.id == person_id or not policies.can_grant(actor, grant):
        raise Forbidden(
            say("You can give and take only roles that are less than your own, and not your own."),
            todo=say("Ask an admin."),
        )


def _count_admins() -> int:
    return (
        db.session.scalar(
            select(func.count())
            .select_from(RoleGrant)
            .where(RoleGrant.role == "admin", RoleGrant.scope == "site")
        )
        or 0
    )


def _record(actor: Actor, verb: str, person_id: int, grant: Grant) -> None:
    where = policies.wider_places(grant.scope, grant.scope_id) or {}
    audit.record(
        actor,
        verb,
        obj=f"person:{person_id}",
        center_id=where.get("center", 0),
        details={"role": grant.role, "scope": grant.scope, "scope_id": grant.scope_id},
    )


def suspend(*, actor: Actor, person_id: int, reason: str, now: datetime) -> None:
    """Keep a person from signing in, at once in every browser; nothing of theirs is lost."""
    _check_suspend(actor, person_id)
    if (person := queries.find_person(person_id)) and person.suspended_at:
        return
    _update(person_id, suspended_at=now, epoch=Person.epoch + 1)
    audit.record(
        actor, "accounts.suspend", obj=f"person:{person_id}", details={"reason": reason[:500]}
    )
    tell(
        person_id,
        say("Your account is suspended"),
        say("Your account was suspended. Nothing of your work is lost."),
        say("If you think that this is a mistake, speak to the staff of your center."),
    )


def unsuspend(*, actor: Actor, person_id: int) -> None:
    """Let a suspended person sign in again."""
    _check_suspend(actor, person_id)
    _update(person_id, suspended_at=None)
    audit.record(actor, "accounts.unsuspend", obj=f"person:{person_id}")
    tell(
        person_id,
        say("Your account is open again"),
        say("You can sign in again, as you did before."),
    )


def _check_suspend(actor: Actor, person_id: int) -> None:
    if not policies.can_view(actor, person_id):
        raise NotFound
    if not policies.can_suspend(actor, person_id):
        raise Forbidden(say("You cannot suspend this account: it holds as many powers as yours."))


def tell(person_id: int, subject: Sentence, *body: Sentence | str, key: str | None = None) -> None:
    """Send a message to a person, in their language, where one reaches them."""
    contact = queries.find_contact(person_id)
    if contact:
        messages.send(
            channel=contact.channel,
            address=contact.address,
            subject=subject,
            body=body,
            language=contact.language,
            key=key,
        )

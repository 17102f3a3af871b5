"""Erasing a person, and noting that their data was handed to them. Assumes a transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, update

from app.accounts import queries as people
from app.accounts import services as accounts
from app.accounts.hooks import PersonalData, PersonalDataExtra, PersonErased
from app.kernel import audit, outbox
from app.kernel.actors import Actor
from app.kernel.audit import AuditContent
from app.kernel.db import Base, db
from app.kernel.errors import Conflict
from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.messages import services as messages
from app.privacy.queries import export_person, owned, owner_of, source
from app.tokens import services as tokens

LETTERS = ("sign_up", "invitation", "address", "reset", "code")


def export_data(*, actor: Actor) -> dict[str, Any]:
    """Return all that is kept about oneself, and note in the audit trail that one took it."""
    audit.record(actor, "privacy.export", obj=f"person:{actor.id}")
    return export_person(actor.id)


def check_erasable(actor: Actor) -> None:
    """Raise Conflict while somebody holds a role: others would be left without them."""
    if any(grant.role != "learner" for grant in people.list_grants(actor.id)):
        raise Conflict(
            say("You hold a role on this site, so your account stays for now."),
            todo=say("Ask an admin to take the role back first."),
        )


def erase_person(*, actor: Actor, now: datetime) -> None:
    """Erase oneself: what is declared goes, what must stay stays without a name. For ever.

    All in one transaction: when one feature fails, nothing is erased.
    """
    check_erasable(actor)
    _say_good_bye(actor.id)
    accounts.mark_erased(actor.id, now=now)
    for name, extra in hooks.collect(PersonalDataExtra):
        _erase_extra(name, extra, actor.id)
    for data in _children_first():
        _erase_rows(data, actor.id)
    _forget_own_acts(actor.id)
    audit.record(actor, "privacy.erase", obj=f"person:{actor.id}")
    outbox.record(PersonErased(actor.id))


def _erase_extra(name: str, extra: PersonalDataExtra, person_id: int) -> None:
    try:
        extra.erase(person_id)
    except Exception as error:
        raise Conflict(
            say(
                "Your account could not be erased wholly: %(name)s does not answer. "
                "Nothing was erased, so that nothing is left behind.",
                name=owner_of(name),
            ),
            todo=say("Try again later; who looks after the site was told."),
        ) from error


def _erase_rows(data: PersonalData, person_id: int) -> None:
    kept = source(data)
    if kept is None:
        return
    mine = owned(kept, data, person_id)
    if data.erase == "delete":
        db.session.execute(delete(kept).where(mine))
    elif data.erase == "anonymize":
        emptied = {name: _empty(kept.c[name]) for name in data.anonymize if name in kept.c}
        db.session.execute(update(kept).where(mine).values(emptied))


def _say_good_bye(person_id: int) -> None:
    contact = people.find_contact(person_id)
    for address in people.list_addresses(person_id):
        messages.forget_address(address.value)
        tokens.void_address(address=address.value, purposes=LETTERS)
    if contact:
        messages.send(
            channel=contact.channel,
            address=contact.address,
            subject=say("Your account was erased"),
            body=[
                say("As you asked, your account was erased. This cannot be undone."),
                say("This is the last message that you get from us."),
            ],
            language=contact.language,
        )


def _children_first() -> list[PersonalData]:
    order = {table.name: at for at, table in enumerate(Base.metadata.sorted_tables)}
    found = [data for _, data in hooks.collect(PersonalData)]
    return sorted(found, key=lambda data: -order.get(data.table, len(order)))


def _empty(column: ColumnElement[Any]) -> Any:
    if getattr(column, "nullable", True):
        return None
    try:
        return column.type.python_type()
    except NotImplementedError:
        return ""


def _forget_own_acts(person_id: int) -> None:
    """Empty the audit trail of what a person did with their own account; the chain stays whole.

    What they did to others as staff stays, under a number that leads to no name any more.
    """
    db.session.execute(
        delete(AuditContent).where(
            AuditContent.actor_id == person_id, AuditContent.object == f"person:{person_id}"
        )
    )

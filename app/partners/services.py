"""What can be done with partners. Everything assumes a transaction and is audited."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.accounts import services as accounts
from app.accounts.models import Person, RoleGrant
from app.accounts.queries import find_person_by_address
from app.centers import rules
from app.kernel import audit
from app.kernel.actors import Actor
from app.kernel.db import db
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from app.kernel.i18n import say
from app.partners import policies
from app.partners.models import Partner


def create_partner(
    *, actor: Actor, slug: str, name: str, name_ar: str = "", city: str = "", now: datetime
) -> Partner:
    """Add a partner. Raises Conflict when its short name is taken."""
    _check(actor)
    rules.check_slug(slug)
    name, name_ar = rules.check_names(name, name_ar)
    partner = Partner(
        slug=slug, name=name, name_ar=name_ar, city=rules.clean_line(city), created_at=now
    )
    db.session.add(partner)
    try:
        db.session.flush()
    except IntegrityError:
        raise Conflict(
            say("There is a partner with the short name %(slug)s already.", slug=slug),
            todo=say("Choose another short name."),
        ) from None
    audit.record(actor, "partners.create", obj=f"partner:{partner.id}", details={"slug": slug})
    return partner


def edit_partner(
    *, actor: Actor, partner: Partner, name: str, name_ar: str = "", city: str = ""
) -> None:
    """Change what a partner is called."""
    _check(actor)
    name, name_ar = rules.check_names(name, name_ar)
    new = (name, name_ar, rules.clean_line(city))
    old = (partner.name, partner.name_ar, partner.city)
    if new == old:
        return
    partner.name, partner.name_ar, partner.city = new
    audit.record(
        actor,
        "partners.edit",
        obj=f"partner:{partner.id}",
        details={"before": list(old), "after": list(new)},
    )


def add_person(*, actor: Actor, partner: Partner, address: str, now: datetime) -> None:
    """Let somebody see the partner's page. Raises Invalid when nobody has that address."""
    _check(actor)
    person = find_person_by_address(address)
    if person is None:
        raise Invalid(
            say("Nobody has an account with this address, so nothing was changed."),
            todo=say("Check the address, or ask the person to create an account first."),
        )
    accounts.grant_role(
        actor=actor,
        person_id=person.id,
        role="partner",
        scope="partner",
        scope_id=partner.id,
        now=now,
    )


def remove_person(*, actor: Actor, partner: Partner, public_id: str) -> None:
    """Take the partner's page away from somebody."""
    _check(actor)
    person_id = db.session.scalar(
        select(Person.id)
        .join(RoleGrant, RoleGrant.person_id == Person.id)
        .where(Person.public_id == public_id, RoleGrant.role == "partner")
        .where(RoleGrant.scope == "partner", RoleGrant.scope_id == partner.id)
    )
    if person_id is None:
        raise NotFound
    accounts.revoke_role(
        actor=actor, person_id=person_id, role="partner", scope="partner", scope_id=partner.id
    )


def _check(actor: Actor) -> None:
    if not policies.can_manage_partners(actor):
        raise Forbidden(say("You may see this, but not change it."))

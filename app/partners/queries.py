"""What can be asked about partners."""

from sqlalchemy import select

from app.accounts.queries import name_column
from app.kernel.actors import Actor
from app.kernel.db import db
from app.kernel.errors import NotFound
from app.partners import policies
from app.partners.models import Partner

MOST = 500


def list_partners(actor: Actor) -> list[Partner]:
    """Return the partners that the actor may see, by name."""
    found = db.session.scalars(
        select(Partner)
        .where(policies.visible_to(actor))
        .order_by(name_column(Partner), Partner.id)
        .limit(MOST)
    )
    return list(found)


def get_partner(actor: Actor, slug: str) -> Partner:
    """Return a partner that the actor may see. Raises NotFound."""
    partner = db.session.scalar(
        select(Partner).where(Partner.slug == slug, policies.visible_to(actor))
    )
    if partner is None:
        raise NotFound
    return partner


def find_places_around(partner_id: int) -> dict[str, int] | None:
    """Return the places in which a partner lies: none; or None when there is no such partner."""
    return None if db.session.get(Partner, partner_id) is None else {}

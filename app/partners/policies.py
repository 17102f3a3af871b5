"""Who may see and change partners."""

from sqlalchemy import ColumnElement, true

from app.kernel.actors import Actor
from app.partners.models import Partner


def can_manage_partners(actor: Actor) -> bool:
    """Tell whether the actor may add and change partners."""
    return actor.can("partners.manage")


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the filter on partners that the actor may see."""
    found = actor.scopes("partners.view", "partner")
    return true() if found is None else Partner.id.in_(found)

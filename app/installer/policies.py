"""Who may change which plugins there are: never a center's staff."""

from app.kernel.actors import Actor
from app.plugins.policies import MANAGE


def can_install(actor: Actor) -> bool:
    """Tell whether the actor may install, upgrade, roll back and uninstall plugins."""
    return actor.can(MANAGE)

"""Who may decide what about plugins."""

from app.kernel.actors import Actor

MANAGE = "plugins.manage"
SWITCH = "plugins.switch"


def can_manage_plugins(actor: Actor) -> bool:
    """Tell whether the actor decides about plugins for the whole site."""
    return actor.can(MANAGE)


def can_switch_at_center(actor: Actor, center_id: int, *, is_open: bool) -> bool:
    """Tell whether the actor decides about a plugin at a center: only what is open to centers."""
    return actor.can(MANAGE) or (is_open and actor.can(SWITCH, center=center_id))

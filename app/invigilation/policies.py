"""Who watches over exams, says when they open, and gives whom more time."""

from app.centers.models import Cohort
from app.kernel.actors import Actor, Permission
from app.kernel.hooks import hooks
from app.kernel.i18n import say

PERMISSIONS = {
    "exams.invigilate": Permission(
        say("See who sits exams, and what they answered"), ("instructor", "manager", "admin")
    ),
    "exams.schedule": Permission(
        say("Say when exams open and close"), ("instructor", "manager", "admin")
    ),
    "accommodations.set": Permission(
        say("Give people more time or larger text in exams"), ("manager", "admin")
    ),
}


def register() -> None:
    """Declare the permissions of this feature."""
    for name, permission in PERMISSIONS.items():
        hooks.register(Permission, name, permission)


def can_invigilate(actor: Actor, cohort: Cohort) -> bool:
    """Tell whether the actor may see how a cohort sits its exams."""
    return actor.can("exams.invigilate", center=cohort.center_id, cohort=cohort.id)


def can_schedule(actor: Actor, cohort: Cohort, *, for_center: bool = False) -> bool:
    """Tell whether the actor says when a cohort, or its whole center, may begin exams."""
    own = {} if for_center else {"cohort": cohort.id}
    return actor.can("exams.schedule", center=cohort.center_id, **own)


def can_accommodate(actor: Actor, center_id: int, person_id: int) -> bool:
    """Tell whether the actor may give this person of a center more time; nobody does themselves."""
    return person_id != actor.id and actor.can("accommodations.set", center=center_id)

"""Who marks whose answers."""

from app.centers.models import Cohort
from app.kernel.actors import Actor


def can_mark(actor: Actor, cohort: Cohort) -> bool:
    """Tell whether the actor marks the answers of a cohort; never their own."""
    return actor.can("marking.mark", center=cohort.center_id, cohort=cohort.id)

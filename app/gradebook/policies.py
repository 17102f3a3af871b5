"""Who sets marks and says how they add up."""

from app.centers.models import Cohort
from app.kernel.actors import Actor


def can_change(actor: Actor, cohort: Cohort) -> bool:
    """Tell whether the actor may change marks of a cohort and how they add up."""
    return actor.can("gradebook.change", center=cohort.center_id, cohort=cohort.id)


def can_set_for(actor: Actor, cohort: Cohort, person_id: int) -> bool:
    """Tell whether the actor may change the marks of this member: nobody changes their own."""
    return can_change(actor, cohort) and person_id != actor.id

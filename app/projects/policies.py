"""Who reads and marks whose projects."""

from app.centers.models import Cohort
from app.kernel.actors import Actor
from app.marking.policies import can_mark


def can_mark_work(actor: Actor, cohort: Cohort, person_id: int) -> bool:
    """Tell whether the actor reads and marks what this member handed in: never their own."""
    return can_mark(actor, cohort) and person_id != actor.id

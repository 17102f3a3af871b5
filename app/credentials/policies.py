"""Who may award credentials and take them back. Nobody does for themselves."""

from app.centers.models import Cohort
from app.credentials.models import Credential
from app.kernel.actors import Actor


def can_award(actor: Actor, cohort: Cohort) -> bool:
    """Tell whether the actor may propose credentials in a cohort, and confirm those of others."""
    return actor.can("credentials.award", center=cohort.center_id, cohort=cohort.id)


def can_award_to(actor: Actor, cohort: Cohort, person_id: int) -> bool:
    """Tell whether the actor may do so for this member."""
    return can_award(actor, cohort) and person_id != actor.id


def can_see(actor: Actor, found: Credential) -> bool:
    """Tell whether the actor may see a credential of which they have the number."""
    return not found.is_private or found.person_id == actor.id


def can_revoke(actor: Actor, found: Credential) -> bool:
    """Tell whether the actor may revoke a credential or have its name corrected."""
    return found.person_id != actor.id and actor.can(
        "credentials.revoke", center=found.center_id, cohort=found.cohort_id
    )

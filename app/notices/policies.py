"""Who may write to whom."""

from app.kernel.actors import Actor


def can_write_to_cohort(actor: Actor, center_id: int, cohort_id: int) -> bool:
    """Tell whether the actor may write to a cohort: of a place where they work."""
    return actor.can("messages.send", center=center_id, cohort=cohort_id)

"""Who may do what in a center, with the filters that lists use for the same question."""

from sqlalchemy import ColumnElement, exists, or_, select, true

from app.centers.models import Center, CenterMember, Cohort, CohortMember
from app.kernel.actors import Actor

Filter = ColumnElement[bool]


def can_open_centers(actor: Actor) -> bool:
    """Tell whether the actor decides which centers there are."""
    return actor.can("centers.open")


def can_manage_center(actor: Actor, center_id: int) -> bool:
    """Tell whether the actor runs this center."""
    return actor.can("centers.manage", center=center_id)


def can_view_center(actor: Actor, center_id: int) -> bool:
    """Tell whether the actor may open the pages of this center."""
    return actor.can("centers.view", center=center_id)


def visible_centers(actor: Actor) -> Filter:
    """Return the filter on centers that the actor may see as staff."""
    found = actor.scopes("centers.view", "center")
    return true() if found is None else Center.id.in_(found)


def can_manage_cohort(actor: Actor, cohort: Cohort) -> bool:
    """Tell whether the actor may change this cohort."""
    return actor.can("cohorts.manage", center=cohort.center_id)


def can_view_cohort(actor: Actor, cohort: Cohort) -> bool:
    """Tell whether the actor may open this cohort and see its members."""
    return actor.can("cohorts.view", center=cohort.center_id, cohort=cohort.id)


def visible_cohorts(actor: Actor, permission: str = "cohorts.view") -> Filter:
    """Return the filter on cohorts for which the actor holds the permission."""
    centers = actor.scopes(permission, "center")
    if centers is None:
        return true()
    cohorts = actor.scopes(permission, "cohort") or frozenset()
    return or_(Cohort.center_id.in_(centers), Cohort.id.in_(cohorts))


def visible_people(actor: Actor, permission: str = "accounts.view") -> Filter:
    """Return the filter on rows of CenterMember for which the actor holds the permission.

    Who holds it for a cohort sees those of the cohort.
    """
    centers = actor.scopes(permission, "center")
    if centers is None:
        return true()
    cohorts = actor.scopes(permission, "cohort") or frozenset()
    in_cohort = exists(
        select(CohortMember.id)
        .join(Cohort, Cohort.id == CohortMember.cohort_id)
        .where(
            CohortMember.person_id == CenterMember.person_id,
            CohortMember.left_at.is_(None),
            Cohort.center_id == CenterMember.center_id,
            Cohort.id.in_(cohorts),
        )
    )
    return or_(CenterMember.center_id.in_(centers), in_cohort)

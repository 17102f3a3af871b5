"""Things of a center for tests, made through the services."""

from datetime import date
from typing import Any

from app.centers import services
from app.centers.models import CenterMember
from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import write


def make_center(slug: str = "kenitra", **values: Any) -> int:
    """Open a center and return its number."""
    values = {"name": slug.capitalize(), "now": clock.now()} | values
    with write():
        return services.open_center(actor=SYSTEM, slug=slug, **values).id


def make_cohort(center_id: int, name: str = "DA-7") -> tuple[int, str]:
    """Begin a cohort and return its number and public id."""
    with write():
        cohort = services.create_cohort(
            actor=SYSTEM,
            center_id=center_id,
            name=name,
            starts_on=date(2026, 1, 5),
            ends_on=date(2026, 6, 26),
            now=clock.now(),
        )
        return cohort.id, cohort.public_id


def belong(center_id: int, *people: Any, cohort_id: int | None = None) -> None:
    """Make people known to a center, and members of a cohort if one is named."""
    with write() as session:
        for person in people:
            session.add(
                CenterMember(center_id=center_id, person_id=person.id, joined_at=clock.now())
            )
    for person in people if cohort_id else ():
        with write():
            services.join_cohort(
                actor=SYSTEM, cohort_id=cohort_id, person_id=person.id, now=clock.now()
            )

"""What learners have in a course, and awarding a credential for it: for plugins with rules.

Actors are those of `app.sdk.people`. What is awarded is the core's: it stays when the plugin goes.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from app.accounts.queries import display_name
from app.centers import queries as centers
from app.centers.models import Cohort
from app.credentials import queries, results, services
from app.credentials.hooks import AwardCondition, Candidates, Reached
from app.credentials.queries import CohortCourse
from app.credentials.results import Graded, Results
from app.gradebook.queries import list_unreleased
from app.kernel import clock, i18n, place
from app.kernel.actors import Actor
from app.kernel.db import db
from app.kernel.hooks import hooks
from app.sdk.people import check_center

__all__ = [
    "AwardCondition",
    "Candidates",
    "CohortCourse",
    "Graded",
    "Reached",
    "Results",
    "award_credential",
    "find_own_results",
    "list_award_conditions",
    "list_cohort_courses",
    "list_own_courses",
    "list_results",
    "list_sponsors",
]


def _cohort(actor: Actor, center_id: int, cohort: str) -> Cohort:
    check_center(actor, center_id)
    return centers.get_cohort(actor, cohort, center_id)


def list_cohort_courses(actor: Actor, center_id: int, cohort: str) -> list[CohortCourse]:
    """Return the courses that members of a cohort began. Raises NotFound for others' cohorts."""
    found = _cohort(actor, center_id, cohort)
    return queries.list_cohort_courses(found.id, i18n.language.get())


def list_results(
    actor: Actor,
    center_id: int,
    cohort: str,
    course_id: int,
    asked: Mapping[str, int] = MappingProxyType({}),
) -> list[Results]:
    """Return what the members of a cohort have in a course. Raises NotFound for others' cohorts.

    `asked` are conditions of plugins (`list_award_conditions`) to look at, each with its number.
    """
    found = _cohort(actor, center_id, cohort)
    return results.list_results(found, course_id, i18n.language.get(), asked, now=clock.now())


def list_award_conditions(actor: Actor, center_id: int) -> dict[str, AwardCondition]:
    """Return what plugins that are on at a center let rules of award ask, by name."""
    check_center(actor, center_id)
    with place.at(center_id):
        return dict(hooks.collect(AwardCondition))


def list_sponsors(actor: Actor, center_id: int) -> dict[int, str]:
    """Return who may have financed a cohort's course: names, as one reads them, by number."""
    check_center(actor, center_id)
    return {one.id: display_name(one) for one in queries.list_sponsors()}


def list_own_courses(actor: Actor) -> list[CohortCourse]:
    """Return the courses that somebody takes in a cohort."""
    return [course for _, course in queries.list_courses_taken(actor.id, i18n.language.get())]


def find_own_results(
    actor: Actor, course: CohortCourse, asked: Mapping[str, int] = MappingProxyType({})
) -> Results | None:
    """Return what somebody has in a course that they take in a cohort, as far as they see it.

    Until marks are released, totals, exams and projects are as if they were not marked.
    """
    cohort = db.session.get(Cohort, course.cohort_id)
    rows = (
        results.list_results(cohort, course.id, i18n.language.get(), asked, now=clock.now())
        if cohort
        else []
    )
    own = next((one for one in rows if one.person_id == actor.id), None)
    if own is None or course.id not in list_unreleased(actor.id):
        return own
    return results.without_marks(own)


def award_credential(
    actor: Actor,
    center_id: int,
    cohort: str,
    course_id: int,
    person_id: int,
    why: Mapping[str, str],
    *,
    sponsor_id: int | None = None,
    expires_on: date | None = None,
) -> str:
    """Award a course to somebody and return the number; inside `write()`, from a job.

    `why` is the rule that was met, as a sentence in each language: it is frozen with the rest. The
    plugin answers for its being met. Raises Conflict when the person holds it already, or when it
    was revoked: then only two people award it again, by hand.
    """
    found = _cohort(actor, center_id, cohort)
    given = services.Given(person_id, found, course_id, why, sponsor_id, expires_on)
    return services.award_by_rule(actor=actor, given=given, now=clock.now()).public_id

"""What learners have in a course, and awarding a credential for it: for plugins with rules.

Actors are those of `app.sdk.people`. What is awarded is the core's: it stays when the plugin goes.
"""

from collections.abc import Mapping
from dataclasses import replace

from app.centers import queries as centers
from app.centers.models import Cohort
from app.credentials import queries, results, services
from app.credentials.queries import CohortCourse
from app.credentials.results import Graded, Results
from app.gradebook.queries import list_unreleased
from app.kernel import clock, i18n
from app.kernel.actors import Actor
from app.kernel.db import db
from app.sdk.people import check_center

__all__ = [
    "CohortCourse",
    "Graded",
    "Results",
    "award_credential",
    "find_own_results",
    "list_cohort_courses",
    "list_own_courses",
    "list_results",
]


def _cohort(actor: Actor, center_id: int, cohort: str) -> Cohort:
    check_center(actor, center_id)
    return centers.get_cohort(actor, cohort, center_id)


def list_cohort_courses(actor: Actor, center_id: int, cohort: str) -> list[CohortCourse]:
    """Return the courses that members of a cohort began. Raises NotFound for others' cohorts."""
    found = _cohort(actor, center_id, cohort)
    return queries.list_cohort_courses(found.id, i18n.language.get())


def list_results(actor: Actor, center_id: int, cohort: str, course_id: int) -> list[Results]:
    """Return what the members of a cohort have in a course. Raises NotFound for others' cohorts."""
    found = _cohort(actor, center_id, cohort)
    return results.list_results(found, course_id, i18n.language.get(), now=clock.now())


def list_own_courses(actor: Actor) -> list[CohortCourse]:
    """Return the courses that somebody takes in a cohort."""
    return [course for _, course in queries.list_courses_taken(actor.id, i18n.language.get())]


def find_own_results(actor: Actor, course: CohortCourse) -> Results | None:
    """Return what somebody has in a course that they take in a cohort, as far as they see it.

    Until marks are released, totals, exams and projects are as if they were not marked.
    """
    cohort = db.session.get(Cohort, course.cohort_id)
    found = (
        results.list_results(cohort, course.id, i18n.language.get(), now=clock.now())
        if cohort
        else []
    )
    own = next((one for one in found if one.person_id == actor.id), None)
    if own is None or course.id not in list_unreleased(actor.id):
        return own
    exams = tuple(replace(one, percent=None) for one in own.exams)
    projects = tuple(replace(one, percent=None) for one in own.projects)
    return replace(own, percent=None, exams=exams, projects=projects)


def award_credential(
    actor: Actor,
    center_id: int,
    cohort: str,
    course_id: int,
    person_id: int,
    why: Mapping[str, str],
) -> str:
    """Award a course to somebody and return the number; inside `write()`, from a job.

    `why` is the rule that was met, as a sentence in each language: it is frozen with the rest. The
    plugin answers for its being met. Raises Conflict when the person holds it already.
    """
    given = services.Given(person_id, _cohort(actor, center_id, cohort), course_id, why)
    return services.award_credential(actor=actor, given=given, now=clock.now()).public_id

"""Certificates for tests, made through the services, and what came of them."""

import json
from typing import Any

from app.centers.models import Cohort
from app.credentials import queries, services
from app.kernel import clock, jobs
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from app.learning.models import Enrollment
from tests.centers.making import belong, make_center, make_cohort
from tests.learning.test_learning import enroll, publish


def make_place(*people: Any) -> tuple[int, int, str]:
    """Return center, cohort and its public id, where everybody named has begun the course."""
    slug = publish()
    kenitra = make_center()
    cohort_id, public_id = make_cohort(kenitra)
    belong(kenitra, *people, cohort_id=cohort_id)
    for person in people:
        enroll(person, slug)
    return kenitra, cohort_id, public_id


def given(person: Any, cohort_id: int, **values: Any) -> services.Given:
    """Return what is to be awarded to somebody for the course that they began."""
    course_id = db.session.query(Enrollment.course_id).filter_by(person_id=person.id).scalar()
    cohort = db.session.get_one(Cohort, cohort_id)
    why = {"fr": "Cours terminé.", "ar": "أُكمل المقرر.", "en": "Course completed."}
    return services.Given(person.id, cohort, course_id, why, **values)


def award(person: Any, cohort_id: int, **values: Any) -> str:
    """Award the course to somebody, have it signed, and return its number."""
    with write():
        row = services.award_credential(
            actor=SYSTEM, given=given(person, cohort_id, **values), now=clock.now()
        )
        number = row.public_id
    jobs.drain()
    return number


def signed(number: str) -> Any:
    """Return the signed credential of a number."""
    db.session.expire_all()
    found = queries.find_credential(number)
    assert found is not None
    return json.loads(found.document)

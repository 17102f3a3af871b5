"""A cohort with a trainer, and a learner of it who may sit the exam."""

import pytest

from tests.centers.making import belong, make_center, make_cohort
from tests.exams.making import enroll, publish


@pytest.fixture
def kenitra(database):
    publish()
    return make_center()


@pytest.fixture
def cohort(kenitra):
    return make_cohort(kenitra)


@pytest.fixture
def amina(make_person, kenitra, cohort):
    person = make_person(name="Amina Alaoui")
    belong(kenitra, person, cohort_id=cohort[0])
    enroll(person)
    return person


@pytest.fixture
def trainer(make_person, cohort):
    """Return an instructor of the cohort who may not write the course."""
    return make_person(name="Formatrice", role="instructor", scope="cohort", scope_id=cohort[0])


@pytest.fixture
def manager(make_person, kenitra):
    return make_person(name="Responsable", role="manager", scope="center", scope_id=kenitra)


@pytest.fixture
def page(cohort):
    return f"/fr/c/kenitra/cohorts/{cohort[1]}/exams"

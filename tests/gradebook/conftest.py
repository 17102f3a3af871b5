"""A cohort with one learner and who trains it."""

import pytest

from tests.activities.test_answers import LESSONS
from tests.centers.making import belong, make_center, make_cohort
from tests.learning.test_learning import enroll, publish


@pytest.fixture
def kenitra(database):
    publish(LESSONS)
    return make_center()


@pytest.fixture
def amina(make_person, kenitra):
    return make_person(name="=Amina", name_ar="أمينة")


@pytest.fixture
def cohort(kenitra, amina):
    number, public_id = make_cohort(kenitra)
    belong(kenitra, amina, cohort_id=number)
    enroll(amina, "petit-cours")
    return number, public_id


@pytest.fixture
def page(cohort):
    return f"/fr/c/kenitra/cohorts/{cohort[1]}/gradebook"


@pytest.fixture
def trainer(make_person, sign_in, cohort):
    person = make_person(name="Formatrice", role="instructor", scope="cohort", scope_id=cohort[0])
    sign_in(person)
    return person

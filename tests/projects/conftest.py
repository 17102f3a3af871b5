"""A cohort of Kénitra with two learners and two markers."""

import pytest

from tests.centers.making import belong, make_center, make_cohort
from tests.learning.test_learning import enroll
from tests.projects.making import SLUG, TAXI, hand_in, publish


@pytest.fixture
def kenitra(database):
    publish()
    return make_center()


@pytest.fixture
def cohort(kenitra):
    return make_cohort(kenitra)


@pytest.fixture
def learners(make_person, kenitra, cohort):
    people = [make_person(name=name) for name in ("Amina", "Brahim")]
    for person in people:
        belong(kenitra, person, cohort_id=cohort[0])
        enroll(person, SLUG)
    return people


@pytest.fixture
def amina(learners, sign_in):
    sign_in(learners[0])
    return learners[0]


@pytest.fixture
def markers(make_person, cohort):
    return [
        make_person(name=name, role="instructor", scope="cohort", scope_id=cohort[0])
        for name in ("Nadia", "Omar")
    ]


@pytest.fixture
def desk(cohort):
    """The address of the cohort's list for the project."""
    return f"/fr/c/kenitra/cohorts/{cohort[1]}/projects/{SLUG}/taxi"


@pytest.fixture
def handed(client, amina):
    hand_in(client, ("taxi.py", TAXI))
    return amina


@pytest.fixture
def marker(handed, markers, sign_in):
    sign_in(markers[0])
    return markers[0]


@pytest.fixture
def work(desk, learners):
    return f"{desk}/{learners[0].public_id}"

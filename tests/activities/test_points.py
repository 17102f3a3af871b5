"""What staff see of their cohort's answers, as a page and as a file."""

import csv
import io

import pytest

from tests.activities.test_answers import LESSONS, check
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
    return f"/fr/c/kenitra/cohorts/{cohort[1]}/points"


@pytest.fixture
def trainer(make_person, sign_in, cohort):
    person = make_person(name="Formatrice", role="instructor", scope="cohort", scope_id=cohort[0])
    sign_in(person)
    return person


def test_an_empty_gradebook_says_what_it_waits_for(client, trainer, page):
    assert "Nobody of this cohort has answered anything yet" in client.get(page).text


def test_staff_see_what_each_member_earned_lesson_by_lesson(client, trainer, page, amina):
    check(amina.id, "quatre")
    check(amina.id, "cinq", lesson="deux")
    shown = client.get(page).text
    assert "1 of 4" in shown
    assert shown.count('scope="col"') == 4
    assert "=Amina" in shown
    assert "أمينة" in client.get(page.replace("/fr/", "/ar/")).text


def test_the_file_holds_the_same_and_no_formula(client, trainer, page, amina):
    check(amina.id, "quatre")
    answer = client.get(f"{page}.csv")
    assert answer.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))
    assert rows == [["Name", "Points", "Of", "Un"], ["'=Amina", "1.0", "2.0", "1.0"]]


def test_another_centers_staff_find_nothing(client, page, cohort, make_person, sign_in):
    rabat = make_center("rabat")
    sign_in(make_person(role="instructor", scope="center", scope_id=rabat))
    assert client.get(page).status_code == 404
    assert client.get(page.replace("kenitra", "rabat")).status_code == 404
    assert client.get(f"{page}.csv").status_code == 404


def test_a_gradebook_costs_the_same_for_many(client, trainer, page, amina, statements):
    check(amina.id, "quatre")
    client.get(page)
    with statements() as seen:
        client.get(page)
    assert len(seen) <= 10, seen

"""People and places have a name in each script: whoever reads finds theirs."""

import pytest

from app.centers import queries, services
from app.kernel import clock, i18n
from app.kernel.actors import SYSTEM
from app.kernel.db import write
from tests.centers.making import belong, make_center, make_cohort

SALMA, SALMA_AR = "Salma Ouazzani", "سلمى الوزاني"
PLACE, PLACE_AR = "Code 212 Kénitra", "كود 212 القنيطرة"


@pytest.fixture
def kenitra(database):
    return make_center("kenitra", name=PLACE, name_ar=PLACE_AR, city="Kénitra")


@pytest.fixture
def cohort(kenitra, make_person, sign_in):
    number, public_id = make_cohort(kenitra)
    belong(kenitra, make_person(SALMA, name_ar=SALMA_AR), cohort_id=number)
    sign_in(make_person("Nadia", role="manager", scope="center", scope_id=kenitra))
    return public_id


@pytest.mark.parametrize("page", ["people", "cohorts/{}", "staff"])
@pytest.mark.parametrize(("lang", "shown", "hidden"), [("ar", 1, 0), ("fr", 0, 1), ("en", 0, 1)])
def test_lists_and_breadcrumbs_show_the_name_in_the_script_of_the_page(
    client, cohort, page, lang, shown, hidden
):
    text = client.get(f"/{lang}/c/kenitra/{page.format(cohort)}").text
    assert (PLACE, PLACE_AR)[shown] in text
    assert (PLACE, PLACE_AR)[hidden] not in text
    if page != "staff":
        assert (SALMA, SALMA_AR)[shown] in text
        assert (SALMA, SALMA_AR)[hidden] not in text


def test_the_only_name_there_is_stands_in_every_language(client, cohort):
    assert "Nadia" in client.get("/ar/c/kenitra/staff").text


def test_a_list_is_sorted_by_the_names_that_it_shows(kenitra, make_person):
    for name, name_ar in (("Amine", "ياسين"), ("Zineb", "أحمد")):
        belong(kenitra, make_person(name, name_ar=name_ar))
    people = make_person("Admin", role="admin").actor

    def first(language):
        token = i18n.language.set(language)
        try:
            return queries.list_people(people, kenitra).rows[0].shown
        finally:
            i18n.language.reset(token)

    assert first("fr") == "Amine"
    assert first("ar") == "أحمد"


def test_a_person_in_two_cohorts_has_them_joined_with_the_comma_of_the_page(
    client, kenitra, make_person, sign_in
):
    person = make_person(SALMA)
    belong(kenitra, person, cohort_id=make_cohort(kenitra, "DA-6")[0])
    second = make_cohort(kenitra, "DA-7")[0]
    with write():
        services.join_cohort(
            actor=SYSTEM,
            cohort_id=second,
            person_id=person.id,
            now=clock.now(),
        )
    sign_in(make_person("Nadia", role="manager", scope="center", scope_id=kenitra))
    assert "<bdi>DA-6</bdi>، <bdi>DA-7</bdi>" in client.get("/ar/c/kenitra/people").text
    assert "<bdi>DA-6</bdi>, <bdi>DA-7</bdi>" in client.get("/fr/c/kenitra/people").text


def tabs_of(text):
    nav = text.split('<nav class="tabs')[1].split("</nav>")[0]
    return [line.split(">")[1].split("<")[0] for line in nav.splitlines() if "aria-current" in line]


def test_a_page_below_a_tab_keeps_that_tab_marked(client, cohort):
    assert tabs_of(client.get(f"/en/c/kenitra/cohorts/{cohort}").text) == ["Cohorts"]
    assert tabs_of(client.get(f"/en/c/kenitra/cohorts/{cohort}/edit").text) == ["Cohorts"]
    assert tabs_of(client.get("/en/c/kenitra/rosters").text) == ["People"]
    assert tabs_of(client.get("/en/c/kenitra/edit").text) == ["Center"]

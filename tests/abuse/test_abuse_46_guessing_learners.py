"""A partner finds no learner: addresses hold random ids, and its pages name only its own people."""

import re

from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import write
from app.partners.services import create_partner
from tests.centers.making import belong, make_center, make_cohort


def test_abuse_46_a_partner_sees_its_own_people_only(client, sign_in, make_person):
    kenitra = make_center("kenitra")
    learner = make_person("Amina Learner")
    cohort_id, cohort = make_cohort(kenitra)
    belong(kenitra, learner, cohort_id=cohort_id)
    with write():
        atlas = create_partner(actor=SYSTEM, slug="atlas", name="Atlas", now=clock.now()).id
        create_partner(actor=SYSTEM, slug="oriental", name="Oriental", now=clock.now())
    sign_in(make_person("Sponsor", role="partner", scope="partner", scope_id=atlas))
    page = client.get("/fr/partners/atlas").text
    assert "Sponsor" in page
    assert "Amina" not in page
    assert "Oriental" not in client.get("/fr/partners").text
    for url in (
        "/fr/partners/oriental",
        "/fr/c/kenitra/",
        "/fr/c/kenitra/people",
        f"/fr/c/kenitra/people/{learner.public_id}",
        f"/fr/c/kenitra/cohorts/{cohort}",
        f"/fr/notices/to-person/{learner.public_id}",
        "/fr/partners/atlas/edit",
    ):
        assert client.get(url).status_code in (403, 404), url


def test_abuse_46_no_page_counts_people_in_its_addresses(client, sign_in, make_person):
    kenitra = make_center("kenitra")
    learner = make_person("Amina")
    cohort_id, cohort = make_cohort(kenitra)
    belong(kenitra, learner, cohort_id=cohort_id)
    sign_in(make_person(role="manager", scope="center", scope_id=kenitra))
    for url in ("/fr/c/kenitra/people", f"/fr/c/kenitra/cohorts/{cohort}"):
        for link in re.findall(r'href="(/fr/c/[^"]+)"', client.get(url).text):
            assert not re.search(r"/\d+(/|$)", link), link
    for number in (learner.id, cohort_id):
        assert client.get(f"/fr/c/kenitra/people/{number}").status_code == 404
        assert client.get(f"/fr/c/kenitra/cohorts/{number}").status_code == 404

"""Thirty essays marked by keyboard alone, with every press counted."""

import pytest

from app.centers.models import Center
from app.kernel.db import db
from app.marking.models import HandMark
from tests.centers.making import make_cohort
from tests.learning.test_learning import publish
from tests.marking.making import ESSAY, hand_in

pytestmark = pytest.mark.browser
SLUG = "petit-cours"


@pytest.fixture(scope="module")
def place(site):
    """A cohort with thirty essays, and the cookie of who marks them."""

    def fill():
        publish({"un": ("Un", ESSAY)})
        center = db.session.query(Center).filter_by(slug="kenitra").one().id
        number, public_id = make_cohort(center, "DA-30")
        return center, number, public_id

    center, number, public_id = site.read(fill)
    people = [site.add_person(name=f"Apprenant {n}")[0] for n in range(30)]
    site.read(lambda: hand_in(center, number, *people))
    _, cookie = site.add_person(
        name="Formatrice", role="instructor", scope="cohort", scope_id=number
    )
    return f"/fr/c/kenitra/cohorts/{public_id}/marking", cookie, {p.id for p in people}


def test_thirty_answers_take_three_presses_each(visit, site, place):
    address, cookie, people = place
    page = visit(cookie=cookie).go(f"{address}/{SLUG}/un/q/why")
    presses = 0
    for number in range(30):
        page.wait_for_selector("form[data-marking] input:focus")
        shown = page.input_value("[name=answer]")
        for key in ("4", "5", "Enter"):
            page.keyboard.press(key)
            presses += 1
        page.wait_for_function(
            "(shown) => document.querySelector('[name=answer]')?.value !== shown", arg=shown
        )
        assert page.locator("main").count() == 1, number
    assert presses == 90
    assert page.locator('form[action$="/release"]').count() == 1
    marks = site.read(lambda: [h.points for h in db.session.query(HandMark)])
    assert marks == [350] * len(people)

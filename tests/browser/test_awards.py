"""A cohort's certificates from the dry run to what an employer sees on a small phone.

Everything without JavaScript; staff use the keyboard alone where they award.
"""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.accounts.models import Person
from app.centers.models import Center
from app.kernel import clock, jobs
from app.kernel.db import db, write
from app.learning.models import Enrollment
from tests.browser.conftest import PHONE
from tests.centers.making import belong, make_cohort
from tests.learning.test_learning import enroll, publish

pytestmark = [pytest.mark.browser, pytest.mark.shipped]


@pytest.fixture(scope="module")
def place(site):
    """A cohort of three, of whom two completed the course, and the cookies of two managers."""
    people = [site.add_person(name=name)[0] for name in ("Amina Tasi", "Hamid Alaoui", "Younes K")]

    def fill():
        slug = publish(key="awards")
        center = db.session.query(Center).filter_by(slug="kenitra").one().id
        number, public_id = make_cohort(center, "DA-44")
        belong(center, *people, cohort_id=number)
        for person in people:
            enroll(person, slug)
        with write() as session:
            mine = Enrollment.person_id.in_([person.id for person in people])
            session.execute(update(Enrollment).where(mine).values(cohort_id=number))
            done = Enrollment.person_id.in_([person.id for person in people[:2]])
            session.execute(update(Enrollment).where(done).values(completed_at=clock.now()))
        return center, f"/en/c/kenitra/x/certificates/{public_id}?course={slug}"

    center, address = site.read(fill)
    cookies = [
        site.add_person(name=name, role="manager", scope="center", scope_id=center)[1]
        for name in ("Hind", "Omar")
    ]
    return address, cookies, people


def press(page, name):
    """Press the only button of that name by keyboard."""
    page.get_by_role("button", name=name).focus()
    page.keyboard.press("Enter")


def says(page, *words):
    """Wait for the page to say something, and look that it does not scroll sideways."""
    for word in words:
        page.get_by_text(word).first.wait_for()
    width = page.viewport_size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_cohort_is_awarded_a_name_corrected_and_one_revoked(visit, site, place):
    address, cookies, people = place
    page, second = (visit(cookie=one, size=PHONE, js=False).go(address) for one in cookies)
    set_rule(page, second)
    page.goto(site.base + address)
    award(page, site)
    employer = visit(size=PHONE, js=False).page()
    correct(page, site, employer, people[0])
    page.goto(site.base + address)
    revoke(page, employer)
    second.goto(site.base + address)
    says(second, "Revoked")
    assert second.get_by_role("button", name="Award it").count() == 0


def set_rule(page, second):
    page.get_by_label("The course is completed").focus()
    page.keyboard.press("Space")
    press(page, "Propose it")
    says(page, "Waits for a second person")
    assert page.get_by_role("button", name="Agree").count() == 0
    second.reload()
    press(second, "Agree")
    says(second, "The rule counts from now on.", "Ready", "Not yet")


def award(page, site):
    says(page, "complete the course (0 of")
    press(page, "Award it to the 2 people who are ready")
    says(page, "The certificates are being made.")
    site.read(jobs.drain)
    page.get_by_role("link", name="Amina Tasi").wait_for()  # the page looks again by itself
    assert page.get_by_role("link", name="Younes K").count() == 0


def open_one(page, employer, name):
    """Open somebody's certificate as staff, and what everybody sees of it."""
    page.get_by_role("link", name=name).click()
    page.get_by_role("link", name="The page that everybody sees").click()
    employer.goto(page.url)
    says(employer, "This certificate is valid", name, "DA-44", "Kénitra")
    assert employer.locator("main h1").inner_text() == "This certificate is valid"
    page.go_back()


def correct(page, site, employer, person):
    open_one(page, employer, "Amina Tasi")
    wrong = employer.url
    site.read(lambda: rename(person, "Amina Tazi"))
    press(page, "Make it anew with the account's name")
    says(page, "It was made anew with the corrected name.")
    site.read(jobs.drain)
    employer.reload()
    employer.get_by_role("link", name="Open the one that counts").click()
    says(employer, "This certificate is valid", "Amina Tazi")
    assert employer.url != wrong


def revoke(page, employer):
    open_one(page, employer, "Hamid Alaoui")
    page.get_by_label("Why").fill("Somebody else sat the exam.")
    until = (clock.now() + timedelta(days=30)).date().isoformat()
    page.get_by_label("Can be appealed until").fill(until)
    press(page, "Revoke it")
    says(page, "It was revoked.")
    employer.reload()
    says(employer, "Somebody else sat the exam.")
    assert "revoked" in employer.locator("main h1").inner_text()


def rename(person, name):
    with write() as session:
        session.execute(update(Person).where(Person.id == person.id).values(name=name))

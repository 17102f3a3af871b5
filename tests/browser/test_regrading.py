"""A wrong key mended by its author in the browser; the learner reads on a phone why."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from app.activities.models import Score
from app.centers.models import Center
from app.kernel import jobs
from app.kernel.db import db
from tests.browser.conftest import PHONE
from tests.browser.test_instructor_journey import packed
from tests.browser.test_keyboard import tab_to
from tests.centers.making import belong, make_cohort
from tests.courses import samples
from tests.learning.test_learning import enroll
from tests.regrading.quizzes import A, B, quiz
from tests.regrading.quizzes import keep as keep_course

pytestmark = pytest.mark.browser
KEY = "cle-fausse"
LESSON = f"/ar/courses/{KEY}/un"
WHY = "La clé de la question était fausse."


@pytest.fixture(scope="module")
def place(site):
    """Two learners of a cohort and the author of their course."""

    def fill():
        keep_course(quiz(), key=KEY)
        center = db.session.scalars(select(Center.id).where(Center.slug == "kenitra")).one()
        return center, *make_cohort(center, "DA-cle")

    center, number, _ = site.read(fill)
    learners = [site.add_person(name=name, language="ar") for name in ("Amina", "Badr")]
    for person, _ in learners:
        site.read(lambda person=person: belong(center, person, cohort_id=number))
        site.read(lambda person=person: enroll(person, KEY))
    _, author = site.add_person(name="Salma Bennis", role="admin")
    return learners, author


def choose(page, words):
    page.get_by_label(words).check()
    page.locator(".quiz button[type=submit]").first.click()
    expect(page.locator(".quiz .fb")).to_be_visible()


def points(site, person):
    return site.read(
        lambda: db.session.scalar(select(Score.points).where(Score.person_id == person.id))
    )


def test_a_mended_key_gives_points_back_and_says_why(site, visit, place):
    learners, author = place
    phones = [visit(cookie=token, size=PHONE, locale="ar") for _, token in learners]
    for phone, words in zip(phones, (B, A), strict=True):
        choose(phone.go(LESSON), words)
    assert [points(site, person) for person, _ in learners] == [0, 100]

    page = mend(visit(cookie=author))
    assert page.locator("#marks ~ .kpis .v").all_inner_texts() == ["1", "1", "0"]
    assert "+1" in page.locator("#marks ~ .dots").inner_text()
    assert points(site, learners[0][0]) == 0, "a dry run changes nothing"
    decide(page)
    assert done(site, page) == ["1", "0", "1"]
    assert WHY in page.locator("#decided ~ .facts").inner_text()
    assert [points(site, person) for person, _ in learners] == [100, 100], "never lower"
    read_why(*phones)


def mend(browser):
    """Send the course with another right answer and go to what publishing it would do."""
    page = browser.go("/fr/studio/upload")
    mended = samples.course(key=KEY, lessons={"un": ("Un", quiz(right=B))})
    page.set_input_files("[name=archive]", packed(KEY, mended))
    page.locator('form[action$="/studio/upload"] button').click()
    page.locator('main a.btn.warm[href$="/publish"]').click()
    page.wait_for_url("**/publish")
    return page


def decide(page):
    """Choose with the keyboard alone that no mark falls, say why, and publish."""
    expect(page.locator("[name=regrade][value=raise]")).to_be_checked()
    tab_to(page, "[name=reason]", most=120)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(WHY)
    tab_to(page, 'form[action$="/publish"] button', most=40)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def done(site, page):
    """Do the job and return what the page says of it; one that met a busy database is tried again
    later."""
    for _ in range(60):
        site.read(jobs.drain)
        page.reload()
        found = page.locator("#marks ~ .kpis .v").all_inner_texts()
        if found != ["0", "0", "0"]:
            break
        page.wait_for_timeout(1000)
    return found


def read_why(risen, kept):
    """See why in the lesson and among the notices of whom it concerns, and of nobody else."""
    told = risen.go(LESSON)
    assert told.evaluate("document.dir") == "rtl"
    assert WHY in told.locator("article").inner_text()
    expect(told.locator(".quiz .fb.ok")).to_be_visible()
    assert told.evaluate("document.scrollingElement.scrollWidth - innerWidth") <= 1
    assert WHY in risen.go("/ar/notices").locator("main").inner_text()
    assert WHY not in kept.go("/ar/notices").locator("main").inner_text()

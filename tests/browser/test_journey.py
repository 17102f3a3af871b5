"""A new learner's way: from a link to a finished module, and on in another browser."""

import re
import secrets
import time

import pytest
from sqlalchemy import select

from app.accounts.models import Address
from app.kernel.db import db
from app.learning.models import Enrollment
from tests import letters
from tests.browser.conftest import PHONE, Wire

pytestmark = pytest.mark.browser

COURSE = "python-donnees"
MODULE = ("afficher", "variables", "texte", "lire-une-erreur")
AFTER = "si"
MOST_BYTES = 150_000
PLACED = """() => [...document.querySelectorAll('[id^="p-"]')].map((p) => p.id)"""
ON_TOP = """() => [...document.querySelectorAll('[id^="p-"]')]
  .find((p) => p.getBoundingClientRect().bottom > 60)?.id"""
SIDEWAYS = "document.documentElement.scrollWidth - innerWidth"


def taps_to_first_lesson(page):
    """Follow the two links that lead from the catalog to the first lesson."""
    page.locator(f'main a[href$="/courses/{COURSE}"]').first.click()
    page.wait_for_url(f"**/courses/{COURSE}")
    page.locator("a.btn.warm").first.click()
    page.wait_for_url(f"**/{COURSE}/{MODULE[0]}")
    return 2


def finish_lesson(page):
    page.locator('.lesson-end form[action$="/done"] button').click()


def sign_up(site, page):
    """Sign up from the course's page and confirm the address; return the address."""
    email = f"{secrets.token_hex(4)}@example.org"
    page.locator('a[href*="/sign-up"]:visible').first.click()
    page.fill("[name=name]", "Nour El Fassi")
    page.fill("[name=email]", email)
    page.fill("[name=password]", "quatre mots bien tranquilles")
    page.locator("main form button").click()
    page.wait_for_url("**/sign-up/sent")
    page.goto(site.base + site.read(lambda: letters.last_link(email)))
    page.locator("main form button").click()
    page.wait_for_load_state()
    return email


def person_of(site, email):
    return site.read(
        lambda: db.session.scalar(select(Address.person_id).where(Address.value == email))
    )


def place_of(site, person_id):
    return site.read(
        lambda: db.session.execute(
            select(Enrollment.last_lesson, Enrollment.last_place).where(
                Enrollment.person_id == person_id
            )
        ).one()
    )


def test_a_guest_reads_the_first_lesson_after_two_taps_on_a_slow_phone(visit):
    page = visit(size=PHONE, has_touch=True).page()
    wire = Wire(page)
    wire.slow()
    page.goto(page.url)
    page.goto(visit("visitor").base + "/fr/courses")
    assert taps_to_first_lesson(page) <= 2
    page.wait_for_load_state("networkidle")
    assert page.locator("article h1").is_visible()
    assert wire.bytes <= MOST_BYTES, wire.sizes


@pytest.mark.parametrize("js", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_learner_goes_from_the_catalog_to_a_finished_module(site, visit, js):
    browser = visit(size=PHONE, js=js)
    page = browser.go("/fr/courses")
    taps_to_first_lesson(page)
    finish_lesson(page)
    page.wait_for_load_state()
    email = sign_up(site, page)
    page.goto(f"{site.base}/fr/courses/{COURSE}")
    assert page.locator("ol.out li").first.locator("svg.star.done").count() == 1, "work is kept"
    page.locator('form[action$="/enroll"] button').click()
    page.wait_for_url(re.compile(f"/{COURSE}/{MODULE[1]}"))
    for lesson in MODULE[1:]:
        page.goto(f"{site.base}/ar/courses/{COURSE}/{lesson}")
        assert page.locator("html").get_attribute("dir") == "rtl"
        if js:
            assert page.evaluate(SIDEWAYS) <= 1
        finish_lesson(page)
        page.wait_for_load_state()
    page.goto(f"{site.base}/ar/courses/{COURSE}")
    module = page.locator("ol.out").first
    assert module.locator("svg.star.done").count() == len(MODULE)
    page.goto(f"{site.base}/ar/courses/{COURSE}/progress")
    assert page.locator("h1").count() == 1
    assert person_of(site, email)


def test_reading_goes_on_at_the_same_paragraph_in_another_browser(site, visit):
    person, token = site.add_person(name="Yasmine Alaoui")
    browser = visit(size=PHONE, cookie=token)
    page = browser.go(f"/ar/courses/{COURSE}")
    page.locator('form[action$="/enroll"] button').click()
    page.wait_for_load_state()
    page.goto(f"{site.base}/ar/courses/{COURSE}/{AFTER}")
    places = page.evaluate(PLACED)
    wanted = places[len(places) // 2]
    page.evaluate("id => document.getElementById(id).scrollIntoView()", wanted)
    page.goto(f"{site.base}/ar/courses")
    until = time.monotonic() + 5
    while place_of(site, person.id) == (None, None) and time.monotonic() < until:
        time.sleep(0.1)  # the page's last message is sent while it goes
    assert place_of(site, person.id)[0] == AFTER
    other = visit(size=PHONE, cookie=token).go(f"/ar/courses/{COURSE}/continue")
    other.wait_for_load_state("networkidle")
    reached = other.evaluate(ON_TOP)
    assert abs(places.index(reached) - places.index(wanted)) <= 1, (wanted, reached)


def test_the_language_of_a_lesson_changes_in_place(site, visit):
    page = visit().go(f"/fr/courses/{COURSE}/{MODULE[0]}")
    page.locator(".reading a[lang=ar]").click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == "fr", "the interface stays"
    assert page.locator("article.prose").get_attribute("dir") == "rtl"
    page.locator(".langs a[lang=ar]").click()
    page.wait_for_url(f"**/ar/courses/{COURSE}/{MODULE[0]}*")
    assert page.locator("html").get_attribute("dir") == "rtl"

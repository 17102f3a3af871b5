"""Two-step sign-in on a phone, without JavaScript: set up, used, and readable for everybody."""

import base64
import re

import pytest

from app.kernel import clock
from app.secondfactor import rules
from app.signin import rules as passwords
from tests.browser.conftest import PHONE
from tests.browser.test_pages import AXE, RUN, SIDEWAYS

pytestmark = pytest.mark.browser
PASSWORD = "quatre mots en ligne"
HASH = passwords.hash_password(PASSWORD)


def look(page):
    """Return what is wrong with a page for people who see or move differently."""
    faults = []
    page.evaluate(AXE.read_text("utf-8"))
    for width in (320, 360, 1366):
        page.set_viewport_size({"width": width, "height": 740})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            faults += [f"{width} px, {theme}: {fault}" for fault in page.evaluate(RUN, None)]
        if page.evaluate(SIDEWAYS) > 1:
            faults.append(f"scrolls sideways at {width} px")
    return faults


def send(page, **fields):
    """Fill the first form of a page and press its first button."""
    for name, value in fields.items():
        page.fill(f"main form [name={name}] >> nth=0", value)
    page.click("main form button >> nth=0")
    page.wait_for_load_state("load")


def set_up(page, seen):
    """Switch it on, look at each page on the way, and return the codes for paper."""
    seen["begin"] = look(page)
    send(page, password=PASSWORD)
    page.click("main details summary")
    seen["key"] = look(page)
    key = base64.b32decode(page.inner_text("main .secret").replace(" ", ""))
    send(page, code=rules.code_at(key, clock.now()))
    page.wait_for_selector("main .codes")
    seen["codes"] = look(page)
    paper = page.locator("main .codes bdi").all_inner_texts()
    page.click("main a.btn")
    seen["on"] = look(page)
    return paper


def sign_out(page):
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.click(".menu.phone summary")
    page.click(".menu.phone form button")
    page.wait_for_url(re.compile(r"/(fr|ar)/$"))


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_every_page_of_the_two_steps_can_be_read_by_everybody(site, visit, lang):
    person, cookie = site.add_person(email=f"steps-{lang}@example.org", password_hash=HASH)
    browser = visit(size=PHONE, reduced_motion="reduce", cookie=cookie)
    page, seen = browser.go(f"/{lang}/account/second-factor"), {}
    paper = set_up(page, seen)
    sign_out(page)
    browser.go(f"/{lang}/sign-in", page)
    send(page, email=person.email, password=PASSWORD)
    page.wait_for_url(re.compile(r"/sign-in/code"))
    seen["step"] = look(page)
    send(page, code="000000")
    assert page.locator(".errors").count() == 1
    seen["wrong"] = look(page)
    browser.go(f"/{lang}/sign-in/recovery", page)
    seen["paper"] = look(page)
    send(page, code=paper[0])
    page.wait_for_url(re.compile(rf"/{lang}/$"))
    assert page.goto(f"{site.base}/{lang}/account").status == 200
    assert {name: faults for name, faults in seen.items() if faults} == {}


def test_signing_out_takes_one_tap_without_javascript(site, visit):
    _, cookie = site.add_person(email="leaves@example.org")
    page = visit(size=PHONE, js=False, cookie=cookie).go("/fr/courses")
    sign_out(page)
    page.goto(f"{site.base}/fr/account")
    assert "/fr/sign-in?next=" in page.url

"""A course taken along and read in flight mode, on a phone that several people use."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser

COURSE = "python-donnees"
COVER = f"/courses/{COURSE}"
LESSONS = 9
GO, STATUS = "[data-part=go]", "[data-part=status]"
HAS_PICTURES = """async () => {
  const images = [...document.querySelectorAll('article img')];
  for (const image of images) { image.loading = 'eager'; await image.decode(); }
  return images.length > 0 && images.every((image) => image.naturalWidth > 0);
}"""


def take(browser, lang="fr", text=None):
    page = browser.go(f"/{lang}{COVER}" + (f"?in={text}" if text else ""))
    page.click(GO)
    expect(page.locator(".saved:not(.wait) " + STATUS)).to_be_visible(timeout=30_000)
    return page


def worker_of(page):
    return page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)")


def test_a_course_is_taken_along_and_read_in_flight_mode(visit):
    browser = visit("learner", size=PHONE)
    page = browser.go(f"/fr{COVER}")
    page.wait_for_selector("[data-take]:not([hidden])")
    assert worker_of(page) == 0, "no worker before one asks"
    page = take(browser, "ar")
    names = page.evaluate("caches.keys()")
    assert f"kept/ar/{COURSE}/ar" in names
    browser.context.set_offline(True)
    page = browser.go(f"/ar{COVER}/afficher")
    assert page.locator("html").get_attribute("dir") == "rtl"
    assert page.locator("article.prose").get_attribute("lang") == "ar"
    assert page.evaluate(HAS_PICTURES)
    assert page.evaluate("document.fonts.check('16px Readex', 'ب')")
    assert "Zineb" not in page.content()
    page.click("a[rel=next]")
    expect(page.locator("article.prose h1")).to_be_visible()
    page.go_back()
    page.click("[data-part=finish]")
    expect(page.locator("[data-part=later]")).to_be_visible()
    page.goto(browser.base + f"/ar{COVER}")
    assert page.locator("[data-lesson]").count() == LESSONS

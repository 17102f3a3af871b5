"""A course taken along and read in flight mode, on a phone that several people use."""

import re
from functools import partial

import pytest
from playwright.sync_api import expect

from app.courses.services import check_files, import_course, publish_course
from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import write
from tests.browser.conftest import PHONE, Wire
from tests.browser.test_pages import AXE, RUN, SIDEWAYS
from tests.courses import samples

pytestmark = pytest.mark.browser

COURSE = "python-donnees"
COVER = f"/courses/{COURSE}"
LESSONS = 10
GO, STATUS = "[data-part=go]", "[data-part=status]"
HAS_PICTURES = """async () => {
  const images = [...document.querySelectorAll('article img')];
  for (const image of images) { image.loading = 'eager'; await image.decode(); }
  return images.length > 0 && images.every((image) => image.naturalWidth > 0);
}"""


@pytest.fixture
def phone(visit):
    """Open a browser of the size of a phone."""
    return partial(visit, size=PHONE, loses_network=True)


def take(browser, lang="fr", text=None):
    page = browser.go(f"/{lang}{COVER}" + (f"?in={text}" if text else ""))
    page.click(GO)
    expect(page.locator(".saved:not(.wait) " + STATUS)).to_be_visible(timeout=30_000)
    return page


def worker_of(page):
    return page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)")


def test_a_course_is_taken_along_and_read_in_flight_mode(phone):
    browser = phone("learner")
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


def test_what_is_not_kept_says_so_in_the_language_asked(phone):
    browser = phone("learner")
    page = take(browser)
    browser.context.set_offline(True)
    for path, heading in (
        ("/ar/courses", ""),
        ("/fr/account", ""),
        (f"/fr{COVER}/nothing", ""),
        ("/en/", "No network"),
    ):
        page = browser.go(path)
        assert page.locator("html").get_attribute("lang") == path[1:3]
        assert heading in page.locator("h1").inner_text()
        expect(page.locator("[data-part=missing]")).to_be_visible()
        expect(page.locator("[data-shelf] li a")).to_have_count(1)
    page = browser.go("/fr/offline")
    expect(page.locator("[data-shelf] li a")).to_have_count(1)
    expect(page.locator("[data-part=missing]")).to_be_hidden()
    page.click("[data-shelf] li a")
    expect(page.locator("[data-lesson]")).to_have_count(LESSONS)
    page.goto(browser.base + f"/fr{COVER}/continue")
    expect(page.locator("[data-lesson]")).to_have_count(LESSONS)


def test_what_is_removed_is_gone_with_the_worker(phone):
    browser = phone("learner")
    take(browser)
    page = browser.go("/fr/offline")
    page.click("[data-shelf] li button")
    expect(page.locator("[data-part=none]")).to_be_visible()
    assert page.evaluate("caches.keys()") == []
    assert worker_of(page) == 0
    page = browser.go(f"/fr{COVER}")
    expect(page.locator(GO)).to_be_visible()
    expect(page.locator("[data-part=remove]")).to_be_hidden()


def test_two_people_on_one_phone_find_no_trace_of_each_other(site, phone):
    browser = phone("learner")
    page = take(browser)
    other, token = site.add_person(name="Yassine Alaoui")
    browser.context.clear_cookies()
    browser.context.add_cookies([{"name": "sid", "value": token, "url": site.base}])
    assert "Yassine" in browser.go(f"/fr{COVER}").content()
    browser.context.set_offline(True)
    for path in (f"/fr{COVER}", f"/fr{COVER}/afficher", "/fr/", "/fr/account", "/fr/offline"):
        text = browser.go(path).content()
        for name in ("Zineb", "Yassine", "learner@", 'name="csrf_token"'):
            assert name not in text, (path, name)
    kept = page.evaluate(
        """async () => {
          let text = '';
          for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const key of await cache.keys()) {
              const found = await cache.match(key);
              text += key.url + JSON.stringify([...found.headers]) + await found.text();
            }
          }
          return text;
        }"""
    )
    for name in ("Zineb", "Yassine", "sid=", "set-cookie", 'name="csrf_token"'):
        assert name not in kept


def test_a_module_is_taken_alone_and_the_rest_later(phone):
    browser = phone("learner")
    page = browser.go(f"/fr{COVER}")
    page.click("[data-take] summary")
    page.click("[data-part=module] >> nth=0")
    expect(page.locator(".saved:not(.wait) " + STATUS)).to_be_visible(timeout=30_000)
    browser.context.set_offline(True)
    page = browser.go(f"/fr{COVER}")
    expect(page.locator("[data-lesson] small")).to_have_count(6)
    browser.context.set_offline(False)
    page = browser.go(f"/fr{COVER}")
    page.click(GO)
    expect(page.locator(STATUS)).to_contain_text(str(LESSONS), timeout=30_000)
    expect(page.locator(".saved:not(.wait) " + STATUS)).to_be_visible()


def test_a_lost_network_keeps_what_has_come_and_goes_on_from_there(phone):
    browser = phone("learner")
    page = browser.page()
    page.context.route("**/offline/**/variables?*", lambda route: route.abort())
    page.goto(browser.base + f"/fr{COVER}")
    page.click(GO)
    page.wait_for_selector("[data-state=lost]", timeout=30_000)
    browser.context.set_offline(True)
    assert browser.go(f"/fr{COVER}/afficher").locator("article.prose h1").count() == 1
    expect(browser.go(f"/fr{COVER}/variables").locator("[data-part=missing]")).to_be_visible()
    browser.context.set_offline(False)
    page.context.unroute("**/offline/**/variables?*")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.click(GO)
    expect(page.locator(".saved:not(.wait) " + STATUS)).to_be_visible(timeout=30_000)
    assert not [url for url in asked if "/fr/afficher?token" in url], "it is not fetched again"


def test_a_stopped_download_goes_on_after_the_page_was_closed(phone):
    browser = phone("learner")
    page = browser.page()
    page.context.route("**/offline/**/variables?*", lambda route: None)  # it never comes
    page.goto(browser.base + f"/fr{COVER}")
    with page.expect_request("**/variables?*"):
        page.click(GO)
    page.wait_for_selector("[data-state=under]")
    page.click("[data-part=stop]")
    page.wait_for_selector("[data-state=stopped]")
    page.context.unroute("**/offline/**/variables?*")
    page.close()
    page = browser.go(f"/fr{COVER}")
    page.wait_for_selector("[data-state=partly]")
    page.click(GO)
    expect(page.locator(".saved:not(.wait) " + STATUS)).to_be_visible(timeout=30_000)


def test_a_slow_network_does_not_keep_a_reader_waiting(phone):
    browser = phone("learner")
    take(browser)
    page = browser.page()
    wire = Wire(page)
    wire.slow(latency=60_000)
    worker = browser.context.service_workers[0]
    assert worker
    browser.context.route(f"**/fr{COVER}/afficher", lambda route: None)
    page.goto(browser.base + f"/fr{COVER}/afficher", timeout=8_000, wait_until="commit")
    expect(page.locator("[data-part=finish]")).to_be_visible()


def test_a_full_phone_keeps_what_fits_and_says_so(phone):
    browser = phone("learner")
    page = browser.go(f"/fr{COVER}")
    session = page.context.new_cdp_session(page)
    session.send("Storage.overrideQuotaForOrigin", {"origin": browser.base, "quotaSize": 250_000})
    page.click(GO)
    expect(page.locator("[data-part=stop]")).to_be_hidden(timeout=30_000)
    expect(page.locator(STATUS)).to_contain_text(re.compile("room|place"))
    browser.context.set_offline(True)
    assert browser.go(f"/fr{COVER}/afficher").locator("article.prose h1").count() == 1


def publish(site, text):
    lessons = {"un": ("Un", text), "deux": ("Deux", "Deuxième. " * 500)}
    files = samples.course(lessons=lessons)
    for path in files:
        if path.endswith(".fr.md"):
            files[path] = files[path].replace(b"minutes: 10", b"minutes: 10\npreview: true")

    def act():
        with write():
            made = import_course(actor=SYSTEM, checked=check_files(files), now=clock.now())
            publish_course(actor=SYSTEM, revision_id=made.revision_id, now=clock.now())
        return made.slug

    return site.read(act)


def test_a_newer_version_costs_what_has_changed_and_the_old_one_stays_until_then(site, phone):
    slug = publish(site, "Premier, avec une fotte.")
    browser = phone()
    page = browser.go(f"/fr/courses/{slug}")
    page.click(GO)
    expect(page.locator(".saved:not(.wait) " + STATUS)).to_be_visible(timeout=30_000)
    publish(site, "Premier, sans faute.")
    page.reload()
    expect(page.locator(GO)).to_contain_text(re.compile(r"\d"))
    browser.context.set_offline(True)
    assert "fotte" in browser.go(f"/fr/courses/{slug}/un").content()
    browser.context.set_offline(False)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.click(GO)
    expect(page.locator(".saved:not(.wait) " + STATUS)).to_be_visible(timeout=30_000)
    assert [url for url in asked if "/un?token" in url]
    assert not [url for url in asked if "/deux?token" in url]
    browser.context.set_offline(True)
    assert "sans faute" in browser.go(f"/fr/courses/{slug}/un").content()


def test_pictures_and_letters_wait_where_one_asked_for_fewer_data(phone):
    browser = phone("learner")
    page = browser.go("/fr/offline")
    page.click("form[action$=data] button")
    expect(page.locator("html[data-low]")).to_have_count(1)  # the answer with the cookie is here
    page = browser.page()
    wire = Wire(page)
    page.goto(browser.base + f"/fr{COVER}/afficher")
    page.wait_for_load_state("networkidle")
    assert not [url for url in wire.requests if ".woff2" in url or "/files/" in url]
    page.click("article details.more summary")
    expect(page.locator("article details img")).not_to_have_js_property("naturalWidth", 0)
    page.wait_for_load_state("networkidle")
    assert [url for url in wire.requests if "/files/" in url]


def test_the_meter_counts_what_this_browser_loaded(phone):
    browser = phone("learner")
    page = browser.page()
    wire = Wire(page)
    for path in (f"/fr{COVER}/afficher", "/fr/courses", "/fr/account"):
        page.goto(browser.base + path)
        page.wait_for_load_state("networkidle")
    loaded = wire.bytes
    page.goto(browser.base + "/fr/offline")
    counted = int(page.evaluate("localStorage.used").split(" ")[1])
    assert 0.7 * loaded < counted < 1.3 * loaded, (counted, loaded)
    expect(page.locator("[data-part=meter]")).to_contain_text(re.compile(r"\d"))


def test_taking_a_course_costs_about_what_was_said(phone):
    browser = phone("learner")
    page = browser.page()
    wire = Wire(page)
    page.goto(browser.base + f"/fr{COVER}")
    page.wait_for_load_state("networkidle")
    said = int(re.search(r"\((\d+)\s", page.locator(GO).inner_text())[1]) * 1000
    wire.reset()
    page.click(GO)
    expect(page.locator(".saved:not(.wait) " + STATUS)).to_be_visible(timeout=30_000)
    page.wait_for_load_state("networkidle")
    assert wire.bytes <= said * 1.35, (wire.bytes, said)
    wire.reset()
    page.goto(browser.base + f"/fr{COVER}")
    page.wait_for_load_state("networkidle")
    assert wire.bytes <= 8_000
    assert len([url for url in wire.requests if "/static/" not in url]) <= 1, wire.requests


def test_without_javascript_nothing_is_offered(phone):
    page = phone("learner", js=False).go(f"/fr{COVER}")
    expect(page.locator("[data-take]")).to_be_hidden()


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_kept_pages_can_be_read_by_everybody(phone, lang):
    browser = phone("learner", reduced_motion="reduce", bypass_csp=True)
    take(browser, lang)
    pages = {"cover": f"/{lang}{COVER}"}
    browser.context.set_offline(False)
    faults = look_at(browser, pages)
    browser.context.set_offline(True)
    pages = {
        "contents": f"/{lang}{COVER}",
        "lesson": f"/{lang}{COVER}/afficher",
        "shell": f"/{lang}/account",
    }
    assert faults + look_at(browser, pages) == []


def look_at(browser, pages):
    faults = []
    for name, path in pages.items():
        page = browser.go(path)
        page.wait_for_timeout(300)
        page.evaluate(AXE.read_text("utf-8"))
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            rules = None if theme == "light" else ["color-contrast"]
            faults += [f"{name}, {theme}: {v}" for v in page.evaluate(RUN, rules)]
            if page.evaluate(SIDEWAYS) > 0:
                faults.append(f"{name} scrolls sideways")
    return faults

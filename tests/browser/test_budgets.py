"""What pages cost on the wire."""

import brotli
import pytest
from werkzeug.test import Client

from tests.browser.conftest import PHONE, Wire

pytestmark = pytest.mark.browser

LESSON = "/courses/python-donnees/afficher"
FIRST = {"fr": 60_000, "en": 60_000, "ar": 80_000}
MOST_REQUESTS = 8
REPEAT = 8_000
CSS, JS, HTML = 10_000, 12_000, 8_000
CATALOG = 60_000


def load(page, url):
    wire = Wire(page)
    page.goto(url)
    page.wait_for_load_state("networkidle")
    return wire


def come_back(page, wire, url):
    """Open a page again, and once more if the browser was still writing what it had loaded."""
    for _ in range(2):
        wire.reset()
        page.goto(url)
        page.wait_for_load_state("networkidle")
        if len(asked(wire)) <= 1:
            return


def asked(wire):
    """Return what was asked for a page; the icon of its tab belongs to none."""
    return [url for url in wire.requests if "/sign-in" not in url and "/mark." not in url]


@pytest.mark.parametrize("role", ["visitor", "learner"])
@pytest.mark.parametrize("lang", ["fr", "ar", "en"])
def test_a_lesson_is_light_at_the_first_visit_and_nothing_at_the_next(site, visit, lang, role):
    page = visit(role, size=PHONE).page()
    wire = load(page, f"{site.base}/{lang}{LESSON}")
    assert wire.bytes <= FIRST[lang], wire.bytes
    assert len(wire.requests) <= MOST_REQUESTS, wire.requests
    come_back(page, wire, f"{site.base}/{lang}{LESSON}")
    assert len(asked(wire)) <= 1, wire.requests
    assert wire.bytes <= REPEAT


@pytest.mark.parametrize("path", ["/courses", "/"])
def test_the_pages_one_begins_with_are_light(site, visit, path):
    wire = load(visit(size=PHONE).page(), f"{site.base}/fr{path}")
    assert wire.bytes <= CATALOG, wire.bytes


@pytest.mark.parametrize("role", ["learner", "visitor"])
@pytest.mark.parametrize("lang", ["fr", "ar"])
@pytest.mark.parametrize("path", ["/courses", "/courses/python-donnees", "/account", "/"])
def test_a_learners_page_is_one_small_request_at_the_next_visit(site, visit, lang, path, role):
    page = visit(role, size=PHONE).page()
    wire = load(page, f"{site.base}/{lang}{path}")
    come_back(page, wire, f"{site.base}/{lang}{path}")
    assert len(asked(wire)) <= 1, wire.requests
    assert wire.bytes <= REPEAT


def test_styles_scripts_and_pages_stay_small(site):
    client = Client(site.app)  # takes compressed answers as they are
    page = client.get(f"/fr{LESSON}", headers={"Accept-Encoding": "br"})
    assert len(page.data) <= HTML
    html = brotli.decompress(page.data).decode()
    sheets = [part.split('"')[0] for part in html.split('rel="stylesheet" href="')[1:]]
    scripts = [part.split('"')[0] for part in html.split('src="/static/js/')[1:]]
    assert sheets
    assert scripts

    def size(urls):
        found = [client.get(url, headers={"Accept-Encoding": "br"}) for url in urls]
        assert all(one.headers["Content-Encoding"] == "br" for one in found)
        return sum(len(one.data) for one in found)

    assert size(sheets) <= CSS
    assert size(f"/static/js/{name}" for name in scripts) <= JS

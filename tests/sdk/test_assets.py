"""Styles and scripts of a plugin: on the pages that show something of it, and on no other."""

import re
from importlib.resources import files

import brotli
import pytest

COURSE = "/en/courses/first-steps"
LINKS = re.compile(r'/static/x/corner/[^"]+')
SCRIPT = files("app.offline") / "static" / "offline.js"
OFFER = re.compile(r'data-short="([0-9a-f]{8})" data-text="en" data-token="([^"]+)"')
BLOCK = "## A corner\n\n````corner {#here}\n````\n"


def links_on(browser, path, status=200):
    answer = browser.get(path)
    assert answer.status_code == status, path
    return LINKS.findall(answer.get_data(as_text=True))


def test_pages_that_show_something_of_a_plugin_link_its_files_once(as_user, center, add_lesson):
    at = center("kenitra")
    learner, staff = as_user("learner", at, enrolled=True), as_user("instructor", at, name="Calm")
    lesson = add_lesson({"en": BLOCK}, learner, at=at)
    pages = [
        (learner, "/en/"),
        (learner, COURSE),
        (learner, f"{COURSE}/hello"),
        (learner, f"/en{lesson}"),
        (staff, "/en/c/kenitra/x/corner/"),
    ]
    for browser, path in pages:
        css, js = links_on(browser, path)
        assert css.endswith(".css"), path
        assert js.endswith(".js"), path


def test_other_pages_link_none(as_user, center):
    center("kenitra")
    learner = as_user("learner", center("off", on=False), enrolled=True)
    for path in ("/en/", COURSE, f"{COURSE}/hello", "/en/account", "/en/courses"):
        assert links_on(learner, path) == [], path
    assert links_on(as_user("learner", center("on"), name="Nobody"), "/en/") == []


def test_a_page_that_is_closed_links_none(as_user, center):
    center("off", on=False)
    assert links_on(as_user("admin"), "/en/c/off/x/corner/", 404) == []


def test_a_card_that_fails_links_none(as_user, center):
    assert links_on(as_user("learner", center(), enrolled=True, name="Breaker"), "/en/") == []


def test_a_lesson_that_a_phone_keeps_links_what_its_block_needs(as_user, center, add_lesson):
    """The phone fetches what the script for it finds in its copy of the lesson."""
    at = center("kenitra")
    learner = as_user("learner", at, enrolled=True)
    lesson = add_lesson({"en": BLOCK}, learner, at=at)
    cover = lesson.rpartition("/")[0]
    short, token = OFFER.search(learner.get(f"/en{cover}").text).groups()
    base = f"/en/offline/{cover.rpartition('/')[2]}/{short}/en"
    edition = f"{base}/hello?token={token}"
    css, js = links_on(learner, edition)
    assert (css[-4:], js[-3:]) == (".css", ".js")
    found = re.search(r"html\.match\(/(.+?)/g\)", SCRIPT.read_text("utf-8"))[1]
    assert re.findall(found, learner.get(edition).text) == [css, js]
    assert all(learner.get(link).status_code == 200 for link in (css, js))


@pytest.mark.parametrize("encoding", ["br", "identity"])
def test_files_are_named_by_their_content_and_kept_for_ever(as_user, center, encoding):
    browser = as_user("learner", center(), enrolled=True)
    css = next(link for link in links_on(browser, "/en/") if link.endswith(".css"))
    assert re.search(r"\.[0-9a-f]{10}\.css$", css)
    answer = browser.get(css, headers={"Accept-Encoding": encoding})
    assert "immutable" in answer.headers["Cache-Control"]
    content = brotli.decompress(answer.data) if encoding == "br" else answer.data
    assert b"url(/static/x/corner/mark." in content

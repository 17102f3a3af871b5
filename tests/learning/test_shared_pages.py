"""A lesson's page is made once for all who have come as far; what is one person's never moves."""

import re

import pytest

from app.web.shared import render_shared
from tests.conftest import add_session
from tests.learning.test_learning import enroll, finish, publish

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture
def readers(app, make_person):
    """Two learners of one course, each with a browser of their own."""
    slug = publish()
    found = []
    for name in ("Nadia <Berrada>", "Yassine Alaoui"):
        person = make_person(name=name)
        enroll(person, slug)
        browser = app.test_client()
        browser.set_cookie("sid", add_session(person))
        found.append((person, browser))
    return slug, found


@pytest.fixture
def kept(app):
    """How many pages are kept."""
    app.extensions["shared_pages"].clear()
    return lambda: len(app.extensions["shared_pages"])


def test_two_who_have_come_as_far_see_the_same_but_for_what_is_their_own(readers, kept):
    slug, people = readers
    seen = []
    for _, browser in people:
        first, again = (browser.get(f"/fr/courses/{slug}/un").text for _ in range(2))
        assert TOKEN.sub("", first) == TOKEN.sub("", again)
        seen.append(first)
    (nadia, _), (yassine, _) = people
    assert "Nadia &lt;Berrada&gt;" in seen[0]
    assert "Yassine Alaoui" in seen[1]
    for other, page in ((yassine, seen[0]), (nadia, seen[1])):
        assert other.name.split()[0] not in page
        assert other.public_id not in page
        assert "\0" not in page
    assert set(TOKEN.findall(seen[0])).isdisjoint(TOKEN.findall(seen[1]))
    assert kept() == 1


def test_what_somebody_finished_shows_on_their_page_alone(readers, kept):
    slug, ((nadia, hers), (_, his)) = readers
    finish(nadia, slug, "un")
    assert "This lesson is done" in hers.get(f"/fr/courses/{slug}/un").text
    assert "This lesson is done" not in his.get(f"/fr/courses/{slug}/un").text
    assert kept() == 2


def test_a_message_is_seen_once_and_is_kept_nowhere(readers, kept):
    slug, ((_, hers), (_, his)) = readers
    hers.post(f"/fr/courses/{slug}/leave")
    hers.get(f"/fr/courses/{slug}")
    hers.post(f"/fr/courses/{slug}/enroll")
    lesson = f"/fr/courses/{slug}/un"
    assert "You are enrolled" in hers.get(lesson).text
    assert kept() == 0
    for browser in (hers, his):
        assert "You are enrolled" not in browser.get(lesson).text
    assert kept() == 1


def test_the_form_of_a_kept_page_can_be_sent(app, readers, kept):
    """The token in it is that of whoever reads."""
    slug, people = readers
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        for _, browser in people:
            token = TOKEN.search(browser.get(f"/fr/courses/{slug}/un").text)[1]
            sent = browser.post(f"/fr/courses/{slug}/un/done", data={"csrf_token": token})
            assert sent.status_code == 303
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert kept() == 1


def test_a_template_gets_nothing_else_of_the_person(app):
    with app.test_request_context("/fr/"):
        template = app.jinja_env.from_string("<{{ actor.public_id }}{{ actor.grants }}>")
        assert render_shared(template, "", {}, dict) == "<>"

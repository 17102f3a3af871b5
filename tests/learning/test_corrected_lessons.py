"""A learner comes back to a lesson whose author has corrected it: told so, and nothing moved."""

from datetime import UTC, datetime

import pytest

from app.learning.rules import changed_texts
from tests.learning.test_learning import enroll, finish, publish

TEXTS = {"a": ("Un", "Une fote."), "b": ("Deux", "Rien.")}
FIXED = TEXTS | {"a": ("Un", "Une faute.")}
SAID = "The text was corrected on"
DAYS = [datetime(2027, 1, day, tzinfo=UTC) for day in (3, 2, 1)]


@pytest.fixture
def reader(database, make_person, sign_in):
    person = make_person()
    sign_in(person)
    return person


def test_who_had_finished_a_lesson_is_told_that_its_text_was_corrected(client, reader, travel):
    slug = publish(TEXTS)
    enroll(reader, slug)
    finish(reader, slug, "a", "b")
    assert SAID not in client.get(f"/en/courses/{slug}/a").text
    travel(hours=1)
    publish(FIXED)
    page = client.get(f"/en/courses/{slug}/a").text
    assert SAID in page
    assert "This lesson is done" in page
    assert SAID not in client.get(f"/en/courses/{slug}/b").text, "this one is as it was"


def test_who_finishes_it_afterwards_is_told_nothing(client, reader, travel):
    slug = publish(TEXTS)
    enroll(reader, slug)
    travel(hours=1)
    publish(FIXED)
    travel(hours=1)
    finish(reader, slug, "a")
    assert SAID not in client.get(f"/en/courses/{slug}/a").text


def test_another_title_or_place_is_no_correction(client, reader, travel):
    slug = publish(TEXTS)
    enroll(reader, slug)
    finish(reader, slug, "a")
    travel(hours=1)
    publish({"b": TEXTS["b"], "a": ("Autre titre", TEXTS["a"][1])})
    assert SAID not in client.get(f"/en/courses/{slug}/a").text


def test_it_costs_no_statement(client, reader, travel, statements):
    slug = publish(TEXTS)
    enroll(reader, slug)
    finish(reader, slug, "a")
    travel(hours=1)
    publish(FIXED)
    client.get(f"/en/courses/{slug}/a")
    with statements() as seen:
        assert SAID in client.get(f"/en/courses/{slug}/a").text
    assert len(seen) <= 4


def test_a_text_is_as_old_as_its_wording():
    new, old = {"a": {"fr": "2"}}, {"a": {"fr": "1"}}
    assert changed_texts([]) == {}
    assert changed_texts([(DAYS[0], new)]) == {}
    assert changed_texts([(DAYS[0], new), (DAYS[1], new)]) == {}
    assert changed_texts([(DAYS[0], new), (DAYS[1], old)]) == {("a", "fr"): DAYS[0]}
    assert changed_texts([(DAYS[0], new), (DAYS[1], new), (DAYS[2], old)]) == {("a", "fr"): DAYS[1]}
    assert changed_texts([(DAYS[0], new), (DAYS[1], {}), (DAYS[2], old)]) == {}

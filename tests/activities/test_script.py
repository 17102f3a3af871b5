"""What the script of a lesson sends and gets, beside what a plain form does."""

import re

import pytest
from sqlalchemy import func, select

from app.activities.models import AnswerEvent
from app.kernel.db import db
from tests.activities.test_answers import LESSONS, PAGE, post
from tests.learning.test_learning import enroll, publish


@pytest.fixture
def amina(make_person, sign_in, database):
    person = make_person()
    enroll(person, publish(LESSONS))
    sign_in(person)
    return person


def kept():
    return db.session.scalar(select(func.count()).select_from(AnswerEvent))


def test_the_script_gets_the_questions_of_one_block_as_they_are_now(client, amina):
    answer = post(client, "quatre", owner=amina.public_id)
    assert answer.status_code == 200
    assert 'data-received="kept"' in answer.text
    assert "Right." in answer.text
    assert re.search(r"Received at .*\d\d:\d\d", answer.text)
    assert "Après." not in answer.text, "the rest of the lesson is not sent again"
    assert kept() == 1


def test_an_answer_of_one_person_is_never_kept_for_another(client, amina, make_person, sign_in):
    other = make_person()
    enroll(other, "petit-cours")
    sign_in(other)
    answer = post(client, "quatre", owner=amina.public_id)
    assert answer.status_code == 403
    assert 'data-received="away"' in answer.text
    assert kept() == 0


def test_after_the_end_of_the_session_nothing_is_kept_as_a_visitors(client, amina):
    client.delete_cookie("sid")
    assert post(client, "quatre", owner=amina.public_id).status_code == 403
    with client.session_transaction() as session:
        assert "carried" not in session


def test_the_script_is_told_in_words_why_an_answer_is_not_kept(client, amina):
    answer = post(client, "", owner=amina.public_id)
    assert answer.status_code == 422
    assert 'data-received="refused"' in answer.text
    assert "no try was used" in answer.text
    for _ in range(2):
        answer = post(client, "cinq", owner=amina.public_id)
    assert answer.status_code == 200, "sent again, it is the same answer"
    assert kept() == 1
    assert post(client, "six", owner=amina.public_id).status_code == 409


def test_the_script_learns_who_is_signed_in(client, amina):
    answer = client.get("/fr/answers")
    assert answer.json["owner"] == amina.public_id
    assert answer.json["csrf"]
    assert answer.headers["Cache-Control"] == "no-store"
    client.delete_cookie("sid")
    assert client.get("/fr/answers").json["owner"] == ""


def test_only_lessons_that_ask_something_load_the_script(client, database):
    publish({"un": ("Un", "Rien."), "deux": ("Deux", "Rien.")}, key="rien")
    publish(LESSONS)
    assert "activities/answers" not in client.get("/fr/courses/rien/un").text
    assert client.get(PAGE).text.count("/static/activities/answers") == 1

"""What an author is shown before publishing, what a learner is told, and who may sign."""

import re

import pytest
from sqlalchemy import select

from app.kernel.db import db
from app.notices.models import Notice, NoticeReceipt
from app.regrading import jobs
from app.regrading.models import Regrading
from tests.centers.making import belong, make_center, make_cohort
from tests.learning.test_learning import enroll
from tests.regrading.quizzes import SLUG, B, answer, keep, quiz

PLACE = f"/fr/studio/courses/{SLUG}"


@pytest.fixture
def amina(database, make_person):
    keep(quiz())
    center = make_center()
    person = make_person("Amina", language="ar")
    belong(center, person, cohort_id=make_cohort(center)[0])
    enroll(person, SLUG)
    answer(person, B)
    return person


@pytest.fixture
def author(amina, make_person, sign_in):
    person = make_person("Salma", role="admin")
    sign_in(person)
    return person


def publish(client, short, **fields):
    page = client.get(f"{PLACE}/{short}/publish").text
    mark = re.search(r'name="mark"[^>]*value="([^"]*)"', page)[1]
    form = {"mark": mark, "audience": "all", "regrade": "raise", "reason": "Clé fausse."} | fields
    return page, client.post(f"{PLACE}/{short}/publish", data=form)


def carry_out():
    number = db.session.scalars(select(Regrading.id)).one()
    jobs.apply(number)


def test_the_author_sees_what_becomes_of_marks_and_decides(client, author):
    page, answered = publish(client, keep(quiz(right=B), publish=False).hash[:8])
    assert "another right answer" in page
    assert "1 answer, +1 each" in page
    assert "Mark again, never lower" in page
    assert "The right answer of a question was corrected." in page
    assert answered.status_code == 303
    assert "Marks are worked out" in client.get(answered.location).text
    carry_out()
    done = client.get(answered.location).text
    assert "Clé fausse." in done
    assert "Salma" in done
    assert "Clé fausse." in client.get(PLACE).text


def test_a_typo_asks_for_no_decision(client, author):
    page, answered = publish(client, keep(quiz(words="Sous le cèdre"), publish=False).hash[:8])
    assert "0 attempts touched" in page
    assert "never lower" not in page
    assert answered.location.endswith(PLACE)
    assert db.session.scalars(select(Regrading)).all() == []


def test_the_learner_reads_that_a_point_came_back_and_why(client, author, amina, sign_in):
    publish(client, keep(quiz(right=B), publish=False).hash[:8])
    carry_out()
    (notice,) = db.session.scalars(select(Notice)).all()
    assert "Points given back to you in" in notice.text
    assert "”: 1. Clé fausse." in notice.text
    assert notice.form_key.endswith(":ar"), "in the language of the learner"
    assert db.session.scalars(select(NoticeReceipt.person_id)).all() == [amina.id]
    sign_in(amina)
    page = client.get(f"/fr/courses/{SLUG}/un").text
    assert "Marked again: 0 → 1 of 1 points." in page
    assert "Clé fausse." in page
    assert "Right." in page


def test_who_decided_cannot_sign_and_a_colleague_can(client, author, make_person, sign_in):
    _, answered = publish(client, keep(quiz(right=B), publish=False).hash[:8], regrade="lower")
    assert "until a colleague" in client.get(answered.location).text
    client.post(f"{answered.location}/sign")
    assert "cannot sign it too" in client.get(answered.location).text
    sign_in(make_person("Omar", role="admin"))
    assert "Sign: let marks fall" in client.get(answered.location).text
    client.post(f"{answered.location}/sign")
    assert "Signed by" in client.get(answered.location).text


def test_without_a_reason_nothing_is_published(client, author):
    made = keep(quiz(right=B), publish=False)
    _, answered = publish(client, made.hash[:8], reason=" ")
    assert answered.status_code == 422
    assert "why marks change" in answered.text
    assert db.session.scalars(select(Regrading)).all() == []


def test_another_author_finds_nothing(client, author, make_person, sign_in):
    _, answered = publish(client, keep(quiz(right=B), publish=False).hash[:8])
    sign_in(make_person("Hind", role="instructor", scope="center", scope_id=77))
    assert client.get(answered.location).status_code == 404
    assert client.post(f"{answered.location}/sign").status_code == 404

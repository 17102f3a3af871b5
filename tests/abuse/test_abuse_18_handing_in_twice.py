"""Abuse 18: handing in twice, from two tabs and from two devices."""

import re

import pytest
from sqlalchemy import func, select

from app.activities.models import AnswerEvent, Mark, Score
from app.exams.models import ExamAttempt
from app.kernel import jobs
from app.kernel.db import db
from tests.exams.conftest import amina, sheet, slug  # noqa: F401
from tests.exams.making import CANARY, Sheet

pytestmark = pytest.mark.shipped


def count(model, *where):
    found = db.session.scalar(select(func.count()).select_from(model).where(*where))
    db.session.remove()  # an open reading would undo the requests that follow
    return found


def test_handing_in_twice_is_handing_in_once(client, sheet):  # noqa: F811
    first = client.post(f"{sheet.address}/hand-in")
    closed = db.session.scalar(select(ExamAttempt.closed_at))
    second = client.post(f"{sheet.address}/hand-in")
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert db.session.scalar(select(ExamAttempt.closed_at)) == closed
    jobs.drain()
    assert count(Mark) == 3
    answer = sheet.send((9, "one", "b"))
    assert answer.status_code == 409
    assert "handed in already" in answer.json["said"]
    assert count(AnswerEvent, AnswerEvent.writer != "paper") == 0


def test_of_two_tabs_the_last_answer_of_a_question_counts(client, sheet):  # noqa: F811
    """Whatever each tab counts for itself: the one that was received last."""
    other = Sheet(client, sheet.address)
    assert other.writer != sheet.writer
    item = next(one for one in sheet.items if one in ("one", "two"))
    right, wrong = {"one": ("b", "a"), "two": ("3", "4")}[item]
    sheet.send((7, item, wrong))
    other.send((1, item, right))
    client.post(f"{sheet.address}/hand-in")
    jobs.drain()
    assert db.session.scalars(select(Score.points)).one() == 100


def test_within_a_tab_its_own_count_decides_whatever_arrives_first(client, sheet):  # noqa: F811
    item = next(one for one in sheet.items if one in ("one", "two"))
    right, wrong = {"one": ("b", "a"), "two": ("3", "4")}[item]
    sheet.send((2, item, right))
    sheet.send((1, item, wrong))
    assert "being marked" in client.get(client.post(f"{sheet.address}/hand-in").location).text
    jobs.drain()
    assert db.session.scalars(select(Score.points)).one() == 100


def test_what_two_devices_answered_is_shown_on_both_while_the_attempt_is_open(
    client,
    sheet,  # noqa: F811
    amina,  # noqa: F811
    sign_in,
):
    item = next(one for one in sheet.items if one in ("one", "two"))
    number = sheet.items.index(item) + 1
    here, there = {"one": ("deux", "trois"), "two": ("3", "4")}[item]
    values = {"one": ("b", "a"), "two": ("3", "4")}[item]
    sheet.send((1, item, values[1]))
    assert "another sign-in" not in sheet.load(number).page, "one's own earlier answers are no news"
    sign_in(amina)
    other = Sheet(client, sheet.address)
    assert other.writer[:8] != sheet.writer[:8]
    assert "another sign-in" not in other.load(number).page, "it is what stands there"
    other.send((1, item, values[0]))
    shown = other.load(number).page
    assert re.search(
        rf"From another sign-in came at [^<]+: <bdi>{there}</bdi>\. What stands above", shown
    )
    assert there in client.get(f"{sheet.address}/whole").text
    sheet.send((2, item, values[1]))
    shown = other.load(number).page
    assert re.search(
        rf"From another sign-in came at [^<]+: <bdi>{here}</bdi>\. What stands above", shown
    )
    assert CANARY.findall(shown) == []

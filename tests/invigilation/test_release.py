"""What an exam earned is seen when its cohort's marks are released, not before."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.activities.models import Mark, Score
from app.centers.models import Cohort
from app.centers.services import join_cohort, leave_cohort
from app.courses.models import Course
from app.gradebook.models import MarkOverride
from app.gradebook.rules import DEFAULT
from app.gradebook.services import set_plan
from app.kernel import clock, jobs
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from app.sdk.credentials import find_own_results, list_own_courses
from tests.centers.making import make_cohort
from tests.exams.test_sitting import sit

COVER = "/fr/courses/petit-examen"
CANARY = 1_234_567
NONE = {"0 of 2"}
"""No lesson is done, and there are no points."""


@pytest.fixture
def result(client, amina, cohort, sign_in):
    """Release marks in two hours, let Amina sit the exam, and return the address of her result."""
    release(cohort, hours=2)
    sign_in(amina)
    return sit(client)


def release(cohort, **later):
    """Say when the marks of the cohort are released."""
    with write() as session:
        set_plan(
            actor=SYSTEM,
            cohort=session.get_one(Cohort, cohort[0]),
            course_id=session.scalars(select(Course.id)).one(),
            categories=DEFAULT,
            release_at=clock.now() + timedelta(**later) if later else None,
            now=clock.now(),
        )


def earned(client, address):
    """Return what the pages of a learner say of points, and of lessons that are done."""
    pages = [address, COVER, f"{COVER}/marks"]
    shown = "".join(text(client, page) for page in pages)
    return set(re.findall(r"\d of (?:the )?\d", shown))


def text(client, address):
    return client.get(address).text


def test_before_the_release_there_are_no_points_and_the_page_says_when(client, result, travel):
    shown = text(client, result)
    assert "You see your points here from" in shown
    assert "Refresh" not in shown
    assert "Passed" not in shown
    assert earned(client, result) == NONE, "that the lesson is done would tell that it was passed"
    travel(hours=2, minutes=1)
    jobs.drain()
    assert "Passed" in text(client, result)
    assert "1 of 2" in earned(client, result), "the lesson is done"


def test_when_marks_are_released_earlier_the_lesson_is_done_earlier(client, result, cohort):
    assert earned(client, result) == NONE
    release(cohort)
    jobs.drain()
    assert "Passed" in text(client, result)
    assert "1 of 2" in earned(client, result)


def test_when_they_are_released_later_nothing_is_seen_at_the_earlier_time(
    client, result, cohort, travel
):
    release(cohort, hours=3)
    travel(hours=2, minutes=1)
    jobs.drain()
    assert earned(client, result) == NONE
    travel(hours=4)
    jobs.drain()
    assert "1 of 2" in earned(client, result)


def test_going_to_another_cohort_shows_nothing_earlier(client, result, amina, kenitra, cohort):
    elsewhere = make_cohort(kenitra, "DA-8")[0]
    for act, cohort_id in ((leave_cohort, cohort[0]), (join_cohort, elsewhere)):
        with write():
            act(actor=SYSTEM, cohort_id=cohort_id, person_id=amina.id, now=clock.now())
    assert "You see your points here from" in text(client, result)
    assert earned(client, result) == NONE


def copied(client):
    """Return the copy of one's data as text, and what it says of answers and marks."""
    copy = client.post("/fr/account/my-data/export")
    assert "incomplete" not in copy.json
    return copy.text, copy.json["more"]["answers"] | copy.json["more"]["marks_set"]


def override(amina, course_id):
    with write() as session:
        session.add(
            MarkOverride(
                person_id=amina.id,
                course_id=course_id,
                lesson_id="bilan",
                block_id="exam",
                number=1,
                points=CANARY,
                reason="zqxreason",
                made_at=clock.now(),
                state="standing",
            )
        )


def test_the_copy_of_ones_data_holds_no_mark_before_the_release(client, result, amina, travel):
    marks = db.session.scalars(select(Mark.id)).all()
    course_id = db.session.scalars(select(Course.id)).one()
    db.session.remove()
    override(amina, course_id)
    with write() as session:
        for mark in marks:
            session.get_one(Mark, mark).points = CANARY
            session.get_one(Mark, mark).most = CANARY
        score = session.scalars(select(Score)).one()
        score.points = score.most = CANARY
    whole, found = copied(client)
    assert not re.search(r"1234567|12345\.67|zqxreason", whole)
    assert [one["points"] for one in found["scores"]] == ["not released yet"]
    assert {one["state"] for one in found["answers"]} == {"not released yet"}
    assert found["marks_set"] == []
    assert len(found["answers"]) >= len(marks), "what was answered is theirs at any time"
    travel(hours=2, minutes=1)
    _, found = copied(client)
    assert [one["points"] for one in found["scores"]] == [CANARY / 100]
    assert CANARY / 100 in {one["points"] for one in found["answers"]}
    assert [(one["points"], one["reason"]) for one in found["marks_set"]] == [
        (CANARY / 100, "zqxreason")
    ]


def test_what_a_plugin_asks_of_ones_own_results_is_not_released_either(
    client, result, amina, travel
):
    course = list_own_courses(amina.actor)[0]
    own = find_own_results(amina.actor, course)
    assert (own.percent, [one.percent for one in own.exams]) == (None, [None])
    travel(hours=2, minutes=1)
    own = find_own_results(amina.actor, course)
    assert own.percent is not None
    assert own.exams[0].percent is not None


def test_staff_see_the_points_before(client, result, trainer, sign_in, page):
    sign_in(trainer)
    assert re.search(r"[1-5] of [1-5]", text(client, f"{page}/petit-examen/bilan"))

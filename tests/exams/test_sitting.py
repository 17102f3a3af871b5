"""An exam from its door to its result, without a script."""

import re

import pytest
from sqlalchemy import func, select

from app.activities.models import Attempt, Mark, Score
from app.exams.jobs import close
from app.exams.models import Accommodation, ExamAttempt, ExamWindow
from app.kernel import clock, jobs
from app.kernel.db import db, write
from app.learning.models import Enrollment, LessonDone
from tests.exams.making import CANARY, PAGE, Sheet, publish

RIGHT = {"one": "b", "two": "3", "three": "zqxkeyword", "four": ["r", "g"]}


def count(model):
    found = db.session.scalar(select(func.count()).select_from(model))
    db.session.remove()  # an open reading would undo the requests that follow
    return found


def hand_in(sheet):
    answer = sheet.client.post(f"{sheet.address}/hand-in")
    assert answer.status_code == 303
    return answer.location


def sit(client, answers=RIGHT):
    """Sit an exam by plain forms and return the address of its result, marked."""
    sheet = Sheet(client)
    for number in range(1, len(sheet.items) + 1):
        sheet.load(number)
        if sheet.item in answers:
            sheet.fill(answers[sheet.item], go=number + 1)
    address = hand_in(sheet)
    jobs.drain()
    return address


def test_the_lesson_leads_to_the_door_and_the_door_to_the_paper(client, amina):
    lesson = client.get("/fr/courses/petit-examen/bilan").text
    assert f'href="{PAGE}"' in lesson
    assert "I have finished" not in lesson
    door = client.get(PAGE).text
    assert "You can begin" in door
    assert "30\N{NO-BREAK SPACE}min" in door
    sheet = Sheet(client)
    assert "Question 1 of 3" in sheet.page
    assert len(sheet.items) == 3


def test_somebody_who_is_not_enrolled_finds_no_door(client, make_person, sign_in, slug):
    sign_in(make_person())
    assert client.get(PAGE).status_code == 404
    assert client.post(PAGE).status_code == 404
    assert count(Attempt) == 0


def test_a_form_saves_and_goes_on_and_comes_back_filled_in(client, amina):
    sheet = Sheet(client)
    item = next(one for one in sheet.items if one in ("two", "three"))
    number = sheet.items.index(item) + 1
    sheet.load(number)
    answer = sheet.fill("3", go=1, flag="on")
    assert answer.status_code == 303
    assert answer.location.endswith("?q=1")
    page = sheet.load(number).page
    assert 'value="3"' in page
    assert re.search(r'name="flag" value="on" checked', page)
    assert "1 answered" in page
    sheet.fill("", go=1)
    page = sheet.load(number).page
    assert "0 answered" in page
    assert 'name="flag" value="on" checked' not in page


def test_everything_right_is_everything_earned_and_explained(client, amina):
    page = client.get(sit(client)).text
    assert "Passed" in page
    shown = page.count(" checked") >= 1, 'value="3"' in page, 'value="zqxkeyword"' in page
    assert sum(shown) >= 2, "what was answered is shown as it was written; three of four are drawn"
    assert "null" not in page
    assert "&#34;" not in page
    assert re.search(r"= 100\s?%", page)
    score = db.session.scalars(select(Score)).one()
    assert (score.block_id, score.points) == ("exam", score.most)
    assert count(Mark) == 3
    assert db.session.scalar(select(LessonDone.lesson_id)) == "bilan"


def test_nothing_answered_is_nothing_earned_and_the_lesson_is_not_done(client, amina):
    page = client.get(sit(client, {})).text
    assert "Not passed" in page
    assert page.count("Nothing was answered.") == 3
    assert "null" not in page
    score = db.session.scalars(select(Score)).one()
    assert score.points == 0
    assert score.most >= 300
    assert count(LessonDone) == 0


def test_the_job_hands_in_what_was_saved_when_the_time_is_up(client, amina, travel):
    sheet = Sheet(client)
    item = next(one for one in sheet.items if one in ("two", "three"))
    sheet.send((1, item, RIGHT[item]))
    travel(minutes=31)
    assert client.get(sheet.address).location.endswith("/result")
    assert "The time is up" in client.get(f"{sheet.address}/result").text
    close()
    jobs.drain()
    close()
    jobs.drain()
    attempt = db.session.scalars(select(ExamAttempt)).one()
    assert attempt.closed_by == "deadline"
    assert attempt.closed_at == attempt.deadline
    assert count(Mark) == 3
    assert "1 of" in client.get(f"{sheet.address}/result").text


def test_the_second_attempt_counts_when_it_is_better_and_there_is_no_third(client, amina):
    sit(client, {})
    sit(client)
    score = db.session.scalars(select(Score)).one()
    assert score.points == score.most
    assert client.post(PAGE).status_code == 409
    assert "used all your attempts" in client.get(PAGE).text
    assert count(Attempt) == 2


def test_begun_twice_it_runs_once_with_the_same_questions(client, amina):
    first, second = Sheet(client), Sheet(client)
    assert first.items == second.items
    assert first.attempt == second.attempt
    assert count(Attempt) == 1
    assert client.get(PAGE).text.count("Your exam is running") == 1


def test_more_time_is_set_on_the_person_and_holds_in_every_exam(client, amina):
    with write() as session:
        session.add(
            Accommodation(
                person_id=amina.id, factor=150, larger_text=True, reason="zqxreason",
                set_at=clock.now(),
            )
        )  # fmt: skip
    door = client.get(PAGE).text
    assert "45\N{NO-BREAK SPACE}min" in door
    sheet = Sheet(client)
    assert 'class="larger"' in sheet.page
    attempt = db.session.scalars(select(ExamAttempt)).one()
    began = db.session.scalar(select(Attempt.began_at))
    assert (attempt.deadline - began).total_seconds() == 45 * 60
    assert "zqxreason" not in door + sheet.page


@pytest.fixture
def in_center(amina):
    from app.centers.models import Center

    with write() as session:
        center = Center(
            slug="kenitra", name="Kénitra", city="Kénitra", state="open", created_at=clock.now()
        )
        session.add(center)
        session.flush()
        session.scalars(select(Enrollment)).one().center_id = center.id
        return center.id


def test_before_it_opens_one_waits_and_the_page_looks_again(client, amina, in_center, travel):
    from datetime import timedelta

    with write() as session:
        session.add(
            ExamWindow(
                course_id=session.scalars(select(Enrollment.course_id)).one(),
                lesson_id="bilan",
                center_id=in_center,
                opens_at=clock.now() + timedelta(minutes=10),
                closes_at=clock.now() + timedelta(minutes=30),
            )
        )
    door = client.get(PAGE).text
    assert "not open yet" in door
    assert re.search(r'http-equiv="refresh" content="6\d"', door)
    assert client.post(PAGE).status_code == 409
    assert count(Attempt) == 0
    travel(minutes=11)
    assert "You can begin" in client.get(PAGE).text
    sheet = Sheet(client)
    travel(minutes=20)
    assert sheet.send((1, sheet.item, "b")).status_code == 200, "what was begun keeps its time"
    hand_in(sheet)
    jobs.drain()
    page = client.get(f"{sheet.address}/result").text
    assert not CANARY.search(page), "others may still be sitting it"
    assert "explained here when" in page
    travel(minutes=61)
    assert "Your answer" in client.get(f"{sheet.address}/result").text
    assert "can no longer be begun" in client.get(PAGE).text


def test_starting_handing_in_and_a_page_of_the_paper_cost_few_statements(client, amina, statements):
    publish(rules="  draw: 4\n  attempts: 2")
    Sheet(client)
    with write() as session:
        for row in session.scalars(select(Attempt)):
            session.delete(row)
    with statements() as seen:
        begun = client.post(PAGE)
    writes = [one for one in seen if one.startswith(("INSERT", "UPDATE"))]
    assert len(writes) == 2, writes
    assert len(seen) <= 11, seen
    with statements() as seen:
        client.get(begun.location)
    assert len(seen) <= 4, seen
    with statements() as seen:
        client.post(f"{begun.location}/hand-in")
    writes = [one for one in seen if one.startswith(("INSERT", "UPDATE"))]
    assert len(writes) == 2, writes
    assert len(seen) <= 4, seen

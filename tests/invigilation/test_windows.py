"""When an exam may be begun: said for a cohort or a center, and what it leaves alone."""

import re

import pytest
from sqlalchemy import func, select

from app.exams.models import ExamAttempt, ExamWindow
from app.kernel import audit
from app.kernel.db import db
from tests.exams.making import PAGE, Sheet

WINDOW = "/petit-examen/bilan/window"


@pytest.fixture
def form(client, page):
    """Return a function that loads the form, then sends it."""

    def load(query=""):
        shown = client.get(page + WINDOW + query).text
        seen = re.search(r'name="seen"[^>]* value="([^"]*)"', shown)[1]

        def send(opens="", closes=""):
            fields = {"seen": seen, "opens": opens, "closes": closes}
            return client.post(page + WINDOW + query, data=fields)

        return send

    return load


def windows():
    rows = db.session.execute(
        select(ExamWindow.cohort_id, ExamWindow.opens_at, ExamWindow.closes_at)
    ).all()
    db.session.remove()  # an open reading would undo the requests that follow
    return {row[0]: row[1:] for row in rows}


def test_times_are_those_of_morocco_and_shown_again_as_they_were_typed(
    client, trainer, sign_in, form, page, cohort
):
    sign_in(trainer)
    assert form()("2027-06-01T09:00", "2027-06-01T18:30").status_code == 303
    opens, closes = windows()[cohort[0]]
    assert (opens.hour, closes.hour) == (8, 17), "Morocco is an hour before UTC"
    shown = client.get(page + WINDOW).text
    assert 'value="2027-06-01T09:00"' in shown
    assert 'value="2027-06-01T18:30"' in shown


def test_a_window_holds_at_the_door_and_leaves_who_writes_alone(
    client, amina, trainer, sign_in, form
):
    sign_in(amina)
    sheet = Sheet(client)
    deadline = db.session.scalar(select(ExamAttempt.deadline))
    db.session.remove()
    sign_in(trainer)
    form()("", "2020-01-01T10:00")
    sign_in(amina)
    assert client.get(sheet.address).status_code == 200
    assert db.session.scalar(select(ExamAttempt.deadline)) == deadline
    db.session.remove()
    assert client.post(f"{sheet.address}/hand-in").status_code == 303
    assert "can no longer be begun" in client.get(PAGE).text


def test_the_center_says_it_for_all_and_a_cohort_for_itself(
    client, manager, amina, sign_in, form, page, cohort
):
    sign_in(manager)
    form("?for=center")("2027-06-01T09:00")
    assert re.search(r"which is from .*2027", client.get(page + WINDOW).text)
    sign_in(amina)
    assert "not open yet" in client.get(PAGE).text
    sign_in(manager)
    form()("2026-01-01T09:00")
    sign_in(amina)
    assert "You can begin" in client.get(PAGE).text
    sign_in(manager)
    form()()
    assert set(windows()) == {None}
    sign_in(amina)
    assert "not open yet" in client.get(PAGE).text


def test_a_trainer_of_one_cohort_says_nothing_for_the_whole_center(client, trainer, sign_in, page):
    sign_in(trainer)
    assert "?for=center" not in client.get(page + WINDOW).text
    assert client.get(f"{page}{WINDOW}?for=center").status_code == 404
    assert client.post(f"{page}{WINDOW}?for=center", data={"seen": ""}).status_code == 404
    assert windows() == {}


def test_of_two_who_change_it_the_second_is_told_and_nothing_of_the_first_is_lost(
    client, trainer, manager, sign_in, form, cohort
):
    sign_in(trainer)
    first, second = form(), form()
    assert first("2027-06-01T09:00").status_code == 303
    answer = second("2027-06-02T09:00")
    assert answer.status_code == 422
    assert "in the meantime" in answer.text
    assert windows()[cohort[0]][0].day == 1
    third, fourth = form(), form()
    assert third("2027-06-03T09:00").status_code == 303
    assert fourth().status_code == 422
    assert windows()[cohort[0]][0].day == 3


def test_what_closes_before_it_opens_is_refused(client, trainer, sign_in, form):
    sign_in(trainer)
    answer = form()("2027-06-02T09:00", "2027-06-01T09:00")
    assert answer.status_code == 422
    assert "close before it opens" in answer.text
    assert windows() == {}


def test_who_said_what_stands_in_the_audit_trail(client, trainer, sign_in, form, cohort):
    sign_in(trainer)
    form()("2027-06-01T09:00")
    form()("2027-06-01T09:00")
    rows = db.session.execute(
        select(audit.AuditContent.actor_id, audit.AuditContent.object, audit.AuditContent.details)
        .join(audit.AuditEntry, audit.AuditEntry.id == audit.AuditContent.entry_id)
        .where(audit.AuditEntry.verb == "exams.schedule")
    ).all()
    assert len(rows) == 1, "the same again is no change"
    assert rows[0][:2] == (trainer.id, f"cohort:{cohort[0]}")
    assert rows[0][2]["after"].startswith("2027-06-01T08:00")
    assert db.session.scalar(select(func.count()).select_from(ExamWindow)) == 1

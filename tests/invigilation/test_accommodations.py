"""More time and larger text: set once on the person, counted everywhere, the reason for few."""

import re

import pytest
from sqlalchemy import select

from app.exams.models import Accommodation, ExamAttempt
from app.kernel import audit
from app.kernel.db import db
from tests.centers.making import belong, make_center
from tests.exams.making import PAGE, Sheet
from tests.exams.test_sitting import hand_in

REASON = "zqxdyslexie"


@pytest.fixture
def address(amina):
    return f"/fr/c/kenitra/people/{amina.public_id}/accommodation"


@pytest.fixture
def form(client, address):
    """Return a function that loads the form, then sends it."""

    def load():
        shown = client.get(address).text
        seen = re.search(r'name="seen"[^>]* value="([^"]*)"', shown)[1]

        def send(factor="150", reason=REASON, **more):
            fields = {"seen": seen, "factor": factor, "reason": reason} | more
            return client.post(address, data=fields)

        return send

    return load


def minutes():
    """Return how long each attempt lasts."""
    rows = db.session.scalars(select(ExamAttempt).order_by(ExamAttempt.attempt_id)).all()
    found = [row.deadline for row in rows]
    db.session.remove()
    return found


def kept():
    found = db.session.execute(
        select(Accommodation.factor, Accommodation.larger_text, Accommodation.reason)
    ).first()
    db.session.remove()
    return found and tuple(found)


def test_a_manager_sets_it_on_the_person_and_the_person_sees_it_everywhere(
    client, amina, manager, sign_in, form
):
    sign_in(manager)
    person = client.get(f"/fr/c/kenitra/people/{amina.public_id}").text
    assert f"/people/{amina.public_id}/accommodation" in person
    assert form()(larger_text="y").status_code == 303
    assert kept() == (150, True, REASON)
    sign_in(amina)
    door = client.get(PAGE).text
    assert re.search(r"150\s?%", door)
    assert "45\N{NO-BREAK SPACE}min" in door
    assert 'class="larger"' in Sheet(client).page
    assert 'href="/fr/account/exams"' in client.get("/fr/account").text
    own = client.get("/fr/account/exams").text
    assert re.search(r"150\s?%", own)
    assert REASON in own


def test_instructors_see_the_time_and_never_the_reason(
    client, amina, manager, trainer, sign_in, form, page, address
):
    sign_in(manager)
    form()()
    sign_in(amina)
    hand_in(Sheet(client))
    sign_in(trainer)
    listed = client.get(f"{page}/petit-examen/bilan").text
    assert re.search(r"time: 150\s?%", listed)
    one = client.get(re.search(r'href="([^"]*/sittings/[^"]+)"', listed)[1]).text
    assert re.search(r"time: 150\s?%", one)
    assert REASON not in listed + one
    assert client.get(address).status_code == 404
    assert client.post(address, data={"factor": "200", "reason": "x"}).status_code == 404


def test_an_exam_that_runs_ends_later_only_when_it_is_said_and_never_earlier(
    client, amina, manager, sign_in, form
):
    sign_in(amina)
    sheet = Sheet(client)
    (before,) = minutes()
    sign_in(manager)
    form()("125")
    assert minutes() == [before]
    assert form()("200", extend="y").status_code == 303
    (later,) = minutes()
    assert (later - before).total_seconds() == 30 * 60
    form()("100", reason="", extend="y")
    assert minutes() == [later]
    assert kept() is None
    sign_in(amina)
    said = sheet.send((1, sheet.items[0], "x")).json
    assert said["until"].startswith(later.strftime("%Y-%m-%dT%H:%M"))


def test_an_exam_that_is_over_stays_over(client, amina, manager, sign_in, form, travel):
    sign_in(amina)
    Sheet(client)
    before = minutes()
    travel(minutes=31)
    sign_in(manager)
    form()("200", extend="y")
    assert minutes() == before


def test_a_reason_is_asked_for_and_nobody_sets_their_own(
    client, amina, manager, kenitra, sign_in, form, address
):
    sign_in(manager)
    answer = form()(reason="  ")
    assert answer.status_code == 422
    assert "Say why" in answer.text
    belong(kenitra, manager)
    own = address.replace(amina.public_id, manager.public_id)
    assert "Nobody sets their own time" in client.get(own).text
    sent = client.post(own, data={"factor": "200", "reason": REASON, "seen": ""})
    assert sent.status_code == 404
    assert kept() is None


def test_of_two_managers_the_second_is_told(client, manager, sign_in, form):
    sign_in(manager)
    first, second = form(), form()
    first("125")
    answer = second("200")
    assert answer.status_code == 422
    assert "in the meantime" in answer.text
    assert kept()[0] == 125


def test_a_manager_of_another_center_finds_nothing(
    client, make_person, sign_in, form, address, kenitra
):
    rabat = make_center("rabat")
    sign_in(make_person(role="manager", scope="center", scope_id=rabat))
    assert client.get(address).status_code == 404
    assert client.get(address.replace("kenitra", "rabat")).status_code == 404


def test_the_audit_trail_has_the_history_and_not_the_reason(client, amina, manager, sign_in, form):
    sign_in(manager)
    form()("125")
    form()("150")
    form()("150")
    form()("100")
    rows = db.session.scalars(
        select(audit.AuditContent.details)
        .join(audit.AuditEntry, audit.AuditEntry.id == audit.AuditContent.entry_id)
        .where(
            audit.AuditEntry.verb == "accommodations.set",
            audit.AuditContent.object == f"person:{amina.id}",
        )
        .order_by(audit.AuditEntry.seq)
    ).all()
    assert [row["after"][0] for row in rows] == [125, 150, 100]
    assert [row["before"][0] for row in rows] == [100, 125, 150]
    assert REASON not in str(rows)

"""Abuse 41: marks changed by hand, without a reason, by one person alone, or out of sight."""

import pytest
from sqlalchemy import select

from app.gradebook.models import MarkOverride
from app.kernel.audit import AuditEntry
from app.kernel.db import db
from app.notices.models import NoticeReceipt
from tests.activities.test_answers import LESSONS, check
from tests.centers.making import belong, make_center, make_cohort
from tests.learning.test_learning import enroll, publish

OWN = "/fr/courses/petit-cours/marks"


@pytest.fixture
def place(database, make_person):
    publish(LESSONS)
    center = make_center()
    number, public_id = make_cohort(center)
    amina = make_person(name="Amina")
    belong(center, amina, cohort_id=number)
    enroll(amina, "petit-cours")
    check(amina.id, "quatre")
    page = f"/fr/c/kenitra/cohorts/{public_id}/gradebook/petit-cours/{amina.public_id}"
    return center, number, amina, page


@pytest.fixture
def staff(make_person, sign_in, place):
    def come(name="Formatrice", role="instructor"):
        person = make_person(name=name, role=role, scope="cohort", scope_id=place[1])
        sign_in(person)
        return person

    return come


def change(client, page, points, reason="Relu avec l'apprenante.", number=0):
    fields = {"at": "un/q", "number": number, "points": points, "reason": reason}
    return client.post(page, data=fields)


def rows(*columns):
    found = db.session.execute(select(*columns)).all()
    db.session.remove()
    return found


def verbs():
    return [row.verb for row in rows(AuditEntry.verb) if row.verb.startswith("gradebook.")]


def test_a_change_needs_a_reason_and_a_mark_that_exists(client, place, staff):
    staff()
    for points, reason in (("2", " "), ("2.5", "Trop"), ("-1", "Moins")):
        assert change(client, place[3], points, reason).status_code == 422
    assert rows(MarkOverride.id) == []
    assert verbs() == []


def test_a_raised_mark_counts_at_once_and_the_learner_reads_why(client, place, staff, sign_in):
    staff()
    assert change(client, place[3], "2").status_code == 303
    assert verbs() == ["gradebook.standing"]
    assert rows(NoticeReceipt.person_id) == [(place[2].id,)]
    sign_in(place[2])
    own = client.get(OWN).text
    assert "was calculated as 1 and set to 2: Relu avec l&#39;apprenante." in own
    assert "together 2 of 2" in own


def test_a_lowered_mark_counts_only_when_a_second_person_confirms(client, place, staff, sign_in):
    page = place[3]
    first = staff()
    change(client, page, "0.5")
    ((number, state),) = rows(MarkOverride.id, MarkOverride.state)
    assert state == "proposed"
    assert "together 1 of 2" in client.get(page).text
    decision = {"change": number, "agrees": "yes"}
    assert client.post(f"{page}/decide", data=decision).status_code == 403, "nobody alone"
    second = staff("Seconde")
    assert client.post(f"{page}/decide", data=decision).status_code == 303
    assert rows(MarkOverride.state, MarkOverride.actor_id, MarkOverride.second_id) == [
        ("standing", first.id, second.id)
    ]
    assert client.post(f"{page}/decide", data=decision).status_code == 409
    assert verbs() == ["gradebook.proposed", "gradebook.confirm"]
    sign_in(place[2])
    assert "together 0.5 of 2" in client.get(OWN).text


def test_setting_a_raised_mark_aside_is_lowering_too(client, place, staff):
    staff()
    change(client, place[3], "2")
    change(client, place[3], "", "Erreur", number=1)
    assert rows(MarkOverride.state) == [("standing",), ("proposed",)]
    assert "together 2 of 2" in client.get(place[3]).text


def test_a_refused_change_stays_in_the_history_and_counts_nothing(client, place, staff):
    page = place[3]
    staff()
    change(client, page, "0")
    ((number,),) = rows(MarkOverride.id)
    staff("Seconde")
    client.post(f"{page}/decide", data={"change": number, "agrees": "no"})
    shown = client.get(page).text
    assert "Refused" in shown
    assert "together 1 of 2" in shown


def test_of_two_who_change_at_once_the_second_is_told(client, place, staff):
    staff()
    change(client, place[3], "2")
    sent = change(client, place[3], "1.5")
    assert sent.status_code == 422
    assert "Somebody changed this mark in the meantime." in sent.text
    assert rows(MarkOverride.points) == [(200,)]


def test_who_may_only_look_or_is_elsewhere_or_is_the_learner_changes_nothing(
    client, place, staff, make_person, sign_in
):
    center, cohort, amina, page = place
    sign_in(make_person(role="office", scope="center", scope_id=center))
    assert change(client, page, "2").status_code == 404
    sign_in(make_person(role="instructor", scope="center", scope_id=make_center("rabat")))
    assert change(client, page, "2").status_code == 404
    own = make_person(name="Both", role="instructor", scope="cohort", scope_id=cohort)
    belong(center, own, cohort_id=cohort)
    enroll(own, "petit-cours")
    check(own.id, "quatre")
    sign_in(own)
    assert change(client, page.replace(amina.public_id, own.public_id), "2").status_code == 404
    assert rows(MarkOverride.id) == []

"""Who sits an exam, what came too late or otherwise, and what of it counts: for staff."""

import re
from datetime import timedelta

import pytest

from app.accounts.models import RoleGrant
from app.exams.jobs import close
from app.kernel import clock, jobs
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from app.kernel.i18n import ZONE
from app.plugins.gate import get_gate
from app.plugins.services import switch_plugin
from tests.centers.making import belong, make_cohort
from tests.exams.making import CANARY, Sheet, enroll
from tests.exams.test_sitting import hand_in

EXAM = "/petit-examen/bilan"


def typed(sheet):
    """Return the questions of a paper whose answer is typed."""
    return [item for item in sheet.items if item in ("two", "three")]


@pytest.fixture
def written(client, amina, sign_in, travel):
    """Let Amina answer, be late, and have it marked; return her paper."""
    sign_in(amina)
    sheet = Sheet(client)
    item = typed(sheet)[0]
    sheet.send((1, item, "premier-mot"))
    sheet.send((2, item, "compte-ici"))
    sheet.send((1, item, "autre-mot"))
    travel(minutes=31)
    sheet.send((3, item, "trop-tard"))
    close()
    jobs.drain()
    return sheet


def opened(client, page):
    """Return the page of the first attempt that the list of the exam leads to."""
    found = re.search(r'href="([^"]*/sittings/[^"]+)"', client.get(page + EXAM).text)
    return client.get(found[1]).text


def test_the_cohort_leads_to_its_exams_and_an_exam_to_who_sits_it(
    client, amina, trainer, sign_in, page
):
    sign_in(trainer)
    assert f'href="{page}"' in client.get(page.removesuffix("/exams")).text
    listed = client.get(page).text
    assert f'href="{page}{EXAM}"' in listed
    assert "at any time" in listed
    shown = client.get(page + EXAM).text
    assert "Amina Alaoui" in shown
    assert "Not begun" in shown


def test_who_writes_stands_there_with_their_own_end(client, amina, trainer, sign_in, page):
    sign_in(amina)
    Sheet(client)
    sign_in(trainer)
    shown = client.get(page + EXAM).text
    until = (clock.now() + timedelta(minutes=30)).astimezone(ZONE).strftime("%H:%M")
    assert f"Writing until {until}" in shown


def test_who_handed_in_is_told_from_who_was_closed_by_the_deadline(
    client, amina, trainer, make_person, kenitra, cohort, sign_in, page, travel
):
    other = make_person(name="Badr Bennani")
    belong(kenitra, other, cohort_id=cohort[0])
    enroll(other)
    sign_in(amina)
    hand_in(Sheet(client))
    sign_in(other)
    Sheet(client)
    travel(minutes=31)
    close()
    jobs.drain()
    sign_in(trainer)
    shown = client.get(page + EXAM).text
    assert "Handed in at" in shown
    assert "the time was up" in shown
    assert re.search(r"0 of [345]", shown)


def test_an_appeal_finds_what_counts_and_what_came_too_late(
    client, written, trainer, sign_in, page
):
    sign_in(trainer)
    assert "2 answers were kept apart" in client.get(page + EXAM).text
    shown = opened(client, page)
    assert re.search(r"It counts</dt><dd><bdi[^>]*>compte-ici", shown)
    assert re.search(r"Came too late</dt><dd><bdi[^>]*>trop-tard", shown)
    assert re.search(r"Another answer</dt><dd><bdi[^>]*>autre-mot", shown)
    assert "premier-mot" not in shown, "an earlier answer of the same page is no matter of dispute"
    assert "/gradebook/petit-examen/" in shown


def test_answers_of_two_sign_ins_are_told_apart(client, amina, trainer, sign_in, page):
    sign_in(amina)
    first = Sheet(client)
    item = typed(first)[0]
    first.send((1, item, "du-bureau"))
    sign_in(amina)
    second = Sheet(client, first.address)
    second.send((1, item, "du-telephone"))
    sign_in(trainer)
    assert "written from 2 sign-ins" in client.get(page + EXAM).text
    shown = opened(client, page)
    assert re.search(r"It counts</dt><dd><bdi[^>]*>du-telephone", shown)
    assert re.search(r"From another page</dt><dd><bdi[^>]*>du-bureau", shown)


def test_keys_are_only_for_who_may_write_the_course(
    client, written, trainer, make_person, sign_in, page
):
    sign_in(trainer)
    assert not CANARY.search(opened(client, page))
    sign_in(make_person(role="admin"))
    assert CANARY.search(opened(client, page)), "this page would have shown it"


def test_what_was_answered_is_read_with_the_plugin_off(client, written, trainer, sign_in, page):
    with write():
        switch_plugin(
            actor=SYSTEM, snapshot=get_gate().current(), name="quizzes", on=False, now=clock.now()
        )
    get_gate().forget()
    sign_in(trainer)
    shown = opened(client, page)
    assert "The question" not in shown
    assert "compte-ici" in shown
    assert "trop-tard" in shown


def test_nobody_opens_their_own_attempt_or_that_of_another_cohort(
    client, written, amina, make_person, kenitra, cohort, sign_in, page
):
    sign_in(make_person(role="admin"))
    address = re.search(r'href="([^"]*/sittings/[^"]+)"', client.get(page + EXAM).text)[1]
    assert client.get(address).status_code == 200
    elsewhere = make_cohort(kenitra, "DA-8")[1]
    assert client.get(address.replace(cohort[1], elsewhere)).status_code == 404
    with write() as session:
        session.add(
            RoleGrant(
                person_id=amina.id,
                role="instructor",
                scope="cohort",
                scope_id=cohort[0],
                granted_at=clock.now(),
            )
        )
    sign_in(amina)
    assert client.get(page + EXAM).status_code == 200
    assert client.get(address).status_code == 404


def test_a_list_of_many_costs_what_a_list_of_few_costs(
    client, amina, trainer, make_person, kenitra, cohort, sign_in, page, statements
):
    sign_in(amina)
    hand_in(Sheet(client))
    jobs.drain()
    sign_in(trainer)
    client.get(page + EXAM)
    db.session.remove()
    with statements() as few:
        client.get(page + EXAM)
    for number in range(3):
        person = make_person(name=f"Learner {number}")
        belong(kenitra, person, cohort_id=cohort[0])
        enroll(person)
        sign_in(person)
        hand_in(Sheet(client))
    jobs.drain()
    sign_in(trainer)
    db.session.remove()
    with statements() as many:
        client.get(page + EXAM)
    assert len(many) == len(few)

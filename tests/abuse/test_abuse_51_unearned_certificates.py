"""Abuse 51: awarding what was not earned: alone, to oneself, or with an earlier date."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.centers.models import Cohort
from app.credentials import services
from app.credentials.models import AwardProposal, Credential
from app.kernel import audit, clock
from app.kernel.db import db, write
from app.kernel.errors import Forbidden
from tests.credentials.making import given, make_place


@pytest.fixture
def amina(make_person):
    return make_person(name="Amina Idrissi")


@pytest.fixture
def place(database, amina):
    return make_place(amina)


@pytest.fixture
def staff(make_person, place):
    return [
        make_person(name=name, role="manager", scope="center", scope_id=place[0])
        for name in ("Zineb", "Omar")
    ]


def propose(actor, person, cohort_id):
    with write():
        services.propose_award(
            actor=actor, given=given(person, cohort_id), reason="Jury.", now=clock.now()
        )
    return db.session.scalars(select(AwardProposal.id)).one()


def decide(actor, cohort_id, proposal, now):
    cohort = db.session.get_one(Cohort, cohort_id)
    with write():
        services.decide_proposal(
            actor=actor, cohort=cohort, proposal_id=proposal, agrees=True, now=now
        )


def test_nobody_awards_alone(amina, place, staff):
    proposal = propose(staff[0].actor, amina, place[1])
    with pytest.raises(Forbidden):
        decide(staff[0].actor, place[1], proposal, clock.now())
    assert db.session.scalars(select(Credential)).all() == []


def test_nobody_awards_to_themselves_not_even_as_the_second_person(amina, place, make_person):
    both = make_person(role="manager", scope="center", scope_id=place[0])
    course = given(amina, place[1])
    own = services.Given(both.id, course.cohort, course.course_id, {"": "Moi."})
    with pytest.raises(Forbidden), write():
        services.propose_award(actor=both.actor, given=own, reason="Moi.", now=clock.now())


def test_it_bears_the_databases_date_whatever_the_program_says_and_stands_in_the_trail(
    amina, place, staff
):
    proposal = propose(staff[0].actor, amina, place[1])
    decide(staff[1].actor, place[1], proposal, clock.now() + timedelta(days=300))
    row = db.session.scalars(select(Credential)).one()
    assert abs(clock.now() - row.issued_at) < timedelta(hours=1)
    assert row.facts["earned_at"][:10] == row.issued_at.date().isoformat()
    assert audit.verify() == []

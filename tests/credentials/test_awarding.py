"""Awarding, with two people where it is by hand; correcting, revoking, renewing, erasing."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from app.accounts.models import Person
from app.accounts.services import change_names
from app.credentials import queries, services
from app.credentials.models import AwardProposal, Credential
from app.kernel import audit, clock, jobs
from app.kernel.audit import AuditContent, AuditEntry
from app.kernel.db import db, write
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from app.learning.models import Enrollment
from app.notices.models import NoticeReceipt
from app.partners.models import Partner
from app.privacy.services import erase_person
from tests.credentials.making import award, given, make_place, signed


@pytest.fixture
def amina(make_person):
    return make_person(name="Amina Idrissi", name_ar="أمينة الإدريسي", email="amina@example.org")


@pytest.fixture
def place(database, amina):
    return make_place(amina)


@pytest.fixture
def cohort(place):
    return place[1]


@pytest.fixture
def staff(make_person, place):
    return [
        make_person(name=name, role="manager", scope="center", scope_id=place[0])
        for name in ("Zineb", "Omar")
    ]


def row_of(number):
    db.session.expire_all()
    found = queries.find_credential(number)
    assert found is not None
    return found


def test_what_is_awarded_is_frozen_with_all_that_it_says(amina, cohort, place):
    with write() as session:
        session.add(Partner(slug="atlas", name="Atlas", name_ar="أطلس", created_at=clock.now()))
    sponsor = db.session.scalars(select(Partner)).one().id
    number = award(amina, cohort, partner_id=sponsor)
    with write() as session:
        session.execute(update(Partner).values(name="Autre"))
        change_names(actor=amina.actor, name="Autre Nom", name_ar="")
    row = row_of(number)
    assert (row.name, row.name_ar) == ("Amina Idrissi", "أمينة الإدريسي")
    assert row.facts["sponsor"] == ["Atlas", "أطلس"]
    assert row.facts["center"][0] == "Kenitra"
    assert row.facts["cohort"] == "DA-7"
    assert len(row.facts["revision"]) == 64
    assert {"level", "hours", "title", "why"} <= set(row.facts)
    assert len(number) == 22


def test_it_is_signed_by_a_job_and_again_changes_nothing(amina, cohort):
    number = award(amina, cohort)
    first = row_of(number).document
    with write():
        jobs.enqueue("credentials.sign", {"credential_id": row_of(number).id})
    jobs.drain()
    assert row_of(number).document == first
    assert "amina@example.org" not in first
    assert signed(number)["credentialSubject"]["identifier"][2]["hashed"] is True


def test_nobody_holds_the_same_certificate_twice(amina, cohort):
    award(amina, cohort)
    with pytest.raises(Conflict, match="already"), write():
        services.award_credential(actor=amina.actor, given=given(amina, cohort), now=clock.now())


def test_a_certificate_is_dated_by_the_database(amina, cohort):
    with write():
        row = services.award_credential(
            actor=amina.actor, given=given(amina, cohort), now=clock.now() + timedelta(days=300)
        )
        assert abs(clock.now() - row.issued_at) < timedelta(hours=1)


def propose(actor, person, cohort, **values):
    with write():
        services.propose_award(
            actor=actor.actor, given=given(person, cohort, **values), reason="Jury.",
            now=clock.now(),
        )  # fmt: skip
    return db.session.scalars(select(AwardProposal.id).order_by(AwardProposal.id.desc())).first()


def decide(actor, cohort, proposal, agrees=True):
    found = given_cohort(cohort)
    with write():
        services.decide_proposal(
            actor=actor.actor, cohort=found, proposal_id=proposal, agrees=agrees, now=clock.now()
        )


def given_cohort(cohort):
    from app.centers.models import Cohort

    return db.session.get_one(Cohort, cohort)


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_by_hand_it_takes_two_people(amina, cohort, staff):
    zineb, omar = staff
    proposal = propose(zineb, amina, cohort)
    assert count(Credential) == 0
    with pytest.raises(Forbidden):
        decide(zineb, cohort, proposal)
    decide(omar, cohort, proposal)
    assert count(Credential) == 1
    with pytest.raises(Conflict, match="meantime"):
        decide(omar, cohort, proposal)
    assert count(Credential) == 1


def test_a_second_person_may_refuse_and_nothing_is_awarded(amina, cohort, staff):
    proposal = propose(staff[0], amina, cohort)
    decide(staff[1], cohort, proposal, agrees=False)
    assert count(Credential) == 0
    assert db.session.get_one(AwardProposal, proposal).state == "refused"


def test_nobody_proposes_or_confirms_for_themselves(place, cohort, staff, make_person):
    zineb, omar = staff
    own = given(zineb, cohort) if count(Enrollment) == 0 else None
    assert own is None
    course = db.session.scalars(select(Enrollment.course_id)).first()
    mine = services.Given(zineb.id, given_cohort(cohort), course, {"": "Moi."})
    with pytest.raises(Forbidden), write():
        services.propose_award(actor=zineb.actor, given=mine, reason="Moi.", now=clock.now())
    stranger = make_person(name="Hind")
    with pytest.raises(Forbidden), write():
        services.propose_award(actor=stranger.actor, given=mine, reason="Non.", now=clock.now())


def test_only_members_who_began_the_course_can_be_proposed(cohort, staff, make_person, amina):
    stranger = make_person(name="Ailleurs")
    one = given(amina, cohort)
    with pytest.raises(NotFound), write():
        services.propose_award(
            actor=staff[0].actor,
            given=services.Given(stranger.id, one.cohort, one.course_id, {"": "x"}),
            reason="x",
            now=clock.now(),
        )
    with write() as session:
        session.execute(update(Enrollment).values(course_id=Enrollment.course_id))
        session.query(Enrollment).delete()
    with pytest.raises(Invalid, match="never began"), write():
        services.propose_award(actor=staff[0].actor, given=one, reason="x", now=clock.now())


def test_a_corrected_name_makes_a_new_one_to_which_the_old_one_leads(amina, cohort, staff):
    old = award(amina, cohort)
    with pytest.raises(Conflict, match="same name"), write():
        services.correct_name(actor=staff[0].actor, public_id=old)
    with write():
        change_names(actor=amina.actor, name="Amina El Idrissi", name_ar="أمينة الإدريسي")
    with write():
        new = services.correct_name(actor=staff[0].actor, public_id=old).public_id
    jobs.drain()
    assert row_of(old).replaced_by == row_of(new).id
    assert row_of(old).name == "Amina Idrissi"
    assert row_of(new).name == "Amina El Idrissi"
    assert row_of(new).facts == row_of(old).facts
    assert queries.find_successor(row_of(old)).public_id == new
    assert queries.list_marked(1) == [row_of(old).status_index]
    with pytest.raises(Conflict), write():
        services.correct_name(actor=staff[0].actor, public_id=old)
    with pytest.raises(Conflict), write():
        services.revoke_credential(
            actor=staff[0].actor, public_id=old, reason="x", appeal_until=None, now=clock.now()
        )


def revoke(actor, number, reason="Fraude à l’examen."):
    with write():
        services.revoke_credential(
            actor=actor.actor, public_id=number, reason=reason,
            appeal_until=(clock.now() + timedelta(days=30)).date(), now=clock.now(),
        )  # fmt: skip
    jobs.drain()


def test_a_revoked_one_is_on_the_list_and_frees_the_place_for_another(amina, cohort, staff):
    number = award(amina, cohort)
    revoke(staff[0], number)
    assert queries.list_marked(1) == [row_of(number).status_index]
    with pytest.raises(Conflict, match="before"):
        revoke(staff[0], number)
    assert award(amina, cohort) != number


def test_who_may_award_may_not_revoke(amina, cohort, place, make_person):
    number = award(amina, cohort)
    trainer = make_person(role="instructor", scope="cohort", scope_id=cohort)
    with pytest.raises(Forbidden):
        revoke(trainer, number)


def test_one_that_expired_is_renewed_and_gives_way(amina, cohort, travel):
    until = (clock.now() + timedelta(days=10)).date()
    old = award(amina, cohort, expires_on=until)
    travel(days=12)
    new = award(amina, cohort)
    assert row_of(old).replaced_by == row_of(new).id
    assert row_of(new).expires_at is None


def test_a_last_day_must_lie_ahead(amina, cohort, staff):
    with pytest.raises(Invalid, match="future"):
        propose(staff[0], amina, cohort, expires_on=date(2020, 1, 1))


def test_everything_stands_in_the_audit_trail_and_nothing_names_the_person(amina, cohort, staff):
    proposal = propose(staff[0], amina, cohort)
    decide(staff[1], cohort, proposal)
    number = db.session.scalars(select(Credential.public_id)).one()
    jobs.drain()
    revoke(staff[0], number)
    verbs = set(db.session.scalars(select(AuditEntry.verb)))
    wanted = {"propose", "agree", "award", "key", "revoke"}
    assert {f"credentials.{verb}" for verb in wanted} <= verbs
    contents = db.session.scalars(select(AuditContent))
    assert all("Amina" not in str(one.details) for one in contents)
    assert audit.verify() == []


def test_the_learner_is_told(amina, cohort, staff):
    number = award(amina, cohort)
    revoke(staff[0], number)
    told = (
        select(func.count()).select_from(NoticeReceipt).where(NoticeReceipt.person_id == amina.id)
    )
    assert db.session.scalar(told) == 2


def test_of_an_erased_person_the_number_stays_and_says_nothing(amina, cohort, client):
    number = award(amina, cohort)
    kept = signed(number)
    with write():
        erase_person(actor=amina.actor, now=clock.now())
    row = row_of(number)
    assert (row.person_id, row.name, row.name_ar, row.identity, row.document) == (
        None, "", "", None, "",
    )  # fmt: skip
    page = client.get(f"/fr/check/{number}").text
    assert "does not know any more whose certificate this is" in page
    assert "Amina" not in page
    assert client.get(f"/credentials/{number}.json").status_code == 404
    assert kept["credentialSubject"]["identifier"][0]["identityHash"] == "Amina Idrissi"
    assert db.session.get_one(Person, amina.id).erased_at


def test_a_signature_that_comes_after_the_erasure_is_not_kept(amina, cohort):
    with write():
        row = services.award_credential(
            actor=amina.actor, given=given(amina, cohort), now=clock.now()
        )
        number = row.public_id
    with write():
        erase_person(actor=amina.actor, now=clock.now())
    jobs.drain()
    assert row_of(number).document == ""

"""Set a learner's password to sit their exam: staff can only send the way to it, and it shows."""

import pytest
from sqlalchemy import select

from app.accounts.models import Person
from app.kernel.audit import AuditContent, AuditEntry
from app.kernel.db import db
from app.secondfactor.queries import is_on
from app.tokens.models import Token
from tests.centers.making import belong, make_center
from tests.letters import last_link, waiting
from tests.secondfactor.phone import with_second_factor


@pytest.fixture
def kenitra(database):
    return make_center("kenitra")


@pytest.fixture
def manager(make_person, kenitra, sign_in):
    manager = make_person("Manager", role="manager", scope="center", scope_id=kenitra)
    belong(kenitra, manager)
    sign_in(manager)
    return manager


@pytest.fixture
def learner(make_person, kenitra, manager):
    learner = make_person("Amina", email="amina@example.org", password_hash="kept")
    belong(kenitra, learner)
    return learner


def url_of(person):
    return f"/fr/c/kenitra/people/{person.public_id}"


def acts_of(manager):
    rows = db.session.execute(
        select(AuditEntry.verb, AuditContent.object)
        .join(AuditContent, AuditContent.entry_id == AuditEntry.id)
        .where(AuditContent.actor_id == manager.id)
    )
    return [tuple(row) for row in rows]


def test_the_link_reaches_the_learner_alone_and_is_kept_in_the_trail(client, manager, learner):
    assert "/send-link" in client.get(url_of(learner)).text
    assert client.post(f"{url_of(learner)}/send-link").status_code == 303
    secret = last_link("amina@example.org").rsplit("/", 1)[1]
    page = client.get(url_of(learner))
    assert secret not in page.text
    assert waiting(manager.email) == []
    assert ("signin.send_link", f"person:{learner.id}") in acts_of(manager)
    db.session.expire_all()
    assert db.session.get_one(Person, learner.id).password_hash == "kept"


def test_no_code_is_printed_for_who_can_be_reached(client, manager, learner):
    page = client.post(f"{url_of(learner)}/code")
    assert page.status_code == 422
    assert "Send them a link" in page.text
    assert db.session.scalars(select(Token).where(Token.purpose == "code")).all() == []


def test_a_password_that_is_sent_along_is_refused(client, manager, learner):
    sent = {"password": "un tout autre secret", "password_hash": "x"}
    for act in ("send-link", "code", "unsuspend", "reset-second-factor"):
        assert client.post(f"{url_of(learner)}/{act}", data=sent).status_code == 422, act
    db.session.expire_all()
    assert db.session.get_one(Person, learner.id).password_hash == "kept"
    assert waiting("amina@example.org") == []


def test_taking_the_second_step_back_leaves_the_password_and_is_told(client, manager, learner):
    with_second_factor(learner)
    assert client.post(f"{url_of(learner)}/reset-second-factor").status_code == 303
    assert not is_on(learner.id)
    assert "The staff switched it off" in waiting("amina@example.org")[-1]
    assert ("secondfactor.reset", f"person:{learner.id}") in acts_of(manager)
    db.session.expire_all()
    assert db.session.get_one(Person, learner.id).password_hash == "kept"


def test_nothing_of_it_works_on_an_equal(client, manager, make_person, kenitra):
    equal = make_person("Equal", role="manager", scope="center", scope_id=kenitra)
    belong(kenitra, equal)
    assert "/send-link" not in client.get(url_of(equal)).text
    for act in ("send-link", "code", "reset-second-factor"):
        assert client.post(f"{url_of(equal)}/{act}").status_code == 422, act
    assert waiting(equal.email) == []

"""Go on with a session after a suspension, a lost role or a new password."""

import pytest
from sqlalchemy import select

from app.accounts import services as accounts
from app.kernel import clock
from app.kernel.db import db, write
from app.signin import rules
from app.signin.models import SignInSession
from tests.centers.making import make_center
from tests.conftest import add_session

HASH = rules.hash_password("quatre mots en ligne")


def is_in(client):
    return client.get("/fr/account").status_code == 200


@pytest.fixture
def admin(make_person):
    return make_person(role="admin")


def test_a_suspension_holds_from_the_next_request(client, sign_in, make_person, admin):
    amina = make_person()
    sign_in(amina)
    assert is_in(client)
    with write():
        accounts.suspend(actor=admin.actor, person_id=amina.id, reason="", now=clock.now())
    assert not is_in(client)


def test_lifting_it_does_not_revive_old_sessions(client, sign_in, make_person, admin):
    amina = make_person()
    sign_in(amina)
    with write():
        accounts.suspend(actor=admin.actor, person_id=amina.id, reason="", now=clock.now())
        accounts.unsuspend(actor=admin.actor, person_id=amina.id)
    assert not is_in(client)


def test_a_role_that_was_taken_is_gone_from_the_next_request(client, sign_in, make_person, admin):
    center = make_center()
    boss = make_person(role="manager", scope="center", scope_id=center)
    sign_in(boss)
    assert is_in(client)
    with write():
        accounts.revoke_role(
            actor=admin.actor, person_id=boss.id, role="manager", scope="center", scope_id=center
        )
    assert not is_in(client)


def test_a_new_password_ends_the_sessions_of_all_other_browsers(client, app, sign_in, make_person):
    amina = make_person(password_hash=HASH)
    sign_in(amina)
    thief = app.test_client()
    thief.set_cookie("sid", client.get_cookie("sid").value)
    data = {"old": "quatre mots en ligne", "password": "un tout autre secret"}
    assert client.post("/fr/account/password", data=data).status_code == 303
    assert is_in(client)
    assert not is_in(thief)


def test_an_erased_person_acts_no_more(client, sign_in, make_person):
    amina = make_person()
    sign_in(amina)
    with write():
        accounts.mark_erased(amina.id, now=clock.now())
    assert not is_in(client)


def test_a_session_ended_in_another_browser_is_over(client, app, sign_in, make_person):
    amina = make_person()
    sign_in(amina)
    row = db.session.scalars(select(SignInSession)).one()
    from tests.conftest import add_session

    other = app.test_client()
    other.set_cookie("sid", add_session(amina))
    other.post("/fr/account/sessions/end", data={"session": row.id})
    assert not is_in(client)
    assert is_in(other)


def test_who_left_the_staff_of_a_center_finds_nothing_of_it(client, app, make_person, sign_in):
    center = make_center("kenitra")
    trainer = make_person(role="instructor", scope="center", scope_id=center)
    manager = make_person(role="manager", scope="center", scope_id=center)
    sign_in(trainer)
    assert client.get("/fr/c/kenitra/cohorts").status_code == 200
    other = app.test_client()
    other.set_cookie("sid", add_session(manager))
    left = other.post(f"/fr/c/kenitra/staff/{trainer.public_id}/instructor/remove")
    assert left.status_code == 303
    assert client.get("/fr/c/kenitra/cohorts").location.startswith("/fr/sign-in")
    sign_in(trainer)
    assert client.get("/fr/c/kenitra/cohorts").status_code in (403, 404)

"""Plant a cookie, wait until the victim signs in with it."""

from dataclasses import replace

from sqlalchemy import select

from app.accounts import services as accounts
from app.kernel import clock
from app.kernel.db import db, write
from app.settings import use_settings
from app.signin import rules
from app.signin.models import SignInSession
from tests.conftest import add_session
from tests.secondfactor.phone import with_second_factor

PASSWORD = "quatre mots en ligne"
HASH = rules.hash_password(PASSWORD)
RIGHT = {"email": "amina@example.org", "password": PASSWORD}


def test_the_planted_token_opens_nothing_afterwards(client, app, make_person):
    make_person(email="amina@example.org", password_hash=HASH)
    planted = add_session(make_person())
    client.set_cookie("sid", planted)
    client.post("/fr/sign-out")
    client.set_cookie("sid", planted)
    client.post("/fr/sign-in", data=RIGHT)
    fresh = client.get_cookie("sid").value
    assert fresh != planted
    thief = app.test_client()
    thief.set_cookie("sid", planted)
    assert thief.get("/fr/account").status_code == 303


def test_each_sign_in_has_a_new_token_and_the_old_row_is_gone(client, make_person):
    make_person(email="amina@example.org", password_hash=HASH)
    client.post("/fr/sign-in", data=RIGHT)
    first = client.get_cookie("sid").value
    client.post("/fr/sign-in", data=RIGHT)
    second = client.get_cookie("sid").value
    assert first != second
    hashes = db.session.scalars(select(SignInSession.token_hash)).all()
    assert hashes == [rules.token_hash(second)]


def test_a_new_role_needs_a_new_session(client, make_person):
    admin = make_person(role="admin")
    amina = make_person(email="amina@example.org", password_hash=HASH)
    client.post("/fr/sign-in", data=RIGHT)
    with write():
        accounts.grant_role(actor=admin.actor, person_id=amina.id, role="office", now=clock.now())
    assert client.get("/fr/account").status_code == 303


def test_what_a_visitor_had_in_the_browser_is_cleared(client, make_person):
    make_person(email="amina@example.org", password_hash=HASH)
    with client.session_transaction() as carried:
        carried["planted"] = "x"
    client.post("/fr/sign-in", data=RIGHT)
    with client.session_transaction() as carried:
        assert "planted" not in carried


def test_nothing_is_read_from_the_cookies_of_flask_login(client, make_person):
    person = make_person()
    client.set_cookie("remember_token", f"{person.public_id}|forged")
    with client.session_transaction() as carried:
        carried["_user_id"] = person.public_id
    assert client.get("/fr/account").status_code == 303


def test_the_second_step_changes_the_token_and_the_waiting_one_is_gone(client, make_person):
    amina = make_person(email="amina@example.org", password_hash=HASH)
    phone, _ = with_second_factor(amina)
    client.post("/fr/sign-in", data=RIGHT)
    planted = client.get_cookie("sid").value
    client.post("/fr/sign-in/code", data={"code": phone.code()})
    fresh = client.get_cookie("sid").value
    assert fresh != planted
    hashes = db.session.scalars(select(SignInSession.token_hash)).all()
    assert rules.token_hash(fresh) in hashes
    assert rules.token_hash(planted) not in hashes


def test_over_https_no_neighbor_can_plant_the_cookie(client, app, make_person):
    make_person(email="amina@example.org", password_hash=HASH)
    use_settings(replace(app.extensions["settings"], public_url="https://localhost"))
    try:
        answer = client.post("/fr/sign-in", data=RIGHT)
    finally:
        use_settings(app.extensions["settings"])
    (cookie,) = [c for c in answer.headers.getlist("Set-Cookie") if "sid=" in c]
    assert cookie.startswith("__Host-sid=")
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Domain" not in cookie

import pytest
from sqlalchemy import select

from app.accounts.hooks import AfterSignIn
from app.accounts.models import Person
from app.kernel.db import db, write
from app.kernel.hooks import hooks
from app.signin import rules
from app.signin.models import SignInSession

PASSWORD = "quatre mots en ligne"
HASH = rules.hash_password(PASSWORD)


@pytest.fixture
def amina(make_person):
    return make_person(email="amina@example.org", password_hash=HASH)


def post(client, email="amina@example.org", password=PASSWORD, **more):
    return client.post(
        "/fr/sign-in" + more.pop("query", ""), data={"email": email, "password": password} | more
    )


@pytest.mark.parametrize("lang", ["fr", "ar", "en"])
def test_the_form_is_there_in_each_language(client, lang):
    page = client.get(f"/{lang}/sign-in").text
    assert 'name="email"' in page
    assert 'name="password"' in page


def test_the_right_password_lets_in(client, amina):
    response = post(client)
    assert response.status_code == 303
    assert response.location == "/fr/"
    assert client.get("/fr/account").status_code == 200


@pytest.mark.parametrize("typed", ["AMINA@example.org ", "amina@EXAMPLE.org"])
def test_the_address_is_taken_as_people_type_it(client, amina, typed):
    assert post(client, email=typed).status_code == 303


def test_a_phone_number_lets_in_too(client, amina):
    from app.accounts.models import Address
    from app.kernel import clock

    with write() as session:
        session.add(
            Address(
                person_id=amina.id, kind="phone", value="+212612345678", confirmed_at=clock.now()
            )
        )
    assert post(client, email="06 12 34 56 78").status_code == 303


def test_a_wrong_password_lets_nobody_in_and_says_what_to_do(client, amina):
    response = post(client, password="something else")
    assert response.status_code == 422
    assert "sid=" not in str(response.headers)
    assert 'value="amina@example.org"' in response.text


def test_an_address_that_is_not_confirmed_does_not_let_in(client, amina):
    from app.accounts.models import Address

    with write() as session:
        session.scalars(select(Address)).one().confirmed_at = None
    assert post(client).status_code == 422


def test_somebody_without_a_password_cannot_sign_in_with_an_empty_one(client, make_person):
    make_person(email="new@example.org")
    assert post(client, email="new@example.org", password="").status_code == 422
    assert post(client, email="new@example.org", password="x").status_code == 422


def test_the_cookie_is_closed_to_scripts_and_other_sites(client, amina):
    cookie = next(c for c in post(client).headers.getlist("Set-Cookie") if c.startswith("sid="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Max-Age" not in cookie
    assert "Domain" not in cookie


def test_the_database_does_not_hold_the_token(client, amina):
    post(client)
    token = client.get_cookie("sid").value
    row = db.session.scalars(select(SignInSession)).one()
    assert row.token_hash == rules.token_hash(token) != token


def test_somebody_signed_in_is_sent_on(client, sign_in, amina):
    sign_in(amina)
    assert client.get("/fr/sign-in?next=/fr/account").location == "/fr/account"


def test_signing_out_ends_the_session(client, amina):
    post(client)
    token = client.get_cookie("sid").value
    assert client.get("/fr/sign-out").status_code == 200
    assert client.post("/fr/sign-out").status_code == 303
    assert client.get_cookie("sid") is None
    client.set_cookie("sid", token)
    assert client.get("/fr/account").status_code == 303


def test_signing_out_twice_harms_nothing(client):
    assert client.post("/fr/sign-out").status_code == 303
    assert client.post("/fr/sign-out").status_code == 303


def test_what_the_visitor_carried_is_handed_over_once(client, amina):
    got = []
    hooks.register(
        AfterSignIn, "test", AfterSignIn(lambda person, carried: got.append((person, carried)))
    )
    try:
        with client.session_transaction() as carried:
            carried["carried"] = {"lessons": ["a"]}
        post(client)
    finally:
        hooks._found[AfterSignIn].pop("test")
    assert got == [(amina.id, {"lessons": ["a"]})]
    with client.session_transaction() as carried:
        assert "carried" not in carried


def test_an_outdated_hash_is_renewed(client, make_person):
    from argon2 import PasswordHasher

    old = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    person = make_person(email="old@example.org", password_hash=old)
    assert post(client, email="old@example.org").status_code == 303
    kept = db.session.scalar(select(Person.password_hash).where(Person.id == person.id))
    assert kept != old
    assert "m=19456,t=2,p=1" in kept


def test_a_suspended_person_is_told_so_only_with_the_right_password(client, make_person):
    from app.kernel import clock

    make_person(email="s@example.org", password_hash=HASH, suspended_at=clock.now())
    assert post(client, email="s@example.org", password="wrong").status_code == 422
    assert post(client, email="s@example.org").status_code == 403


def test_a_form_with_more_fields_is_refused(client, amina):
    assert post(client, role="admin").status_code == 422


def test_no_hash_is_made_inside_a_transaction(client, amina, monkeypatch):
    from app.kernel import db as kernel

    seen = []
    real = rules.verify_password

    def watched(*args):
        seen.append(kernel._writing.get())
        return real(*args)

    monkeypatch.setattr(rules, "verify_password", watched)
    post(client)
    assert seen == [False]

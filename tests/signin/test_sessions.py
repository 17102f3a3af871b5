from datetime import timedelta

import pytest
from sqlalchemy import select

from app.accounts import services as accounts
from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from app.signin import queries, rules, services
from app.signin.models import SignInSession
from app.signin.services import Browser
from tests.conftest import add_session

PASSWORD = "quatre mots en ligne"
HASH = rules.hash_password(PASSWORD)


@pytest.fixture
def amina(make_person):
    return make_person(email="amina@example.org", password_hash=HASH)


def enter(client, **more):
    data = {"email": "amina@example.org", "password": PASSWORD} | more
    assert client.post("/fr/sign-in", data=data).status_code == 303
    return client.get_cookie("sid").value


def row():
    db.session.expire_all()
    return db.session.scalars(select(SignInSession)).one()


def test_the_actor_is_found_in_one_statement_with_all_roles(app, make_person, statements):
    person = make_person(role="learner")
    with write():
        for role in ("instructor", "office", "partner"):
            accounts.grant_role(actor=SYSTEM, person_id=person.id, role=role, now=clock.now())
    token = add_session(person)
    with statements() as seen:
        found = queries.find_session(token, language="fr", now=clock.now())
    assert len(seen) == 1
    assert len(found.actor.grants) == 4
    assert found.actor.public_id == person.public_id


def test_a_page_asks_for_the_actor_once_and_writes_nothing(client, sign_in, amina, statements):
    sign_in(amina)
    with statements() as seen:
        client.get("/fr/account/password")
    assert len(seen) == 1
    assert seen[0].startswith("SELECT")


def test_a_visitor_costs_no_statement(client, statements):
    with statements() as seen:
        client.get("/fr/sign-up")
        client.set_cookie("sid", "short")
        client.get("/fr/sign-up")
    assert seen == []


def test_the_name_follows_the_language_of_the_page(make_person):
    person = make_person(name="Amina", name_ar="أمينة")
    token = add_session(person)
    names = {
        lang: queries.find_session(token, language=lang, now=clock.now()).actor.name
        for lang in ("fr", "ar")
    }
    assert names == {"fr": "Amina", "ar": "أمينة"}


def test_seen_is_kept_at_most_once_a_minute_and_lengthens_the_session(
    client, amina, travel, statements
):
    enter(client)
    before = row().expires_at
    travel(seconds=50)
    with statements() as seen:
        client.get("/fr/account")
    assert not any(s.startswith("UPDATE") for s in seen)
    travel(seconds=20)
    client.get("/fr/account")
    assert row().expires_at > before
    assert row().seen_at > row().created_at


@pytest.mark.parametrize(
    ("role", "minutes"), [(None, 12 * 60), ("learner", 12 * 60), ("admin", 30), ("instructor", 120)]
)
def test_a_silent_browser_is_signed_out(client, make_person, travel, role, minutes):
    make_person(email="amina@example.org", password_hash=HASH, role=role)
    enter(client)
    travel(minutes=minutes - 1)
    assert client.get("/fr/account").status_code == 200
    travel(minutes=minutes - 1)
    assert client.get("/fr/account").status_code == 200
    travel(minutes=minutes + 1)
    assert client.get("/fr/account").status_code == 303


def test_staff_are_not_remembered_for_long():
    assert rules.idle(["learner"], True) == timedelta(days=30)
    assert rules.idle(["learner", "manager"], True) == timedelta(minutes=30)
    assert rules.idle([], False) == timedelta(hours=12)


def test_a_remembered_browser_gets_a_new_token_each_day(client, amina, travel):
    first = enter(client, remembered="y")
    travel(hours=25)
    assert client.get("/fr/account").status_code == 200
    second = client.get_cookie("sid").value
    assert second != first
    assert client.get("/fr/account").status_code == 200
    travel(days=29)
    assert client.get("/fr/account").status_code == 200
    travel(days=31)
    assert client.get("/fr/account").status_code == 303


def test_requests_on_their_way_during_a_rotation_are_answered(client, amina, travel):
    first = enter(client, remembered="y")
    travel(hours=25)
    client.get("/fr/account")
    second = client.get_cookie("sid").value
    client.set_cookie("sid", first)
    assert client.get("/fr/account").status_code == 200
    assert client.get_cookie("sid").value == second


def test_a_new_token_that_never_arrived_is_sent_again(client, amina, travel):
    first = enter(client, remembered="y")
    travel(hours=25)
    client.get("/fr/account")
    second = client.get_cookie("sid").value
    client.set_cookie("sid", first)
    travel(hours=2)
    assert client.get("/fr/account").status_code == 200
    assert client.get_cookie("sid").value == second


def test_an_old_token_shown_after_the_new_one_was_used_ends_the_session(client, amina, travel):
    first = enter(client, remembered="y")
    travel(hours=25)
    client.get("/fr/account")
    second = client.get_cookie("sid").value
    travel(minutes=5)
    client.get("/fr/account")
    client.set_cookie("sid", first)
    assert client.get("/fr/account").status_code == 303
    client.set_cookie("sid", second)
    assert client.get("/fr/account").status_code == 303


def test_the_list_shows_this_browser_and_others(client, app, amina, make_person):
    enter(client)
    other = make_person()
    with write():
        services.open_session(
            person_id=amina.id, browser=Browser("Firefox · Android"), now=clock.now()
        )
        services.open_session(person_id=other.id, browser=Browser("Opera · iPad"), now=clock.now())
    page = client.get("/fr/account/sessions").text
    assert "Firefox · Android" in page
    assert "Opera" not in page


def test_one_ends_ones_own_sessions_and_nobody_elses(client, amina, make_person):
    enter(client)
    other = make_person()
    with write():
        services.open_session(person_id=amina.id, now=clock.now())
        services.open_session(person_id=other.id, now=clock.now())
    ids = {s.person_id: s.id for s in db.session.scalars(select(SignInSession))}
    mine = ids.pop(amina.id)
    (foreign,) = ids.values()
    assert client.post("/fr/account/sessions/end", data={"session": foreign}).status_code == 404
    assert client.post("/fr/account/sessions/end", data={"session": "x"}).status_code == 404
    assert client.post("/fr/account/sessions/end", data={"session": mine}).status_code == 303
    assert client.post("/fr/account/sessions/end", data={"session": mine}).status_code == 404


def test_signing_out_everywhere_else_keeps_this_browser(client, amina):
    enter(client)
    with write():
        services.open_session(person_id=amina.id, now=clock.now())
    client.post("/fr/account/sessions/end-others")
    assert client.get("/fr/account").status_code == 200
    assert row().person_id == amina.id


def test_ending_the_present_session_signs_out(client, amina):
    enter(client)
    client.post("/fr/account/sessions/end", data={"session": row().id})
    assert client.get("/fr/account").status_code == 303


def test_old_sessions_are_forgotten(client, amina, travel):
    from app.signin import jobs

    enter(client)
    travel(hours=13)
    jobs.forget_old()
    assert db.session.scalar(select(SignInSession)) is None


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (Linux; Android 9) AppleWebKit/537 Chrome/99.0 Mobile Safari/537",
            "Chrome · Android",
        ),
        ("Mozilla/5.0 (Windows NT 10.0; rv:120.0) Gecko/2010 Firefox/120.0", "Firefox · Windows"),
        ("<script>alert(1)</script>", ""),
        ("", ""),
    ],
)
def test_devices_are_named_in_words(agent, words):
    assert rules.device_words(agent) == words


def test_over_https_the_cookies_are_bound_to_the_host(app, database, make_person):
    from app.settings import use_settings

    person = make_person(email="amina@example.org", password_hash=HASH)
    old = app.extensions["settings"]
    use_settings(type(old)(**{**old.__dict__, "public_url": "https://localhost"}))
    try:
        response = app.test_client().post(
            "/fr/sign-in", data={"email": person.email, "password": PASSWORD}
        )
        cookies = response.headers.getlist("Set-Cookie")
        sid = next(c for c in cookies if c.startswith("__Host-sid="))
        assert "Secure" in sid
        assert "Path=/" in sid
    finally:
        use_settings(old)

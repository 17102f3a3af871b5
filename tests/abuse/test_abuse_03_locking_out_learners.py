"""Try wrong passwords for every learner before the exam, so that none gets in."""

import pytest

from app.signin import rules

PASSWORD = "quatre mots en ligne"
HASH = rules.hash_password(PASSWORD)
RIGHT = {"email": "amina@example.org", "password": PASSWORD}


@pytest.fixture
def amina(make_person):
    return make_person(email="amina@example.org", password_hash=HASH)


def attack(app, monkeypatch, address="10.9.9.9", count=40):
    attacker = app.test_client()
    with monkeypatch.context() as quick:
        quick.setattr(rules, "verify_password", lambda kept, typed: False)
        for n in range(count):
            attacker.post(
                "/fr/sign-in",
                data={"email": "amina@example.org", "password": f"guess number {n}"},
                environ_base={"REMOTE_ADDR": address},
            )


def test_from_another_network_the_owner_gets_in_at_once(client, app, amina, monkeypatch):
    attack(app, monkeypatch)
    assert client.post("/fr/sign-in", data=RIGHT).status_code == 303


def test_a_browser_that_the_owner_used_before_is_not_slowed(client, app, amina, monkeypatch):
    client.post("/fr/sign-in", data=RIGHT)
    client.post("/fr/sign-out")
    attack(app, monkeypatch, address="127.0.0.1")
    assert app.test_client().post("/fr/sign-in", data=RIGHT).status_code == 429
    assert client.post("/fr/sign-in", data=RIGHT).status_code == 303


def test_nothing_is_locked_the_wait_is_short_and_ends(client, app, amina, monkeypatch, travel):
    attack(app, monkeypatch, address="127.0.0.1")
    response = client.post("/fr/sign-in", data=RIGHT)
    assert response.status_code == 429
    wait = int(response.headers["Retry-After"])
    assert wait <= 600
    travel(seconds=wait + 1)
    assert client.post("/fr/sign-in", data=RIGHT).status_code == 303


def test_trying_while_one_waits_does_not_lengthen_the_wait(client, app, amina, monkeypatch):
    attack(app, monkeypatch, address="127.0.0.1", count=8)
    first = int(client.post("/fr/sign-in", data=RIGHT).headers["Retry-After"])
    for _ in range(10):
        last = int(client.post("/fr/sign-in", data=RIGHT).headers["Retry-After"])
    assert last <= first


def test_a_session_that_is_open_goes_on(client, app, amina, monkeypatch):
    client.post("/fr/sign-in", data=RIGHT)
    attack(app, monkeypatch, address="127.0.0.1")
    assert client.get("/fr/account").status_code == 200


def test_the_mark_of_ones_own_device_helps_with_nobody_elses_account(
    client, app, make_person, amina
):
    make_person(email="thief@example.org", password_hash=HASH)
    client.post("/fr/sign-in", data={"email": "thief@example.org", "password": PASSWORD})
    mark = client.get_cookie("known").value
    assert rules.known_device(mark, amina.public_id) is None
    assert rules.known_device("x" * 22 + ".0" * 20, amina.public_id) is None


def test_a_known_device_may_not_guess_for_ever(client, app, amina):
    client.post("/fr/sign-in", data=RIGHT)
    client.post("/fr/sign-out")
    wrong = RIGHT | {"password": "wrong"}
    answers = [client.post("/fr/sign-in", data=wrong).status_code for _ in range(25)]
    assert 429 in answers


def test_several_people_share_a_known_browser():
    cookie = ""
    for person in ("a", "b", "c"):
        cookie = rules.with_known_person(cookie, person, "fresh-device-id-16-chars")
    assert {rules.known_device(cookie, p) for p in "abc"} == {"fresh-device-id-16-chars"}
    for n in range(20):
        cookie = rules.with_known_person(cookie, f"p{n}", "other")
    assert len(cookie) < 300

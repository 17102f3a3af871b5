"""One password tried on thousands of accounts, from one network or from many."""

import json
from dataclasses import replace

from app.admin import queries as admin
from app.settings import use_settings
from app.signin import rules
from app.throttling.rules import network
from tests.secondfactor.phone import with_second_factor


def spray(client, count, address=lambda n: "10.0.0.1", password=lambda n: "Printemps2026"):
    answers = []
    for n in range(count):
        answer = client.post(
            "/fr/sign-in",
            data={"email": f"learner{n}@example.org", "password": password(n)},
            environ_base={"REMOTE_ADDR": address(n)},
        )
        answers.append(answer.status_code)
    return answers


def quick(monkeypatch):
    monkeypatch.setattr(rules, "verify_password", lambda kept, typed: False)


def test_the_same_password_is_slowed_even_from_many_networks(client, monkeypatch):
    quick(monkeypatch)
    answers = spray(client, 60, address=lambda n: f"10.{n}.0.1")
    assert answers[:30] == [422] * 30
    assert 429 in answers[30:]


def test_many_passwords_from_one_network_are_slowed(client, monkeypatch):
    quick(monkeypatch)
    answers = spray(client, 130, password=lambda n: f"password number {n}")
    assert answers[:100] == [422] * 100
    assert 429 in answers[100:]


def test_neighboring_addresses_count_as_one_network():
    assert network("10.0.0.1") == network("10.0.0.254")
    assert network("2001:db8::1") == network("2001:db8::ffff:1")


def test_the_answer_says_how_long_to_wait(client, monkeypatch):
    quick(monkeypatch)
    for n in range(130):
        response = client.post(
            "/fr/sign-in", data={"email": f"l{n}@example.org", "password": f"password {n}"}
        )
        if response.status_code == 429:
            break
    assert int(response.headers["Retry-After"]) >= 1


def test_a_class_that_signs_in_together_is_not_slowed(client, app, make_person):
    hashed = rules.hash_password("quatre mots en ligne")
    for n in range(12):
        make_person(email=f"class{n}@example.org", password_hash=hashed)
    for n in range(12):
        data = {"email": f"class{n}@example.org", "password": "quatre mots en ligne"}
        assert app.test_client().post("/fr/sign-in", data=data).status_code == 303


def test_the_counter_keeps_no_password(database):
    from app.throttling.services import keyed

    key = keyed("password", "Printemps2026", digits=8)
    assert "Printemps" not in key
    assert len(key.split(":")[1]) == 8, "so short that many passwords share it"


def guessing():
    (found,) = [f.check for f in admin.run_checks() if f.name == "signin.guessing"]
    return found


def test_admins_are_told_on_the_page_of_the_sites_health(client, monkeypatch, travel):
    quick(monkeypatch)
    spray(client, 20, address=lambda n: f"10.{n}.0.1")
    assert guessing().ok, "a class of people who type alike is no attack"
    spray(client, 40, address=lambda n: f"10.{n}.0.1")
    assert not guessing().ok
    travel(hours=2)
    assert guessing().ok


def test_what_is_slowed_is_in_the_log(client, monkeypatch, logged):
    quick(monkeypatch)
    spray(client, 40, address=lambda n: f"10.{n}.0.1")
    lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    assert ("refused", 429, "signin.send_sign_in") in [
        (line["event"], line.get("status"), line.get("endpoint")) for line in lines
    ]
    assert "Printemps" not in logged.getvalue()


def test_the_password_of_staff_that_was_guessed_opens_nothing(client, make_person):
    staff = make_person(
        email="staff@example.org", role="admin", password_hash=rules.hash_password("Printemps2026")
    )
    with_second_factor(staff)
    data = {"email": staff.email, "password": "Printemps2026"}
    assert client.post("/fr/sign-in", data=data).status_code == 303
    for path in ("/fr/account", "/fr/admin", "/fr/centers", "/fr/account/second-factor"):
        assert client.get(path).status_code == 303, path
    assert client.post("/fr/account/second-factor/off", data={}).status_code == 403


def test_staff_without_a_second_step_do_nothing_where_it_is_required(
    client, app, make_person, sign_in
):
    use_settings(replace(app.extensions["settings"], staff_second_factor="require"))
    sign_in(make_person(role="admin"))
    for path in ("/fr/admin", "/fr/admin/audit", "/fr/centers", "/fr/"):
        assert client.get(path).location == "/fr/account/second-factor", path
    use_settings(app.extensions["settings"])

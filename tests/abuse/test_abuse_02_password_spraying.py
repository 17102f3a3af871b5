"""One password tried on thousands of accounts, from one network or from many."""

from app.signin import rules
from app.throttling.rules import network


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

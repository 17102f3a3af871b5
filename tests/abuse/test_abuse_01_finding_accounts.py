"""Find accounts by text, status or timing of sign-in, reset and sign-up."""

import re

import pytest

from app.signin import rules
from tests.letters import waiting

PASSWORD = "quatre mots en ligne"
HASH = rules.hash_password(PASSWORD)


@pytest.fixture
def amina(make_person):
    return make_person(email="known@example.org", password_hash=HASH)


def bare(response, address):
    """The answer without what the visitor typed and without what changes each time."""
    page = re.sub(r'name="csrf_token" value="[^"]*"', "", response.text)
    return response.status_code, response.location, page.replace(address, "ADDRESS")


def both(client, path, **data):
    return [
        bare(client.post(path, data=data | {"email": address}), address)
        for address in ("known@example.org", "other@example.org")
    ]


def test_signing_in_answers_the_same(client, amina):
    known, unknown = both(client, "/fr/sign-in", password="not the right one")
    assert known == unknown


def test_a_password_is_verified_for_unknown_accounts_too(client, amina):
    before = rules.verifications
    both(client, "/fr/sign-in", password="not the right one")
    assert rules.verifications == before + 2


def test_the_dummy_takes_part_in_the_same_arithmetic():
    assert "m=19456,t=2,p=1" in rules._UNKNOWN
    assert not rules.verify_password(None, "A" * 20)
    assert "m=19456,t=2,p=1" in HASH


def test_asking_for_a_new_password_answers_the_same(client, amina):
    known, unknown = both(client, "/fr/forgot")
    assert known == unknown
    assert waiting("known@example.org")
    assert not waiting("other@example.org")


def test_signing_up_answers_the_same_and_the_owner_hears_of_it(client, amina):
    known, unknown = both(client, "/fr/sign-up", name="A", password="un autre secret bien long")
    assert known == unknown
    assert "/forgot" in waiting("known@example.org")[-1]
    assert "/confirm/" in waiting("other@example.org")[-1]


def test_signing_up_hashes_for_known_addresses_too(client, amina, monkeypatch):
    made = []
    real = rules.hash_password
    monkeypatch.setattr(rules, "hash_password", lambda p: made.append(p) or real(p))
    both(client, "/fr/sign-up", name="A", password="un autre secret bien long")
    assert len(made) == 2


def test_waiting_is_asked_of_unknown_accounts_too(client, amina):
    answers = {}
    for address in ("known@example.org", "other@example.org"):
        data = {"email": address, "password": f"wrong for {address}"}
        answers[address] = [client.post("/fr/sign-in", data=data).status_code for _ in range(8)]
    first, second = answers.values()
    assert first == second
    assert 429 in first


def test_printed_codes_and_links_say_nothing_either(client, amina):
    known, unknown = both(client, "/fr/code", code="AAAA-AAAA")
    assert known == unknown

"""Abuse 10: finding certificates or learners through the check page."""

import pytest

from app.credentials import queries
from tests.credentials.making import award, make_place


@pytest.fixture
def amina(make_person):
    return make_person(name="Amina Idrissi", email="amina@example.org")


@pytest.fixture
def number(database, amina):
    return award(amina, make_place(amina)[1])


def test_numbers_are_random_and_guessing_them_is_slowed(client, number):
    assert len(number) == 22  # 128 bits in base64
    codes = [client.get(f"/en/check/{n:022}").status_code for n in range(40)]
    assert set(codes[:10]) == {404}
    assert codes[-1] == 429
    assert client.get(f"/en/check/{number}").status_code == 200


def test_pictures_and_files_of_numbers_that_nobody_has_say_nothing_either(client, number):
    wrong = "A" * 22
    addresses = [f"/credentials/{wrong}.json"]
    addresses += [f"/en/check/{wrong}/{name}" for name in ("badge.png", "badge.svg", "wide.png")]
    assert {client.get(address).status_code for address in addresses} == {404}


def test_the_page_says_what_was_agreed_and_no_search_engine_keeps_it(client, number, amina):
    page = client.get(f"/en/check/{number}").text
    assert 'name="robots" content="noindex"' in page
    row = queries.find_credential(number)
    for secret in (amina.email, amina.public_id, row.identity["salt"], row.identity["hash"]):
        assert secret not in page
    for address in (f"/credentials/{number}.json", f"/en/check/{number}/wide.png"):
        assert client.get(address).headers["X-Robots-Tag"] == "noindex"


def test_nothing_lists_numbers(client, number):
    for address in ("/en/check", "/credentials/status/1", "/.well-known/did.json", "/en/"):
        assert number not in client.get(address).text

"""Have the link of a reset point at one's own site by a forged Host."""

import pytest

from tests.letters import waiting


def ask(client, **headers):
    return client.post("/fr/forgot", data={"email": "amina@example.org"}, headers=headers)


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Host", "Forwarded", "X-Original-Host"])
def test_links_come_from_the_settings_alone(client, make_person, header):
    make_person(email="amina@example.org")
    assert ask(client, **{header: "evil.example"}).status_code == 303
    (text,) = waiting("amina@example.org")
    assert "http://localhost/fr/reset/" in text
    assert "evil" not in text


def test_an_unknown_host_is_refused(client, make_person):
    make_person(email="amina@example.org")
    assert ask(client, Host="evil.example").status_code == 400
    assert waiting("amina@example.org") == []


def test_sign_up_is_no_different(client):
    form = {"name": "A", "email": "a@example.org", "password": "quatre mots en ligne"}
    client.post("/fr/sign-up", data=form, headers={"X-Forwarded-Host": "evil.example"})
    assert "evil" not in waiting("a@example.org")[0]
    assert "http://localhost/fr/confirm/" in waiting("a@example.org")[0]

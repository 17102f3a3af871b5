"""Sign up in bulk; fill somebody's mailbox through sign-up and reset."""

from sqlalchemy import func, select

from app.accounts.models import Person
from app.kernel.db import db
from app.signin import rules, services
from tests.letters import waiting


def test_an_address_gets_three_messages_an_hour_whatever_is_asked(client, make_person, travel):
    make_person(email="amina@example.org")
    for n in range(6):
        path, data = [
            ("/fr/forgot", {"email": "amina@example.org"}),
            (
                "/fr/sign-up",
                {"email": "amina@example.org", "name": "A", "password": "quatre mots en ligne"},
            ),
        ][n % 2]
        assert client.post(path, data=data).status_code == 303
    assert len(waiting("amina@example.org")) == 3
    travel(minutes=61)
    client.post("/fr/forgot", data={"email": "amina@example.org"})
    assert len(waiting("amina@example.org")) == 4


def test_a_network_has_a_budget(client, monkeypatch):
    monkeypatch.setattr(services, "MAIL_NETWORK", services.Limit(free=5, window=3600, hard=True))
    answers = [
        client.post("/fr/forgot", data={"email": f"p{n}@example.org"}).status_code for n in range(7)
    ]
    assert answers == [303] * 5 + [429] * 2
    elsewhere = client.post(
        "/fr/forgot",
        data={"email": "x@example.org"},
        environ_base={"REMOTE_ADDR": "10.77.0.1"},
    )
    assert elsewhere.status_code == 303


def test_sign_ups_that_nobody_confirms_leave_no_people(client, monkeypatch):
    monkeypatch.setattr(rules, "hash_password", lambda password: "hash")
    for n in range(30):
        form = {"email": f"p{n}@example.org", "name": "A", "password": "quatre mots en ligne"}
        assert client.post("/fr/sign-up", data=form).status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Person)) == 0


def test_and_are_forgotten(client, travel):
    from app.tokens.jobs import forget_old
    from app.tokens.models import Token

    form = {"email": "p@example.org", "name": "A", "password": "quatre mots en ligne"}
    client.post("/fr/sign-up", data=form)
    travel(days=4)
    forget_old()
    assert db.session.scalar(select(func.count()).select_from(Token)) == 0


def test_only_what_proves_the_address_is_sent_before_it_is_proven(client):
    form = {"email": "p@example.org", "name": "A", "password": "quatre mots en ligne"}
    client.post("/fr/sign-up", data=form)
    client.post("/fr/forgot", data={"email": "p@example.org"})
    assert len(waiting("p@example.org")) == 1

"""Reuse, guess or race the link of a reset; keep an old session after it."""

import threading

import pytest

from app.accounts.models import Person
from app.kernel import clock
from app.kernel.db import db, write
from app.kernel.errors import NotFound
from app.signin import rules, services
from app.signin.services import Browser
from tests.conftest import add_person
from tests.letters import last_link

NEW = "un tout autre secret"
HASH = rules.hash_password("quatre mots en ligne")


@pytest.fixture
def amina(make_person):
    return make_person(email="amina@example.org", password_hash=HASH)


def ask(client):
    client.post("/fr/forgot", data={"email": "amina@example.org"})
    return last_link("amina@example.org")


def test_a_link_works_once(client, amina):
    link = ask(client)
    assert client.post(link, data={"password": NEW}).status_code == 303
    assert client.get(link).status_code == 404
    assert client.post(link, data={"password": NEW + "2"}).status_code == 404


def test_a_mail_scanner_that_opens_it_uses_nothing_up(client, amina):
    link = ask(client)
    for _ in range(5):
        assert client.get(link).status_code == 200
    assert client.post(link, data={"password": NEW}).status_code == 303


def test_it_runs_out_after_half_an_hour(client, amina, travel):
    link = ask(client)
    travel(minutes=31)
    assert client.get(link).status_code == 404
    assert client.post(link, data={"password": NEW}).status_code == 404


def test_using_one_voids_the_others(client, amina):
    first, second = ask(client), ask(client)
    assert client.post(second, data={"password": NEW}).status_code == 303
    assert client.post(first, data={"password": NEW}).status_code == 404


def test_the_secret_has_256_bits_and_is_kept_as_a_hash(client, amina):
    from sqlalchemy import select

    from app.tokens.models import Token

    secret = ask(client).rsplit("/", 1)[1]
    assert len(secret) == 43
    assert secret not in db.session.scalars(select(Token.secret_hash)).all()


@pytest.mark.parametrize("guess", ["x", "A" * 43, "../" * 5, "%00"])
def test_guesses_open_nothing(client, amina, guess):
    ask(client)
    assert client.get(f"/fr/reset/{guess}").status_code == 404


def test_every_old_session_ends(client, app, amina, sign_in):
    sign_in(amina)
    other = app.test_client()
    link = ask(other)
    other.post(link, data={"password": NEW})
    assert client.get("/fr/account").status_code == 303
    assert other.get("/fr/account").status_code == 200


def test_the_page_tells_no_other_site_its_address(client, amina):
    page = client.get(ask(client))
    assert 'name="referrer" content="no-referrer"' in page.text


def test_of_two_at_once_one_wins_and_the_other_changes_nothing(committed_app):
    with committed_app.app_context():
        person = add_person(password_hash=HASH)
        from app.accounts.rules import ParsedAddress

        with write():
            services.request_reset(
                address=ParsedAddress("email", person.email), network="n", now=clock.now()
            )
        token = last_link(person.email).rsplit("/", 1)[1]
        db.session.remove()
    won, gate = [], threading.Barrier(4)

    def race(n):
        with committed_app.app_context():
            gate.wait()
            try:
                with write():
                    services.reset_password(
                        token=token, password_hash=f"hash{n}", browser=Browser(), now=clock.now()
                    )
                won.append(n)
            except NotFound:
                pass
            finally:
                db.session.remove()

    threads = [threading.Thread(target=race, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    with committed_app.app_context():
        assert db.session.get(Person, person.id).password_hash == f"hash{won[0]}"

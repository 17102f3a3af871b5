"""Read passwords, tokens and codes in logs, answers, jobs and the database."""

import json

from sqlalchemy import inspect, text

from app.kernel import jobs
from app.kernel.db import db
from app.signin import rules
from tests.letters import last_link, waiting

CANARY = "canary-of-a-password"
HASH = rules.hash_password(CANARY)


def everything():
    """All rows of all tables as text."""
    names = inspect(db.session.connection()).get_table_names()
    rows = {n: db.session.execute(text(f'SELECT * FROM "{n}"')).all() for n in names}  # noqa: S608
    return json.dumps({n: [list(map(str, row)) for row in found] for n, found in rows.items()})


def test_a_password_is_nowhere_but_in_its_hash(client, make_person, capfd):
    make_person(email="amina@example.org", password_hash=HASH)
    right = {"email": "amina@example.org", "password": CANARY}
    pages = [
        client.post("/fr/sign-in", data=right | {"password": CANARY + "x"}),
        client.post("/fr/sign-in", data=right),
        client.post("/fr/account/password", data={"old": CANARY, "password": CANARY}),
        client.post("/fr/account/my-data/export"),
        client.post(
            "/fr/sign-up", data={"name": "A", "email": "b@example.org", "password": CANARY + "y"}
        ),
    ]
    assert all(CANARY not in page.text for page in pages)
    assert CANARY not in everything()
    out, err = capfd.readouterr()
    assert CANARY not in out + err


def test_the_secret_of_a_link_is_gone_once_its_message_left(client, make_person, capfd):
    make_person(email="amina@example.org")
    client.post("/fr/forgot", data={"email": "amina@example.org"})
    secret = last_link("amina@example.org").rsplit("/", 1)[1]
    jobs.drain()
    assert waiting("amina@example.org") == []
    assert secret not in everything()
    out, err = capfd.readouterr()
    assert secret not in out + err


def test_the_token_of_a_session_is_only_in_its_cookie(client, make_person, capfd):
    make_person(email="amina@example.org", password_hash=HASH)
    client.post("/fr/sign-in", data={"email": "amina@example.org", "password": CANARY})
    token = client.get_cookie("sid").value
    assert token not in everything()
    assert token not in client.get("/fr/account/sessions").text
    out, err = capfd.readouterr()
    assert token not in out + err


def test_a_mail_password_is_not_shown(app):
    settings = app.extensions["settings"]
    shown = repr(
        type(settings)(**{**settings.__dict__, "smtp_url": type(settings.secret_key)(CANARY)})
    )
    assert CANARY not in shown

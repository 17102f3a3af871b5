"""The database is locked, full or away: a plain answer, nothing half-kept, all well afterwards."""

import sqlite3

import pytest
from sqlalchemy import event, func, select, text

from app.kernel.db import db
from app.learning.models import Enrollment
from tests.conftest import add_person, add_session
from tests.learning.test_learning import publish

pytestmark = pytest.mark.slow


@pytest.fixture
def learner(committed_app):
    """A signed-in learner and the address at which they enroll."""
    with committed_app.app_context():
        slug, person = publish(), add_person()
        token = add_session(person)
        db.session.remove()
    client = committed_app.test_client()
    client.set_cookie("sid", token)
    client.get("/fr/")
    return client, f"/fr/courses/{slug}/enroll"


def count(app):
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Enrollment))


def check_refused(answer):
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "sqlite" not in answer.text.lower()
    assert "psycopg" not in answer.text.lower()


@pytest.mark.only_sqlite
def test_a_locked_database_is_said_plainly_and_the_next_try_works(committed_app, learner):
    client, url = learner
    with committed_app.app_context():
        path = db.engine.url.database
        db.engine.dispose()

        @event.listens_for(db.engine, "connect")
        def impatient(connection, _record):
            connection.execute("PRAGMA busy_timeout=50")

    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    check_refused(client.post(url))
    assert client.get("/fr/courses").status_code == 200, "reading goes on"
    other.execute("ROLLBACK")
    other.close()
    assert count(committed_app) == 0
    assert client.post(url).status_code == 303
    assert count(committed_app) == 1


@pytest.mark.only_sqlite
def test_a_full_database_is_said_plainly_and_the_next_try_works(committed_app, learner):
    client, url = learner
    with committed_app.app_context():
        db.engine.dispose()

        @event.listens_for(db.engine, "connect")
        def full(connection, _record):
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count={pages}")

    refused = []
    for _ in range(2000):  # until the free pages are used up
        client.post(url.replace("/enroll", "/leave"))
        answer = client.post(url)
        if answer.status_code == 503:
            refused.append(answer)
            break
    check_refused(refused[0])
    assert client.get("/fr/courses").status_code == 200, "reading goes on"
    with committed_app.app_context():
        event.remove(db.engine, "connect", full)
        db.engine.dispose()
    assert client.post(url).status_code == 303


@pytest.mark.only_postgresql
def test_a_server_that_drops_its_connections_is_found_again(committed_app, learner):
    client, url = learner
    with committed_app.app_context():
        others = (
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        )
        db.session.execute(text(f"{others} AND datname = current_database()"))
        db.session.remove()
    assert client.post(url).status_code in (303, 503)
    assert client.post(url).status_code == 303
    assert count(committed_app) == 1


@pytest.mark.parametrize(("lang", "direction"), [("fr", "ltr"), ("ar", "rtl")])
def test_an_address_without_a_page_answers_in_its_own_language(client, lang, direction):
    answer = client.get(f"/{lang}/nothing-here", headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    assert f'<html lang="{lang}" dir="{direction}">' in answer.text

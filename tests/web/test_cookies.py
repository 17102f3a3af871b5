"""What a browser carries in the signed cookie, read once and kept."""

import pytest
from flask import Flask, session
from itsdangerous import TimestampSigner

from app.kernel import clock
from app.web.cookies import CarriedSessions

DAYS_32 = 32 * 86_400


@pytest.fixture
def carrying():
    app = Flask(__name__)
    app.config["SECRET_KEY"] = "for tests only"
    app.session_interface = CarriedSessions(app)

    @app.get("/put/<word>")
    def put(word):
        session["word"] = word
        return "kept"

    @app.get("/read")
    def read():
        return session.get("word", "nothing")

    @app.get("/spoil")
    def spoil():
        session["word"] = "spoiled"
        session["more"] = {"of": "it"}
        return "changed"

    return app.test_client()


def read(client, cookie):
    client.set_cookie("session", cookie)
    return client.get("/read").text


def test_what_one_request_changes_is_not_in_the_cookie_of_before(carrying):
    carrying.get("/put/old")
    cookie = carrying.get_cookie("session").value
    assert carrying.get("/read").text == "old"
    carrying.get("/spoil")
    assert carrying.get("/read").text == "spoiled"
    assert read(carrying, cookie) == "old"


def test_a_cookie_that_was_read_before_grows_too_old_all_the_same(carrying, monkeypatch):
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: int(clock.now().timestamp()))
    carrying.get("/put/old")
    cookie = carrying.get_cookie("session").value
    assert read(carrying, cookie) == "old"
    clock.shift(DAYS_32)
    try:
        assert read(carrying, cookie) == "nothing"
    finally:
        clock.shift(0)


def test_a_cookie_that_was_changed_holds_nothing(carrying):
    carrying.get("/put/old")
    cookie = carrying.get_cookie("session").value
    assert read(carrying, cookie) == "old"
    changed = ("A" if cookie[-9] != "A" else "B").join((cookie[:-9], cookie[-8:]))
    assert read(carrying, changed) == "nothing"


def test_a_page_that_looked_into_it_differs_by_cookie(carrying):
    carrying.get("/put/old")
    assert "Cookie" in carrying.get("/read").headers["Vary"]

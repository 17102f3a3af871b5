"""One code sent by several browsers at the same moment; commits are real here."""

from collections import Counter

from app.kernel import clock
from app.kernel.db import db, write
from app.signin import rules as passwords
from app.signin.services import open_session
from tests.conftest import add_person
from tests.secondfactor.phone import with_second_factor
from tests.signin.test_at_once import together


def waiting_browsers(app, count):
    """Give as many browsers in which the password was right, and a phone and paper."""
    with app.app_context():
        amina = add_person(email="amina@example.org", password_hash=passwords.hash_password("x"))
        phone, codes = with_second_factor(amina)
        with write():
            tokens = [open_session(person_id=amina.id, now=clock.now()) for _ in range(count)]
        db.session.remove()
    return tokens, phone, codes


def sent_together(app, tokens, path, code):
    def send(n):
        client = app.test_client()
        client.set_cookie("sid", tokens[n])
        return client.post(path, data={"code": code}).status_code

    return Counter(together(app, send, len(tokens)))


def test_a_code_sent_by_several_at_once_admits_one(committed_app):
    tokens, phone, _ = waiting_browsers(committed_app, 4)
    code = phone.code()
    assert sent_together(committed_app, tokens, "/fr/sign-in/code", code) == {303: 1, 422: 3}


def test_a_code_from_paper_sent_by_several_at_once_admits_one(committed_app):
    tokens, _, codes = waiting_browsers(committed_app, 4)
    found = sent_together(committed_app, tokens, "/fr/sign-in/recovery", codes[0])
    assert found == {303: 1, 422: 3}

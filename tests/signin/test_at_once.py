"""What happens when several requests arrive at the same moment; commits are real here."""

import threading
from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from app.accounts import services as accounts
from app.accounts.models import Address, Person, RoleGrant
from app.accounts.rules import ParsedAddress
from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from app.kernel.errors import Conflict, Refusal
from app.signin import rules, services
from app.signin.models import SignInSession
from app.signup import services as signup
from app.throttling.services import keyed
from app.tokens import services as tokens
from tests.conftest import add_person, add_session

PASSWORD = "quatre mots en ligne"
HASH = rules.hash_password(PASSWORD)


def together(app, act, count=6):
    """Run act(n) in threads that begin at once, and return what each returned or raised."""
    results, gate = [], threading.Barrier(count)

    def run(n):
        with app.app_context():
            gate.wait()
            try:
                results.append(act(n))
            except (Refusal, SQLAlchemyError) as failure:
                results.append(type(failure).__name__)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == count
    return results


def test_wrong_passwords_at_once_are_all_counted(committed_app, monkeypatch):
    with committed_app.app_context():
        add_person(email="amina@example.org", password_hash=HASH)
    monkeypatch.setattr(rules, "verify_password", lambda kept, typed: False)

    def guess(n):
        client = committed_app.test_client()
        data = {"email": "amina@example.org", "password": f"guess {n}"}
        return client.post("/fr/sign-in", data=data).status_code

    answers = Counter(together(committed_app, guess, 16))
    assert set(answers) == {422, 429}
    assert answers[422] <= services.ACCOUNT.free + 1
    with committed_app.app_context():
        from app.throttling.models import Throttle

        key = keyed("account", "amina@example.org", "127.0.0.0/24")
        assert db.session.get(Throttle, key).count == answers[422]


def test_one_address_confirmed_twice_at_once_makes_one_account(committed_app):
    data = {"name": "A", "name_ar": "", "language": "fr", "password_hash": "h", "carried": {}}
    with committed_app.app_context(), write():
        secrets = [
            tokens.issue(
                "sign_up",
                lasts=signup.CONFIRM_LASTS,
                now=clock.now(),
                address="amina@example.org",
                data=data,
            )
            for _ in range(5)
        ]

    def confirm(n):
        with write():
            signup.finish_sign_up(secret=secrets[n], browser=services.Browser(), now=clock.now())
        return "in"

    results = Counter(together(committed_app, confirm, 5))
    assert results["in"] == 1
    assert set(results) <= {"in", "Conflict", "NotFound"}
    with committed_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Person)) == 1
        assert db.session.scalar(select(func.count()).select_from(Address)) == 1


def test_one_address_taken_by_two_at_once_belongs_to_one(committed_app):
    address = ParsedAddress("email", "both@example.org")

    def take(n):
        with write():
            accounts.add_person(name=f"P{n}", address=address, now=clock.now())
        return "mine"

    results = Counter(together(committed_app, take))
    assert results == {"mine": 1, Conflict.__name__: 5}


def test_a_role_given_at_once_is_held_once(committed_app):
    with committed_app.app_context():
        amina = add_person()

    def grant(_n):
        with write():
            return accounts.grant_role(
                actor=SYSTEM, person_id=amina.id, role="office", now=clock.now()
            )

    results = Counter(together(committed_app, grant))
    assert results == {True: 1, False: 5}
    with committed_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(RoleGrant)) == 1


def test_requests_that_rotate_at_once_end_with_the_same_token(committed_app):
    with committed_app.app_context():
        amina = add_person()
        token = add_session(amina)
        with write() as session:
            session.scalars(select(SignInSession)).one().remembered = True

    def rotate(_n):
        with write():
            return services.rotate(actor=amina.actor, token=token, now=clock.now())

    results = set(together(committed_app, rotate))
    assert len(results) == 1
    with committed_app.app_context():
        row = db.session.scalars(select(SignInSession)).one()
        assert row.token_hash == rules.token_hash(results.pop())
        assert row.previous_hash == rules.token_hash(token)

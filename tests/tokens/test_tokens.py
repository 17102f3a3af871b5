import threading
from datetime import timedelta

from sqlalchemy import select

from app.kernel import clock
from app.kernel.db import db, write
from app.tokens import jobs, rules, services
from app.tokens.models import Token

HOUR = timedelta(hours=1)


def issue(**more):
    with write():
        return services.issue("reset", lasts=HOUR, now=clock.now(), **more)


def use(secret, **more):
    with write():
        return services.use(("reset",), secret, **more)


def test_a_secret_works_once(database):
    secret = issue(person_id=7)
    assert use(secret).person_id == 7
    assert use(secret) is None


def test_a_secret_is_not_used_for_anything_else(database):
    secret = issue()
    with write():
        assert services.use(("invitation",), secret) is None
    assert use(secret)


def test_looking_uses_nothing_up(database):
    secret = issue()
    assert services.find(("reset",), secret)
    assert services.find(("reset",), secret)


def test_a_secret_runs_out_by_the_database_clock(database, travel):
    secret = issue()
    travel(minutes=59)
    assert services.find(("reset",), secret)
    travel(minutes=2)
    assert services.find(("reset",), secret) is None
    assert use(secret) is None


def test_the_database_does_not_hold_the_secret(database):
    secret, code = issue(), issue(address="+212612345678", code=True)
    kept = db.session.scalars(select(Token.secret_hash)).all()
    assert secret not in kept
    assert code not in kept


def test_a_code_fits_its_address_only_and_may_be_typed_kindly(database):
    code = issue(address="+212612345678", code=True)
    assert len(code) == rules.CODE_LENGTH
    assert use(code, address="+212612345679") is None
    assert use(f" {rules.shown(code).lower()} ", address="+212612345678")


def test_void_secrets_open_nothing(database):
    secret = issue(person_id=7)
    with write():
        services.void(person_id=7, purposes=("reset",))
    assert use(secret) is None


def test_of_many_at_once_one_succeeds(committed_app):
    with committed_app.app_context():
        secret = issue()
    results, gate = [], threading.Barrier(6)

    def race():
        with committed_app.app_context():
            gate.wait()
            results.append(use(secret))
            db.session.remove()

    threads = [threading.Thread(target=race) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 6
    assert sum(result is not None for result in results) == 1


def test_old_secrets_are_forgotten_with_what_they_hold(database, travel):
    secret = issue(data={"name": "Amina"})
    travel(hours=2)
    jobs.forget_old()
    assert db.session.scalar(select(Token)) is None
    assert use(secret) is None

import threading

import pytest
from sqlalchemy import select, text

from app.accounts.models import Person
from app.kernel import clock
from app.kernel.db import WriteOutsideTransaction, db, write


def person(name="Salma"):
    return Person(name=name, created_at=clock.now())


def test_writing_objects_outside_a_transaction_is_refused(database):
    database.add(person())
    with pytest.raises(WriteOutsideTransaction):
        database.flush()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE person SET name = 'x'",
        "  delete from person",
        "WITH a AS (SELECT 1) INSERT INTO throttle SELECT 'k', 1, NULL FROM a",
    ],
)
def test_writing_sql_outside_a_transaction_is_refused(database, statement):
    with pytest.raises(WriteOutsideTransaction):
        database.execute(text(statement))


def test_changes_made_before_the_transaction_are_not_silently_lost(database):
    database.add(person())
    with pytest.raises(WriteOutsideTransaction), write():
        pass


def test_a_transaction_inside_a_transaction_is_refused(database):
    with write(), pytest.raises(RuntimeError, match="inside"), write():
        pass


def test_an_exception_undoes_everything(database):
    with pytest.raises(ZeroDivisionError), write() as session:
        session.add(person())
        session.flush()
        raise ZeroDivisionError
    assert database.scalars(select(Person)).all() == []


def test_nothing_is_left_of_the_other_tests(database):
    assert database.scalars(select(Person)).all() == []


def test_moments_come_back_in_utc_and_need_a_zone(database):
    with write() as session:
        session.add(person())
    assert database.scalars(select(Person)).one().created_at.utcoffset().total_seconds() == 0
    with pytest.raises(Exception, match="time zone"), write() as session:
        session.add(Person(name="x", created_at=clock.now().replace(tzinfo=None)))


def test_the_databases_clock_agrees_with_ours_and_travels_with_it(database, travel):
    def difference():
        with write() as session:
            row = Person(name="x", created_at=clock.now())
            session.add(row)
            session.flush()
            session.execute(Person.__table__.update().values(created_at=clock.sql_now(plus=60)))
        session.refresh(row)
        return (row.created_at - clock.now()).total_seconds()

    assert 58 < difference() < 61
    travel(days=400)
    assert 58 < difference() < 61


@pytest.mark.slow
def test_fifty_increments_from_ten_threads_lose_none(committed_app):
    with committed_app.app_context(), write() as session:
        row = person("0")
        session.add(row)
        session.flush()
        person_id = row.id

    def five_times():
        for _ in range(5):
            with committed_app.app_context(), write() as session:
                row = session.get_one(Person, person_id, with_for_update=True)
                row.name = str(int(row.name) + 1)

    threads = [threading.Thread(target=five_times) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with committed_app.app_context():
        assert db.session.get_one(Person, person_id).name == "50"

"""Two who do the same at the same moment, on a database with real commits."""

import threading

import pytest
from sqlalchemy import func, select

from app.accounts.models import Person
from app.centers import services
from app.centers.models import Center, CohortMember
from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from app.kernel.errors import Refusal
from app.rosters import services as rosters
from app.rosters.models import RosterLine
from tests.centers.making import belong, make_center, make_cohort
from tests.conftest import add_person
from tests.rosters.making import HEAD, confirm, upload


def at_once(app, act, times=4):
    """Run `act` in several threads and return what each gave back or was refused with."""
    barrier, results = threading.Barrier(times), []

    def run():
        with app.app_context():
            barrier.wait()
            try:
                with write():
                    results.append(act())
            except Refusal as refusal:
                results.append(type(refusal).__name__)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.slow
def test_a_short_name_is_given_once(committed_app):
    def act():
        return services.open_center(
            actor=SYSTEM, slug="kenitra", name="Kénitra", now=clock.now()
        ).slug

    with committed_app.app_context():
        results = at_once(committed_app, act)
        assert sorted(results) == ["Conflict", "Conflict", "Conflict", "kenitra"]
        assert db.session.scalar(select(func.count()).select_from(Center)) == 1


@pytest.mark.slow
def test_a_learner_joins_a_cohort_once(committed_app):
    with committed_app.app_context():
        center_id = make_center("kenitra")
        cohort_id, _ = make_cohort(center_id)
        learner = add_person("Learner")
        belong(center_id, learner)
        db.session.rollback()
        results = at_once(
            committed_app,
            lambda: services.join_cohort(
                actor=SYSTEM, cohort_id=cohort_id, person_id=learner.id, now=clock.now()
            ),
        )
        assert sorted(results) == [False, False, False, True]
        assert db.session.scalar(select(func.count()).select_from(CohortMember)) == 1


@pytest.mark.slow
def test_two_workers_make_each_account_once(committed_app):
    with committed_app.app_context():
        center_id = make_center("kenitra")
        manager = add_person("Manager", role="manager", scope="center", scope_id=center_id)
        rows = "".join(f"P{n},,p{n}@example.org,,,\n" for n in range(120))
        roster = confirm(manager, upload(manager, center_id, HEAD + rows))
        roster_id = roster.id
        db.session.rollback()

        def act():
            return rosters.create_batch(actor=manager.actor, roster_id=roster_id, now=clock.now())

        at_once(committed_app, act, times=3)
        assert db.session.scalar(select(func.count()).select_from(Person)) == 121
        made = select(func.count()).where(RosterLine.outcome == "made")
        assert db.session.scalar(made) == 120

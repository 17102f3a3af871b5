"""Learners are told once when their marks are released."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.gradebook.jobs import tell
from app.gradebook.services import RELEASED
from app.kernel import clock, jobs
from app.kernel.db import db
from app.notices.models import Notice, NoticeReceipt
from tests.activities.test_answers import check
from tests.centers.making import belong
from tests.gradebook.test_contests import plan


@pytest.fixture
def marked(amina, cohort, kenitra, make_person):
    check(amina.id, "quatre")
    belong(kenitra, make_person("Sans réponse"), cohort_id=cohort[0])
    return amina


def due():
    rows = db.session.scalars(select(jobs.Job).where(jobs.Job.name == RELEASED)).all()
    found = [(job.args, job.run_at) for job in rows]
    db.session.remove()
    return found


def told():
    found = db.session.execute(
        select(NoticeReceipt.person_id, Notice.text).join(
            Notice, Notice.id == NoticeReceipt.notice_id
        )
    ).all()
    db.session.remove()
    return [tuple(row) for row in found]


def test_at_the_release_those_with_marks_are_told_once(marked, cohort, travel):
    at = clock.now() + timedelta(days=2)
    plan(cohort, at)
    ((args, when),) = due()
    assert abs((when - at).total_seconds()) < 60
    tell(**args)
    assert told() == [], "too early, nothing"
    travel(days=2, minutes=1)
    tell(**args)
    tell(**args)
    (one,) = told()
    assert one[0] == marked.id
    assert one[1].startswith("Your marks in “Petit cours fr” are there.")


def test_a_release_that_is_moved_tells_at_the_new_time_and_never_again(marked, cohort, travel):
    plan(cohort, clock.now() + timedelta(days=1))
    plan(cohort, clock.now() + timedelta(days=3))
    assert len(due()) == 2
    args = due()[0][0]
    travel(days=1, minutes=1)
    tell(**args)
    assert told() == []
    travel(days=3, minutes=1)
    tell(**args)
    assert len(told()) == 1
    plan(cohort, clock.now() + timedelta(days=1))
    travel(days=5)
    tell(**args)
    assert len(told()) == 1


def test_other_weights_alone_tell_nobody_and_a_plan_without_release_neither(marked, cohort):
    at = clock.now() + timedelta(days=1)
    plan(cohort, at)
    plan(cohort, at, days=3)
    assert len(due()) == 1
    plan(cohort, None)
    tell(**due()[0][0])
    assert told() == []
    assert len(due()) == 1

"""Case 41: marks are changed afterwards, and it is to be hidden."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.activities.models import Mark
from app.kernel import audit, clock
from app.kernel.db import db, write
from app.kernel.errors import Forbidden, NotFound
from app.regrading import jobs, services
from app.regrading.models import Regrading
from tests.regrading.quizzes import SLUG, A, B, answer, keep, quiz
from tests.regrading.test_regrading import enroll, publish, scores

pytestmark = pytest.mark.shipped


@pytest.fixture
def salma(database, make_person):
    """Return who corrected the key so that the one learner would lose a point."""
    keep(quiz())
    learner = make_person("Amina")
    enroll(learner, SLUG)
    answer(learner, A)
    return make_person("Salma", role="admin")


@pytest.fixture
def lowering(salma):
    number = publish(keep(quiz(right=B), publish=False), "lower", actor=salma.actor)
    jobs.apply(number)
    return db.session.get_one(Regrading, number)


def sign(actor, found):
    with write():
        services.sign_lowering(
            actor=actor, course_id=found.course_id, public_id=found.public_id, now=clock.now()
        )


def test_one_person_alone_lowers_no_mark(lowering, salma):
    for _ in range(3):
        with pytest.raises(Forbidden):
            sign(salma.actor, lowering)
        jobs.apply(lowering.id)
    assert scores() == [100]


def test_the_database_itself_bears_no_own_signature(lowering, salma):
    with pytest.raises(IntegrityError), write() as session:
        session.get_one(Regrading, lowering.id).signed_by = salma.id


def test_who_may_not_publish_the_course_cannot_sign(lowering, make_person):
    people = [make_person(), make_person(role="instructor", scope="center", scope_id=7)]
    for person in people:
        with pytest.raises((NotFound, Forbidden)):
            sign(person.actor, lowering)
    jobs.apply(lowering.id)
    assert scores() == [100]


def test_a_lowered_mark_says_who_when_and_why_for_ever(lowering, make_person):
    omar = make_person("Omar", role="admin")
    sign(omar.actor, lowering)
    jobs.apply(lowering.id)
    assert scores() == [0]
    old, new = db.session.scalars(select(Mark).order_by(Mark.id)).all()
    assert (old.points, old.reason) == (100, "")
    assert (new.points, new.reason) == (0, "La clé était fausse.")
    entries = db.session.scalars(select(audit.AuditEntry).order_by(audit.AuditEntry.seq)).all()
    told = [entry.verb for entry in entries if entry.verb.startswith("regrading.")]
    assert told == [
        "regrading.decide",
        "regrading.apply",
        "regrading.sign",
        "regrading.apply",
    ]

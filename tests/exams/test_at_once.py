"""Saves, closing and beginning at the same moment, with real commits."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import func, select

from app.activities.models import AnswerEvent, Attempt, Mark
from app.exams import services
from app.exams.marking import mark_attempt
from app.exams.models import ExamAttempt, LateAnswer
from app.exams.rules import Capability, Entry
from app.kernel import clock
from app.kernel.db import db, write
from app.learning.queries import get_study
from tests.conftest import add_person
from tests.exams.making import enroll, publish

WRITERS, ANSWERS = 4, 12


def begin(person):
    study = get_study("petit-examen", person.id, now=clock.now())
    lesson = study.outline.lesson("bilan")
    with write():
        return services.begin_exam(actor=person.actor, study=study, lesson=lesson, now=clock.now())


def run(app, *acts):
    """Do all of it at once, each in a thread of its own."""
    ready = threading.Barrier(len(acts))

    def go(act):
        with app.app_context():
            ready.wait()
            try:
                act()
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(acts)) as pool:
        for done in [pool.submit(go, act) for act in acts]:
            done.result()


def prepare(app):
    """Return somebody with a running attempt: its id in addresses, and their own."""
    with app.app_context():
        publish()
        person = add_person()
        enroll(person)
        public_id = begin(person)
        db.session.remove()
        return person, public_id


def test_each_answer_that_was_acknowledged_is_there_when_the_attempt_is_marked(committed_app):
    """Hand in while four devices save: what was acknowledged counts, the rest is kept apart."""
    person, public_id = prepare(committed_app)
    kept, refused, seen = [], [], []

    def save(writer):
        def act():
            capability = Capability(public_id, person.public_id, writer, 0)
            for seq in range(1, ANSWERS + 1):
                entry = Entry(seq, "one", '{"given":["b"]}')
                with write():
                    saved = services.save_answers(capability=capability, entries=[entry])
                kept.extend((writer, one) for one in saved.kept)
                refused.extend((writer, one) for one in saved.refused)

        return act

    def close():
        with write():
            assert services.hand_in(actor=person.actor, public_id=public_id)
        attempt_id = db.session.scalars(select(ExamAttempt.attempt_id)).one()
        with write():
            mark_attempt(attempt_id=attempt_id, now=clock.now())
            rows = db.session.execute(
                select(AnswerEvent.writer, AnswerEvent.seq).where(AnswerEvent.writer != "paper")
            )
            seen.extend(tuple(row) for row in rows)

    run(committed_app, *(save(f"device{n}-x") for n in range(WRITERS)), close)
    assert len(kept) + len(refused) == WRITERS * ANSWERS
    assert sorted(seen) == sorted(kept), "nothing is acknowledged after what is marked was read"
    with committed_app.app_context():
        apart = db.session.execute(select(LateAnswer.writer, LateAnswer.seq))
        assert sorted(tuple(row) for row in apart) == sorted(refused)
        assert db.session.scalar(select(func.count()).select_from(Mark)) == 3


def test_an_attempt_is_closed_after_every_answer_that_closing_waited_for(committed_app):
    """Handing in begins while a save is under way, and must not be dated before it."""
    person, public_id = prepare(committed_app)
    capability = Capability(public_id, person.public_id, "device-x", 0)
    under_way = threading.Event()

    def save():
        with write():
            db.session.scalar(select(ExamAttempt.epoch).with_for_update(read=True))
            under_way.set()
            time.sleep(0.3)  # handing in waits for the row by now
            entries = [Entry(1, "one", '{"given":["b"]}')]
            assert services.save_answers(capability=capability, entries=entries).kept == (1,)

    def close():
        under_way.wait()
        with write():
            assert services.hand_in(actor=person.actor, public_id=public_id)

    run(committed_app, save, close)
    with committed_app.app_context():
        received, closed = db.session.execute(
            select(AnswerEvent.received_at, ExamAttempt.closed_at).join(
                ExamAttempt, ExamAttempt.attempt_id == AnswerEvent.attempt_id
            )
        ).one()
    assert received <= closed


def test_one_answer_sent_by_many_at_once_is_kept_once(committed_app):
    person, public_id = prepare(committed_app)
    capability = Capability(public_id, person.public_id, "device-x", 0)
    found = []

    def act():
        entries = [Entry(seq, "one", '{"given":["b"]}') for seq in (1, 2, 3)]
        with write():
            found.append(services.save_answers(capability=capability, entries=entries).kept)

    run(committed_app, *[act] * 6)
    assert found == [(1, 2, 3)] * 6
    with committed_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(AnswerEvent)) == 3


def test_begun_from_many_devices_at_once_it_is_one_attempt(committed_app):
    with committed_app.app_context():
        publish()
        person = add_person()
        enroll(person)
        db.session.remove()
    found = []
    run(committed_app, *[lambda: found.append(begin(person))] * 6)
    assert len(set(found)) == 1
    with committed_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Attempt)) == 1

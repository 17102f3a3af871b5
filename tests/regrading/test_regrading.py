"""A new revision and the marks that were given: shown first, done as decided, never lowered."""

import pytest
from sqlalchemy import func, select

from app.activities.models import AnswerEvent, Mark, Score
from app.courses.queries import get_revision
from app.courses.services import publish_course, withdraw_publication
from app.kernel import audit, clock
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from app.kernel.errors import Conflict, Forbidden, Invalid
from app.notices.models import Notice, NoticeReceipt
from app.plugins.gate import get_gate
from app.plugins.services import switch_plugin
from app.regrading import jobs, services
from app.regrading.models import Regrading
from app.regrading.queries import weigh_revision
from tests.learning.test_learning import enroll
from tests.regrading.quizzes import SLUG, A, B, C, answer, keep, quiz


@pytest.fixture
def course(database):
    return keep(quiz())


@pytest.fixture
def learners(course, make_person):
    """Return five learners: two chose A (right), two B, one C."""
    people = [make_person(f"Learner {number}") for number in range(5)]
    for person, words in zip(people, (A, A, B, B, C), strict=True):
        enroll(person, SLUG)
        answer(person, words)
    return people


def weigh(made):
    return weigh_revision(made.course_id, get_revision(made.course_id, made.hash[:8]))


def publish(made, choice="raise", reason="La clé était fausse.", actor=SYSTEM):
    with write():
        done = publish_course(actor=actor, revision_id=made.revision_id, now=clock.now())
        return services.decide_marks(
            actor=actor,
            publication_id=done.publication_id,
            choice=choice,
            reason=reason,
            now=clock.now(),
        ).id


def apply(regrading_id):
    jobs.apply(regrading_id)
    return db.session.get_one(Regrading, regrading_id, populate_existing=True)


def scores():
    return list(db.session.scalars(select(Score.points).order_by(Score.person_id)))


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_a_typo_touches_no_attempt(learners):
    made = keep(quiz(words="Sous le cèdre", right=A), publish=False)
    impact = weigh(made)
    (effect,) = impact.effects
    assert not impact.touches_marks
    assert (effect.edited.answers, impact.rises, impact.kept, impact.eye) == (5, 0, 0, 0)
    assert str(effect.edited.change.label) == "words only"
    apply(publish(made))
    assert count(Mark) == 5


def test_a_corrected_key_is_weighed_answer_by_answer(learners):
    impact = weigh(keep(quiz(right=B), publish=False))
    (effect,) = impact.effects
    assert effect.edited.change.title == "Où est le trésor ?"
    assert str(effect.edited.change.label) == "another right answer"
    assert [(one.words, one.count, one.verdict, one.delta) for one in effect.groups] == [
        (A, 2, "kept", -100),
        (B, 2, "rises", 100),
    ]
    assert impact.people == 2
    assert scores() == [100, 100, 0, 0, 0]


def test_marks_rise_none_falls_and_history_stays(learners):
    before = db.session.execute(select(Mark.id, Mark.points).order_by(Mark.id)).all()
    done = apply(publish(keep(quiz(right=B), publish=False)))
    assert scores() == [100, 100, 100, 100, 0]
    assert (done.state, done.raised, done.lowered, done.kept) == ("done", 2, 0, 2)
    after = db.session.execute(select(Mark.id, Mark.points).order_by(Mark.id)).all()
    assert after[: len(before)] == before, "what was marked stays, as history"
    assert len(after) == 7
    new = db.session.scalars(select(Mark).order_by(Mark.id.desc())).first()
    assert new.reason == "La clé était fausse."
    assert count(AnswerEvent) == 5


def test_doing_it_again_changes_nothing(learners):
    number = publish(keep(quiz(right=B), publish=False))
    apply(number)
    marks, notices = count(Mark), count(Notice)
    done = apply(number)
    assert (count(Mark), count(Notice), done.raised) == (marks, notices, 2)


def test_a_killed_worker_goes_on_where_it_was(learners, monkeypatch):
    monkeypatch.setattr(services, "PEOPLE_AT_ONCE", 1)
    number = publish(keep(quiz(right=B), publish=False))
    plan = services.make_plan(regrading_id=number, now=clock.now())
    after = 0
    for _ in range(3):
        with write():
            after = services.apply_part(plan=plan, after=after, now=clock.now())
    assert sorted(scores()) == [0, 0, 100, 100, 100]
    assert apply(number).raised == 2
    assert scores() == [100, 100, 100, 100, 0]
    assert count(Mark) == 7


def test_leaving_the_marks_leaves_them(learners):
    number = publish(keep(quiz(right=B), publish=False), "leave")
    apply(number)
    assert scores() == [100, 100, 0, 0, 0]
    assert count(Mark) == 5


def test_no_mark_falls_before_somebody_else_has_signed(learners, make_person):
    salma = make_person("Salma", role="admin")
    omar = make_person("Omar", role="admin")
    number = publish(keep(quiz(right=B), publish=False), "lower", actor=salma.actor)
    found = apply(number)
    assert scores() == [100, 100, 100, 100, 0]
    sign = {"course_id": found.course_id, "public_id": found.public_id, "now": clock.now()}
    with pytest.raises(Forbidden, match="cannot sign it too"), write():
        services.sign_lowering(actor=salma.actor, **sign)
    for _ in range(2):
        with write():
            services.sign_lowering(actor=omar.actor, **sign)
    done = apply(number)
    assert scores() == [0, 0, 100, 100, 0]
    assert (done.lowered, done.kept, done.signed_by) == (2, 0, omar.id)


def test_what_does_not_fit_any_more_waits_for_a_persons_eye(learners):
    made = keep(quiz(right=B).replace(f"- [ ] {C}\n", ""), publish=False)
    assert weigh(made).eye == 1
    assert apply(publish(made)).looked_at == 1
    assert scores() == [100, 100, 100, 100, 0]


def test_a_question_that_goes_away_takes_no_point_along(learners):
    made = keep("Rien.", publish=False)
    assert weigh(made).eye == 5
    apply(publish(made))
    assert scores() == [100, 100, 0, 0, 0]


def test_a_publication_that_was_taken_back_changes_no_mark(learners):
    number = publish(keep(quiz(right=B), publish=False))
    with write():
        withdraw_publication(
            actor=SYSTEM,
            publication_id=db.session.get_one(Regrading, number).publication_id,
            now=clock.now(),
        )
    assert apply(number).state == "replaced"
    assert scores() == [100, 100, 0, 0, 0]


def test_with_the_plugin_off_nothing_is_lost_or_lowered(learners):
    made = keep(quiz(right=B), publish=False)
    switch(on=False)
    assert weigh(made).effects == ()
    apply(publish(made))
    assert scores() == [100, 100, 0, 0, 0]


def switch(*, on):
    get_gate().forget()
    with write():
        switch_plugin(
            actor=SYSTEM, snapshot=get_gate().current(), name="quizzes", on=on, now=clock.now()
        )
    get_gate().forget()


def test_a_reason_is_asked_for(learners):
    with pytest.raises(Invalid, match="why marks change"):
        publish(keep(quiz(right=B), publish=False), reason=" ")
    assert count(Regrading) == 0


def test_there_is_nothing_to_sign_when_nothing_falls(learners, make_person):
    found, omar = apply(publish(keep(quiz(right=B), publish=False))), make_person(role="admin")
    with pytest.raises(Conflict), write():
        services.sign_lowering(
            actor=omar.actor,
            course_id=found.course_id,
            public_id=found.public_id,
            now=clock.now(),
        )


def test_the_dry_run_costs_the_same_for_many(learners, make_person, statements):
    made = keep(quiz(right=B), publish=False)
    weigh(made)
    with statements() as few:
        weigh(made)
    for number in range(20):
        person = make_person(f"More {number}")
        enroll(person, SLUG)
        answer(person, (A, B, C)[number % 3])
    with statements() as many:
        impact = weigh(made)
    assert sum(group.count for group in impact.effects[0].groups) == 18
    assert len(many) == len(few) <= 7, many


def test_it_stands_in_the_audit_trail(learners):
    apply(publish(keep(quiz(right=B), publish=False)))
    verbs = [entry.verb for entry in db.session.scalars(select(audit.AuditEntry))]
    assert {"regrading.decide", "regrading.apply"} <= set(verbs)
    assert count(NoticeReceipt) == 0, "nobody here is of a center"

"""A learner contests a mark; somebody else than who gave it looks again; the history stays."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, func, select

from app.accounts.models import RoleGrant
from app.activities.models import Score
from app.centers.models import Cohort
from app.gradebook.models import Contest, MarkOverride
from app.gradebook.queries import get_book, get_row
from app.gradebook.services import contest_mark, decide_contest, set_plan
from app.kernel import clock
from app.kernel.actors import SYSTEM, Actor, Grant
from app.kernel.db import db, write
from app.kernel.errors import Conflict, NotFound
from app.learning.queries import get_study
from app.notices.models import Notice, NoticeReceipt
from app.privacy.services import erase_person
from tests.activities.test_answers import LESSONS, check
from tests.centers.making import belong, make_center, make_cohort
from tests.conftest import add_person
from tests.exams.test_at_once import run
from tests.learning.test_learning import enroll, publish

MARKS = "/fr/courses/petit-cours/marks"
AT = "un/q"


@pytest.fixture
def marked(amina, cohort):
    check(amina.id, "cinq")
    return amina


@pytest.fixture
def contested(client, marked, sign_in):
    sign_in(marked)
    sent = client.post(MARKS, data={"at": AT, "words": "La question 2 était ambiguë."})
    assert sent.status_code == 303
    return marked


@pytest.fixture
def member(page, contested):
    return f"{page}/petit-cours/{contested.public_id}"


def contest():
    found = db.session.scalars(select(Contest)).one()
    db.session.remove()  # an open reading would undo the requests that follow
    return found


def read_again(client, member, points="", reason="Relu : la consigne est claire."):
    fields = {"contest": contest().id, "points": points, "reason": reason}
    return client.post(f"{member}/second-reading", data=fields)


def told(person):
    texts = select(Notice.text).join(NoticeReceipt).where(NoticeReceipt.person_id == person.id)
    found = list(db.session.scalars(texts.order_by(Notice.id)))
    db.session.remove()
    return found


def count(model):
    found = db.session.scalar(select(func.count()).select_from(model))
    db.session.remove()
    return found


def test_a_learner_contests_once_and_sees_that_somebody_looks(client, contested):
    page = client.get(MARKS).text
    assert "Contested: a second person looks at it" in page
    assert "Contest this mark" not in page
    again = client.post(MARKS, data={"at": AT, "words": "Encore."})
    assert again.status_code == 422
    assert "what you wrote first was kept" in again.text
    assert contest().words == "La question 2 était ambiguë."


def test_without_words_nothing_is_sent_and_what_is_not_theirs_is_not_found(client, marked, sign_in):
    sign_in(marked)
    assert client.post(MARKS, data={"at": AT, "words": "  "}).status_code == 422
    for key in ("deux/q", "un", "../x"):
        assert client.post(MARKS, data={"at": key, "words": "Non."}).status_code == 404
    assert count(Contest) == 0


def test_staff_see_what_is_contested_and_the_mark_can_stay(client, trainer_of, member, contested):
    listed = client.get(member.rsplit("/", 2)[0]).text
    assert "1 mark is contested" in listed
    page = client.get(member).text
    assert "La question 2 était ambiguë." in page
    assert read_again(client, member).status_code == 303
    assert (contest().state, contest().reader_id) == ("stays", trainer_of.id)
    assert count(MarkOverride) == 0
    assert told(contested) == [
        "Somebody else looked at the mark that you contested: see your page of marks."
    ]
    assert "is contested" not in client.get(member.rsplit("/", 2)[0]).text
    second = read_again(client, member, "2")
    assert second.status_code == 422
    assert "decided or changed in the meantime" in second.text


@pytest.fixture
def trainer_of(make_person, sign_in, cohort, contested):
    person = make_person(name="Formatrice", role="instructor", scope="cohort", scope_id=cohort[0])
    sign_in(person)
    return person


def test_a_new_mark_keeps_its_history_and_the_learner_reads_why(
    client, trainer_of, member, contested, sign_in
):
    assert read_again(client, member, "1.5", "La consigne était ambiguë.").status_code == 303
    made = db.session.scalars(select(MarkOverride)).one()
    db.session.remove()
    assert (made.points, made.state, made.actor_id) == (150, "standing", trainer_of.id)
    assert len(told(contested)) == 1, "one notice, not two"
    sign_in(contested)
    page = client.get(MARKS).text
    assert "Looked at again: changed" in page
    assert "set to 1.5: La consigne était ambiguë." in page
    assert "1,5 of 2" in page or "1.5 of 2" in page


def test_who_gave_the_mark_is_not_its_second_reader(
    client, trainer_of, member, contested, make_person, sign_in, cohort
):
    change = {"at": AT, "number": 0, "points": "0.5", "reason": "Un demi-point."}
    assert client.post(member, data=change).status_code == 303
    refused = read_again(client, member, "2")
    assert refused.status_code == 422
    assert "Somebody else must read this again: the mark is yours." in refused.text
    assert contest().state == "open"
    sign_in(make_person("Autre", role="instructor", scope="cohort", scope_id=cohort[0]))
    assert read_again(client, member, "2", "Tout est juste.").status_code == 303
    assert contest().state == "changed"
    assert count(MarkOverride) == 2


def test_a_contested_mark_does_not_fall(client, trainer_of, member):
    refused = read_again(client, member, "0", "Trop généreux.")
    assert refused.status_code == 422
    assert "A contested mark does not fall." in refused.text
    assert contest().state == "open"


def test_nobody_decides_about_their_own_mark_nor_from_another_center(
    client, contested, member, make_person, sign_in
):
    rabat = make_center("rabat")
    sign_in(make_person(role="manager", scope="center", scope_id=rabat))
    assert read_again(client, member, "2").status_code == 404
    assert read_again(client, member.replace("kenitra", "rabat"), "2").status_code == 404
    sign_in(contested)
    assert read_again(client, member, "2").status_code == 403
    assert contest().state == "open"


def test_a_trainer_who_learns_too_does_not_decide_about_themselves(cohort, contested):
    contested_id = contest().id
    own = Actor(contested.id, grants=(Grant("instructor", "cohort", cohort[0]),))
    with pytest.raises(NotFound):
        decide(own, cohort, contested, contested_id)


def decide(actor, cohort, person, contest_id, points=None):
    with write() as session:
        found = session.get_one(Cohort, cohort[0])
        row = get_row(get_book(found, "petit-cours", "fr", now=clock.now()), person.public_id)
        decide_contest(
            actor=actor, cohort=found, row=row, contest_id=contest_id, points=points,
            reason="Relu.", now=clock.now(),
        )  # fmt: skip


def test_the_days_for_it_end_and_a_plan_can_leave_it_out(client, marked, sign_in, travel, cohort):
    sign_in(marked)
    assert "Contest this mark" in client.get(MARKS).text
    travel(days=8)
    sign_in(marked)
    assert "Contest this mark" not in client.get(MARKS).text
    late = client.post(MARKS, data={"at": AT, "words": "Trop tard ?"})
    assert late.status_code == 422
    assert "the days for it are over" in late.text
    travel(days=0)
    plan(cohort, None, days=0)
    sign_in(marked)
    assert "Contest this mark" not in client.get(MARKS).text
    assert client.post(MARKS, data={"at": AT, "words": "Non ?"}).status_code == 422
    assert count(Contest) == 0


def test_before_the_release_nothing_can_be_contested(client, marked, sign_in, cohort):
    plan(cohort, clock.now() + timedelta(days=1))
    sign_in(marked)
    assert "Contest this mark" not in client.get(MARKS).text
    assert client.post(MARKS, data={"at": AT, "words": "Déjà ?"}).status_code == 404


def test_the_days_are_counted_from_the_release(client, marked, sign_in, cohort, travel):
    plan(cohort, clock.now() + timedelta(days=20))
    travel(days=26)
    sign_in(marked)
    assert "Contest this mark" in client.get(MARKS).text


def test_an_erased_learner_takes_the_contest_along_and_an_erased_reader_leaves_the_answer(
    client, trainer_of, member, contested, make_person
):
    read_again(client, member, "2", "Tout est juste.")
    with write() as session:
        session.execute(delete(RoleGrant).where(RoleGrant.person_id == trainer_of.id))
    with write():
        erase_person(actor=trainer_of.actor, now=clock.now())
    assert (contest().reader_id, contest().reason) == (None, "Tout est juste.")
    with write():
        erase_person(actor=contested.actor, now=clock.now())
    assert count(Contest) == 0


def test_two_second_readers_at_once_decide_once(committed_app):
    with committed_app.app_context():
        publish(LESSONS)
        center = make_center()
        own = make_cohort(center)
        learner, *readers = add_person("Amina"), add_person("Un"), add_person("Deux")
        belong(center, learner, cohort_id=own[0])
        enroll(learner, "petit-cours")
        check(learner.id, "cinq")
        with write():
            contest_mark(
                actor=learner.actor, study=get_study("petit-cours", learner.id, now=clock.now()),
                key=AT, words="Relisez.", now=clock.now(),
            )  # fmt: skip
        number = contest().id
        db.session.remove()
    refused = []

    def reader(person, points):
        actor = Actor(person.id, grants=(Grant("instructor", "cohort", own[0]),))

        def act():
            try:
                decide(actor, own, learner, number, points)
            except Conflict:
                refused.append(person.id)

        return act

    run(committed_app, *(reader(one, Decimal(at)) for at, one in enumerate(readers, 1)))
    with committed_app.app_context():
        assert len(refused) == 1
        assert count(MarkOverride) == 1
        assert contest().reader_id not in refused
        db.session.remove()


def plan(cohort, release_at, days=7):
    with write() as session:
        course_id = session.scalars(select(Score.course_id)).first()
        set_plan(
            actor=SYSTEM, cohort=session.get_one(Cohort, cohort[0]), course_id=course_id,
            categories=[("practice", 40, 0), ("project", 20, 0), ("exam", 40, 0)],
            release_at=release_at, contest_days=days, now=clock.now(),
        )  # fmt: skip
    return course_id

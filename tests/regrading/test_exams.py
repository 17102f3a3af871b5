"""A question of an exam's bank is corrected: marks of the exam follow as those of lessons do."""

import json
import random

import pytest
from sqlalchemy import func, select

from app.activities.hooks import ActivityType
from app.activities.models import AnswerEvent, Attempt, Mark, Score
from app.courses import services as courses
from app.courses.queries import get_revision
from app.courses.rules import RevisionRef
from app.exams.bank import bank_of
from app.exams.jobs import close
from app.exams.models import ExamAttempt
from app.exams.rules import PAPER
from app.kernel import clock, jobs
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from app.kernel.hooks import hooks
from app.learning.models import LessonDone
from app.notices.models import Notice
from app.regrading import services
from app.regrading.queries import is_newest, weigh_revision
from tests.centers.making import belong, make_center
from tests.exams.making import Sheet, enroll, files
from tests.exams.test_sitting import sit
from tests.regrading.test_regrading import apply, publish

RULES = "  draw: 2\n  attempts: 2\n  pass: 60\n  solution: marked"


def bank(one="3", two="5", words="La racine de neuf ?", points=1):
    return (
        f"````quiz {{#base}}\n### {words} {{#one type=number points={points}}}\n= {one}\n\n"
        f"### Deux et trois ? {{#two type=number}}\n= {two}\n````\n"
    )


def keep(text):
    """Import the course with this bank; return the revision, not published."""
    checked = courses.check_files(files(RULES, text), "petit-examen")
    assert not checked.errors, [str(problem) for problem in checked.errors]
    with write():
        return courses.import_course(
            actor=SYSTEM, checked=checked, slug="petit-examen", now=clock.now()
        )


@pytest.fixture
def course(database):
    """Publish an exam whose first key is wrong, at a center."""
    made = keep(bank(one="4"))
    with write():
        courses.publish_course(actor=SYSTEM, revision_id=made.revision_id, now=clock.now())
    return make_center()


@pytest.fixture
def learners(client, course, make_person, sign_in):
    """Return a learner who answered rightly, and one who answered as the wrong key says."""
    people = [make_person(name="Amina"), make_person(name="Badr")]
    for person, given in zip(people, ("3", "4"), strict=True):
        belong(course, person)
        enroll(person)
        sign_in(person)
        sit(client, {"one": given, "two": "0"})
    return people


def scores():
    rows = db.session.execute(select(Score.points, Score.most).order_by(Score.person_id))
    found = [tuple(row) for row in rows]
    db.session.rollback()
    return found


def results(client):
    """Return the page of the result of the first attempt."""
    public_id = db.session.scalars(
        select(ExamAttempt.public_id).order_by(ExamAttempt.attempt_id)
    ).first()
    db.session.remove()
    return client.get(f"/fr/exams/{public_id}/result").text


def test_a_corrected_key_is_weighed_and_raises_what_it_should(client, learners, sign_in):
    assert scores() == [(0, 200), (100, 200)]
    made = keep(bank(one="3"))
    impact = weigh_revision(made.course_id, get_revision(made.course_id, made.hash[:8]))
    assert (impact.rises, impact.kept, impact.eye, impact.people) == (1, 1, 0, 1)
    number = publish(made)
    found = apply(number)
    assert (found.raised, found.lowered, found.kept) == (1, 0, 1)
    assert scores() == [(100, 200), (100, 200)]
    assert db.session.scalars(select(func.count()).select_from(Mark)).one() == 5
    (notice,) = db.session.scalars(select(Notice.text))
    assert "Points given back to you in" in notice
    db.session.remove()
    sign_in(learners[0])
    page = results(client)
    assert "Marked again: question" in page
    assert "La clé était fausse." in page
    assert apply(number).raised == 1, "done again, nothing is added"


def test_marks_fall_when_a_second_person_signs(client, learners, make_person):
    salma, omar = make_person("Salma", role="admin"), make_person("Omar", role="admin")
    number = publish(keep(bank(one="3")), "lower", actor=salma.actor)
    found = apply(number)
    assert scores() == [(100, 200), (100, 200)]
    with write():
        services.sign_lowering(
            actor=omar.actor,
            course_id=found.course_id,
            public_id=found.public_id,
            now=clock.now(),
        )
    assert apply(number).lowered == 1
    assert scores() == [(100, 200), (0, 200)]


def test_a_typo_touches_no_attempt_of_an_exam(learners):
    apply(publish(keep(bank(one="4", words="La racine carrée de neuf ?"))))
    assert db.session.scalar(select(func.count()).select_from(Mark)) == 4


def test_an_exam_that_is_passed_by_the_right_key_is_done(client, course, make_person, sign_in):
    person = make_person()
    enroll(person)
    sign_in(person)
    sit(client, {"one": "3", "two": "5"})
    assert db.session.scalar(select(LessonDone.lesson_id)) is None
    db.session.remove()
    apply(publish(keep(bank(one="3"))))
    assert db.session.scalar(select(LessonDone.lesson_id)) == "bilan"


def test_what_was_being_written_when_the_key_was_corrected_is_marked_by_the_right_one_too(
    client, course, make_person, sign_in, travel
):
    for number in range(2):
        person = make_person(name=f"Learner {number}")
        enroll(person)
        sign_in(person)
        if number == 0:
            sit(client, {"one": "3"})
            continue
        sheet = Sheet(client)
        sheet.send((1, "one", "3"))
        apply(publish(keep(bank(one="3"))))
        assert scores() == [(100, 200)]
        travel(minutes=31)
        close()
        jobs.drain()
        travel(minutes=15)
        jobs.drain()
    assert scores() == [(100, 200), (100, 200)]


def standing():
    """Return the mark that stands for each question of each paper."""
    rows = db.session.execute(
        select(Mark.attempt_id, Mark.seq, Mark.points).where(is_newest(), Mark.writer == PAPER)
    )
    return {(row[0], row[1]): row[2] for row in rows}


def from_scratch(made):
    """Return what each is worth by a revision, without any history."""
    found = bank_of(RevisionRef(made.revision_id, made.hash))
    kind = hooks.get(ActivityType, "quiz", anywhere=True)
    rows = db.session.execute(
        select(
            AnswerEvent.attempt_id, AnswerEvent.seq, AnswerEvent.item, AnswerEvent.value,
            Attempt.seed,
        )
        .join(Attempt, Attempt.id == AnswerEvent.attempt_id)
        .where(AnswerEvent.writer == PAPER)
    )  # fmt: skip
    return {
        (row[0], row[1]): kind.mark(
            found[row[2]].item.document, row[4], json.loads(row[3]), 0
        ).points
        for row in rows
    }


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_random_edits_of_a_bank_come_to_what_marking_from_scratch_comes_to(
    client, course, make_person, sign_in, seed
):
    chance = random.Random(seed)  # noqa: S311  (not a secret)
    for number in range(5):
        person = make_person(name=f"Learner {number}")
        enroll(person)
        sign_in(person)
        sit(
            client,
            {key: chance.choice("345") for key in chance.sample(["one", "two"], 2 - number // 4)},
        )
    salma, omar = make_person("Salma", role="admin"), make_person("Omar", role="admin")
    now = {"one": "4", "two": "5", "points": 1}
    for edit in range(8):
        what = chance.choice(["one", "two", "points", "words"])
        now[what] = (
            f"Racine {edit} ?" if what == "words"
            else chance.randint(1, 3) if what == "points"
            else chance.choice("345")
        )  # fmt: skip
        made, before = keep(bank(**now)), standing()
        db.session.rollback()
        number = publish(made, "lower", actor=salma.actor)
        found = apply(number)
        scratch = from_scratch(made)
        assert standing() == {key: max(points, scratch[key]) for key, points in before.items()}
        db.session.rollback()
        with write():
            services.sign_lowering(
                actor=omar.actor,
                course_id=found.course_id,
                public_id=found.public_id,
                now=clock.now(),
            )
        apply(number)
        assert standing() == scratch
        db.session.rollback()
    assert sum(points for points, _ in scores()) == sum(scratch.values())


TREASURE = """\
````quiz {#base}
### Où est le coffre ? {#one}
- [%s] Sous le grand cedre du jardin
- [%s] Derrière la porte verte
- [ ] Au fond du vieux puits

### Deux et trois ? {#two type=number}
= 5
````
"""


def options(made):
    """Return text → key of the options of the first question, as exams have them."""
    asked = bank_of(RevisionRef(made.revision_id, made.hash), anywhere=True)["one"]
    return {option["text"]: option["key"] for option in asked.item.document["options"]}


def test_a_mended_option_of_the_bank_keeps_its_key_and_its_answers(
    client, course, make_person, sign_in
):
    first = keep(TREASURE % (" ", "x"))
    with write():
        courses.publish_course(actor=SYSTEM, revision_id=first.revision_id, now=clock.now())
    was = options(first)
    person = make_person(name="Amina")
    belong(course, person)
    enroll(person)
    sign_in(person)
    sit(client, {"one": was["Sous le grand cedre du jardin"]})
    assert scores() == [(0, 200)]
    typo = keep((TREASURE % (" ", "x")).replace("cedre", "cèdre"))
    assert list(options(typo).values()) == list(was.values())
    apply(publish(typo))
    assert db.session.scalar(select(func.count()).select_from(Mark)) == 2, "no attempt is touched"
    db.session.rollback()
    mended = keep((TREASURE % ("x", " ")).replace("cedre", "cèdre"))
    assert list(options(mended).values()) == list(was.values()), "from revision to revision"
    found = apply(publish(mended))
    assert (found.raised, found.kept) == (1, 0)
    assert scores() == [(100, 200)]
    assert "Sous le grand cèdre" in results(client)

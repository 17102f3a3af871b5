"""What instructors and authors see of the questions of a course, and what they never see."""

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from app.accounts.models import Person
from app.activities.models import AnswerEvent, Attempt, ItemVersion, Mark
from app.courses.models import Course, Revision
from app.itemanalysis.queries import get_page, get_scope, list_responses, list_seconds
from app.kernel import clock
from app.kernel.db import db, new_public_id, write
from tests.centers.making import make_center, make_cohort
from tests.exams.making import publish as publish_exam
from tests.itemanalysis.school import OPTIONS, School, respond
from tests.learning.test_learning import publish

PAGE = "/fr/courses/petit-cours/answers"


@pytest.fixture
def slug(database):
    return publish()


@pytest.fixture
def cohort(slug):
    center = make_center()
    return center, *make_cohort(center)


@pytest.fixture
def trainer(make_person, sign_in, cohort):
    person = make_person("Formatrice", role="instructor", scope="cohort", scope_id=cohort[1])
    sign_in(person)
    return person


@pytest.fixture
def author(make_person, sign_in, slug):
    course_id = db.session.scalar(select(Course.id))
    person = make_person("Autrice", role="instructor", scope="course", scope_id=course_id)
    sign_in(person)
    return person


def document(name, key):
    options = [{"key": o, "text": o.upper(), **({"right": True} if o == key else {})}
               for o in OPTIONS]  # fmt: skip
    return {"id": name, "kind": "one", "prompt": f"Question {name} ?", "options": options}


def keep(responses, keys, *, cohort_id=None, names="Élève"):
    """Write answers with their marks straight into the tables; return the ids of the versions."""
    now, people = clock.now(), {}
    with write() as session:
        course_id, revision_id = session.execute(select(Revision.course_id, Revision.id)).first()
        versions = {}
        for name, key in keys.items():
            made = ItemVersion(hash=new_public_id(), kind="quiz", document=document(name, key))
            session.add(made)
            versions[name] = made
        for learner in dict.fromkeys(r.learner for r in responses):
            person = Person(name=f"{names} {learner}", created_at=now)
            session.add(person)
            people[learner] = person
        session.flush()
        versions = {name: made.id for name, made in versions.items()}
        attempts = {}
        for learner, person in people.items():
            attempts[learner] = Attempt(
                person_id=person.id, course_id=course_id, lesson_id="un", block_id="q",
                kind="quiz", number=1, seed="s", revision_id=revision_id, cohort_id=cohort_id,
                began_at=now,
            )  # fmt: skip
        session.add_all(attempts.values())
        session.flush()
        answers, marks = [], []
        for seq, one in enumerate(responses, 1):
            key = {"attempt_id": attempts[one.learner].id, "writer": "w", "seq": seq}
            answers.append({**key, "item": one.spot.item, "value": json.dumps(one.value),
                            "hints": 0, "received_at": now})  # fmt: skip
            marks.append({**key, "version_id": versions[one.spot.item], "most": 100,
                          "points": round(one.share * 100), "state": "right" if one.share else
                          "wrong", "details": {}, "marked_at": now})  # fmt: skip
        session.execute(insert(AnswerEvent), answers)
        session.execute(insert(Mark), marks)
    return versions


def everything():
    return Attempt.course_id > 0


@pytest.mark.slow
@pytest.mark.only_sqlite  # a minute; the tests beside it ask a server the same of fewer
def test_twenty_wrong_keys_of_five_hundred_are_flagged_on_the_page(make_person, slug):
    school = School(6)
    keys, planted = school.keys(20)
    keep(list(school.sit(keys)), keys)
    page = get_page(get_scope(make_person(role="admin").actor, slug, ""), "fr")
    suspects = {row.spot.item for row in page.rows if row.found.likely}
    assert len(suspects & planted) >= 18
    assert len(suspects - planted) <= 4
    assert page.learners == 300
    assert [row.spot.item for row in page.rows[: len(suspects)]] == [
        row.spot.item for row in page.rows if row.found.likely
    ], "doubtful keys come first"


@pytest.mark.parametrize("many", [10, 60])
def test_the_page_costs_the_same_for_many(client, author, statements, many):
    keep(list(some(many, many // 2)), KEYS)
    client.get(PAGE)
    with statements() as seen:
        client.get(PAGE)
    assert len(seen) <= 13, seen


def some(count=30, strong=15):
    """Return answers to three questions; the key of the last one, `c`, is that of the weak."""
    for learner in range(1, count + 1):
        is_strong = learner <= strong
        for name in ("x", "y"):
            value = "a" if is_strong else "b"
            yield respond(learner, name, float(is_strong), value)
        value = "d" if is_strong else "c"
        yield respond(learner, "z", float(value == "c"), value)


KEYS = {"x": "a", "y": "a", "z": "c"}


def test_a_doubtful_key_comes_first_with_its_reason_and_no_name(client, trainer, cohort):
    keep(list(some()), KEYS, cohort_id=cohort[1])
    page = client.get(PAGE).text
    assert page.index("Question z ?") < page.index("Question x ?")
    assert "those who do well elsewhere choose “D”" in page
    assert "Tell an author of the course" in page
    assert "Mend it" not in page
    assert "Élève" not in page
    assert "Time not known" in page, "nobody notes when a question of a lesson is seen"


def test_an_author_finds_the_way_to_mend_it(client, author):
    keep(list(some()), KEYS)
    page = client.get(PAGE).text
    assert 'href="/fr/studio/courses/petit-cours"' in page
    assert "you see which marks would change" in page


def test_before_anybody_answers_the_page_says_so(client, author):
    assert "Nobody has answered anything yet" in client.get(PAGE).text


def test_authors_see_nothing_of_fewer_than_five(client, author):
    keep([respond(n, "x", 1.0, "a") for n in range(5)], {"x": "a"})
    keep([respond(n, "rare", 1.0, "a") for n in range(4)], {"rare": "a"})
    page = client.get(PAGE).text
    assert "Question x ?" in page
    assert "Question rare ?" not in page
    assert "1 question is not shown: fewer than 5 learners answered it." in page


def test_who_trains_a_small_cohort_knows_its_learners_anyway(client, trainer, cohort):
    keep([respond(n, "rare", 1.0, "a") for n in range(4)], {"rare": "a"}, cohort_id=cohort[1])
    assert "Question rare ?" in client.get(PAGE).text


def test_a_cohort_alone_can_be_looked_at_and_others_are_not_seen(
    client, trainer, cohort, make_person, sign_in
):
    center, own, public_id = cohort
    other, other_id = make_cohort(center, "DA-8")
    keep([respond(n, "x", 1.0, "a") for n in range(6)], {"x": "a"}, cohort_id=own)
    keep([respond(n, "y", 1.0, "a") for n in range(6)], {"y": "a"}, cohort_id=other)
    for address in (PAGE, f"{PAGE}?cohort={public_id}"):
        page = client.get(address).text
        assert "Question x ?" in page
        assert "Question y ?" not in page
    assert client.get(f"{PAGE}?cohort={other_id}").status_code == 404
    sign_in(make_person(role="manager", scope="center", scope_id=center))
    page = client.get(PAGE).text
    assert "Question x ?" in page
    assert "Question y ?" in page
    assert "DA-8" in page
    assert "Question y ?" not in client.get(f"{PAGE}?cohort={public_id}").text


def test_another_center_sees_nothing_and_a_learner_may_not_look(
    client, slug, cohort, make_person, sign_in
):
    keep([respond(n, "x", 1.0, "a") for n in range(6)], {"x": "a"}, cohort_id=cohort[1])
    rabat = make_center("rabat")
    sign_in(make_person(role="instructor", scope="center", scope_id=rabat))
    assert client.get(PAGE).status_code == 404
    sign_in(make_person())
    assert client.get(PAGE).status_code == 403
    sign_in(make_person(role="admin"))
    assert client.get("/fr/courses/nulle-part/answers").status_code == 404


def test_the_first_answer_counts_and_a_corrected_mark_counts_for_it(slug):
    def first():
        (found,) = (one for one in list_responses(everything()) if one.spot.item == "x")
        return found.value, found.share

    versions = keep(
        [respond(1, "x", 0.0, "b"), respond(1, "x", 1.0, "a"), respond(1, "y", 1.0, "a")],
        {"x": "a", "y": "a"},
    )
    assert first() == ('"b"', 0.0)
    with write() as session:
        old = session.scalars(select(Mark).order_by(Mark.id)).first()
        session.add(
            Mark(
                attempt_id=old.attempt_id, writer=old.writer, seq=old.seq, most=100, points=100,
                version_id=versions["x"], state="right", details={}, marked_at=clock.now(),
                reason="La clé était fausse.",
            )
        )  # fmt: skip
    assert first() == ('"b"', 1.0)


def test_a_question_with_two_wordings_is_told_apart(client, author):
    keep([respond(n, "x", 1.0, "a") for n in range(6)], {"x": "a"})
    keep([respond(n, "x", 0.0, "b") for n in range(6)], {"x": "a"})
    page = client.get(PAGE).text
    assert page.count("Question x ?") == 2
    assert "Wording 2" in page


def test_time_is_known_in_exams_from_save_to_save(database, make_person):
    slug = publish_exam()
    people = [make_person(f"P{number}") for number in range(5)]
    now = clock.now()
    with write() as session:
        course_id, revision_id = session.execute(select(Revision.course_id, Revision.id)).first()
        version = ItemVersion(hash="h", kind="quiz", document=document("two", "a"))
        session.add(version)
        session.flush()
        for at, person in enumerate(people):
            attempt = Attempt(
                person_id=person.id, course_id=course_id, lesson_id="bilan", block_id="exam",
                kind="exam", number=1, seed="s", revision_id=revision_id, began_at=now,
            )  # fmt: skip
            session.add(attempt)
            session.flush()
            saves = [("one", 1_000), ("~two", 2_000), ("two", 11_000 + at * 1_000), ("two", 90_000)]
            for seq, (item, claimed) in enumerate(saves, 1):
                session.add(
                    AnswerEvent(
                        attempt_id=attempt.id, writer="w", seq=seq, item=item, value="{}",
                        hints=0, received_at=now + timedelta(seconds=seq), claimed_at=claimed,
                    )
                )  # fmt: skip
            session.add(
                AnswerEvent(
                    attempt_id=attempt.id, writer="paper", seq=1, item="two", value="null",
                    hints=0, received_at=now,
                )
            )  # fmt: skip
            session.flush()
            session.add(
                Mark(
                    attempt_id=attempt.id, writer="paper", seq=1, version_id=version.id,
                    points=0, most=100, state="wrong", details={}, marked_at=now,
                )
            )  # fmt: skip
    assert {spot.item: seconds for spot, seconds in list_seconds(everything()).items()} == {
        "two": 12.0
    }
    admin = make_person(role="admin")
    (row,) = get_page(get_scope(admin.actor, slug, ""), "fr").rows
    assert (row.lesson, row.seconds) == ("Bilan", 12.0)


def test_marks_of_plugins_that_are_away_still_tell_how_hard_it_was(client, author):
    keep([respond(n, "x", 1.0, "a") for n in range(25)], {"x": "a"})
    with write() as session:
        session.execute(ItemVersion.__table__.update().values(kind="gone"))
    page = client.get(PAGE).text
    assert "100 %" in page
    assert re.search(r"<h2[^>]*>x</h2>", page)

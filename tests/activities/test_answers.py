"""Answers to what a lesson asks: kept once, marked, counted, and each its own person's."""

import re
import threading

import pytest
from sqlalchemy import func, select

from app.activities.models import AnswerEvent, Attempt, ItemVersion, Mark, Score
from app.activities.queries import export_answers, find_asked, list_scores, list_states
from app.activities.rules import carried_answers
from app.activities.services import Sent, check_answer
from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from app.kernel.errors import Conflict, Invalid
from app.kernel.outbox import RecordedEvent
from app.learning.queries import get_study
from app.plugins.gate import get_gate
from app.plugins.services import switch_plugin
from tests.learning.test_learning import enroll, publish

RIDDLE = """\
Avant.

````riddle {#q tries=2}
sum: Deux et deux ? = quatre
sky: De quelle couleur est le ciel ? = bleu
````

Après.
"""
LESSONS = {"un": ("Un", RIDDLE), "deux": ("Deux", RIDDLE.replace("tries=2", ""))}
PAGE = "/fr/courses/petit-cours/un"


@pytest.fixture
def slug(database):
    return publish(LESSONS)


@pytest.fixture
def amina(make_person, sign_in, slug):
    person = make_person()
    enroll(person, slug)
    sign_in(person)
    return person


def asked(person_id, lesson="un"):
    return find_asked(get_study("petit-cours", person_id, now=clock.now()), lesson, "q")


def check(person_id, value, *, item="sum", writer="page-one", lesson="un"):
    with write():
        return check_answer(
            person_id=person_id,
            asked=asked(person_id, lesson),
            sent=Sent(item, value, writer),
            now=clock.now(),
        )


def post(client, given, *, item="sum", writer="page-one-1", page=PAGE, **more):
    fields = {"item": item, "writer": writer, "given": given} | more
    return client.post(f"{page}/activities/q", data=fields)


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def test_a_lesson_asks_and_answers_without_javascript(client, amina):
    page = client.get(PAGE).text
    assert "Deux et deux" in page
    assert page.count("Check my answer") == 2
    answer = post(client, "quatre")
    assert answer.status_code == 303
    assert answer.location.endswith("/fr/courses/petit-cours/un#b-q-sum")
    page = client.get(PAGE).text
    assert "Right." in page
    assert page.count("Check my answer") == 1


def test_the_right_answer_is_in_no_byte_before_it_is_earned(client, amina):
    assert "quatre" not in client.get(PAGE).text
    post(client, "cinq")
    page = client.get(PAGE).text
    assert "Not yet right." in page
    assert "1 try left" in page
    assert "quatre" not in page
    post(client, "six", writer="page-two-2")
    assert "quatre" in client.get(PAGE).text, "no try is left: the solution is shown"


def test_the_same_page_sent_twice_is_one_answer(client, amina):
    for _ in range(3):
        assert post(client, "cinq").status_code == 303
    assert count(AnswerEvent) == count(Mark) == 1
    assert "1 try left" in client.get(PAGE).text


def test_the_same_count_with_another_answer_is_refused_and_the_first_one_kept(amina):
    check(amina.id, "cinq")
    with pytest.raises(Conflict):
        check(amina.id, "quatre")
    assert [event.value for event in db.session.scalars(select(AnswerEvent))] == ['"cinq"']


def test_beyond_the_last_try_nothing_is_kept_and_the_best_counts(amina):
    check(amina.id, "quatre", writer="a")
    check(amina.id, "cinq", writer="b")
    with pytest.raises(Conflict, match="best answer is kept"):
        check(amina.id, "six", writer="c")
    assert count(AnswerEvent) == 2
    score = db.session.scalars(select(Score)).one()
    assert (score.points, score.most) == (100, 200)


def test_without_a_limit_one_may_try_on(amina):
    for number in range(6):
        state = check(amina.id, "cinq", writer=f"w{number}", lesson="deux")
    assert state.items["sum"].tries == 6
    assert state.tries_left("sum", 0) is None


def test_what_was_asked_is_kept_once_word_for_word(amina, make_person):
    other = make_person()
    enroll(other, "petit-cours")
    check(amina.id, "cinq")
    check(other.id, "quatre")
    version = db.session.scalars(select(ItemVersion)).one()
    assert version.document == {"ask": "Deux et deux ?", "answer": "quatre"}


def test_two_people_have_two_states(client, amina, make_person):
    other = make_person()
    enroll(other, "petit-cours")
    check(other.id, "quatre")
    assert "Right." not in client.get(PAGE).text
    assert list_states(amina.id, asked(amina.id).place.course_id, "un", ["q"]) == {}


def test_each_answer_is_told_to_whoever_wants_to_know(amina):
    check(amina.id, "quatre")
    event = db.session.scalars(
        select(RecordedEvent).where(RecordedEvent.name == "activities.answer_marked.v1")
    ).one()
    assert event.data["points"] == 100
    assert event.data["most"] == 200


def test_a_lesson_that_is_not_open_takes_no_answer(client, slug, make_person, sign_in):
    sign_in(make_person())
    answer = post(client, "quatre", page="/fr/courses/petit-cours/deux")
    assert answer.status_code == 409
    assert count(AnswerEvent) == 0


@pytest.mark.parametrize(
    "wrong", [{"item": "gone"}, {"writer": "x"}, {"points": "100"}, {"hints": "99"}]
)
def test_what_does_not_fit_is_refused_in_words_and_nothing_is_kept(client, amina, wrong):
    answer = post(client, "quatre", **wrong)
    assert answer.status_code == 303
    assert 'role="alert"' in client.get(PAGE).text or "not kept" in client.get(PAGE).text
    assert count(AnswerEvent) == 0


def test_a_boundless_answer_is_refused(amina):
    with pytest.raises(Invalid):
        check(amina.id, "x" * 200_000)
    assert count(AnswerEvent) == 0


def test_a_visitor_answers_and_takes_it_along(client, slug, make_person):
    assert post(client, "quatre").status_code == 303
    page = client.get(PAGE).text
    assert "Right." in page
    assert "What you answer is kept in this browser only." in page
    assert count(Attempt) == 0
    with client.session_transaction() as session:
        carried = carried_answers(session["carried"])
    assert carried == {"petit-cours": {"un/q": {"sum": ("quatre", 0)}}}


def test_what_a_visitor_answered_is_kept_at_sign_in_once(slug, make_person):
    from app.activities.services import keep_carried

    person = make_person()
    enroll(person, slug)
    carried = {
        slug: {"un/q": {"sum": ("quatre", 0), "gone": ("x", 0)}, "deux/q": {"sum": ("x", 0)}}
    }
    for _ in range(2):
        with write():
            keep_carried(person_id=person.id, carried=carried, now=clock.now())
    assert count(AnswerEvent) == 1, "only the open lesson, only what is asked there"
    assert check(person.id, "bleu", item="sky").items["sum"].is_right


@pytest.mark.parametrize(
    "carried",
    [{}, {"answers": None}, {"answers": {"a": 3}}, {"answers": {"a": {"b": {"c": [1]}}}},
     {"answers": {"a": {"b": {"c": ["x", "y"]}}}}],
)  # fmt: skip
def test_whatever_a_browser_carries_is_read_without_trouble(carried):
    for blocks in carried_answers(carried).values():
        assert all(not items for items in blocks.values())


def test_a_browser_has_room_for_so_much(client, slug):
    assert post(client, "x" * 1700).status_code == 303
    post(client, "y" * 1700, item="sky", writer="page-two-2")
    assert "without an account" in client.get(PAGE).text


def test_with_the_plugin_off_the_lesson_is_read_and_what_was_earned_stays(client, amina):
    check(amina.id, "quatre")
    with write():
        switch_plugin(
            actor=SYSTEM,
            snapshot=get_gate().current(),
            name="sample",
            on=False,
            now=clock.now(),
        )
    get_gate().forget()
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "not available" in page.text
    assert post(client, "quatre", writer="later-later").status_code == 409
    course_id = db.session.scalar(select(Attempt.course_id))
    assert [row.points for row in list_scores(course_id, [amina.id])] == [100]


def test_a_person_gets_their_answers_and_marks(amina):
    check(amina.id, "cinq")
    kept = export_answers(amina.id)["answers"]
    assert [(row["answer"], row["points"], row["state"]) for row in kept] == [
        ("cinq", 0.0, "wrong")
    ]


def test_a_lesson_with_activities_costs_one_statement_more(client, amina, statements):
    client.get(PAGE)
    with statements() as seen:
        client.get(PAGE)
    assert len(seen) <= 5, seen


def test_a_page_is_the_same_writer_for_nobody_else(client, amina):
    writers = re.findall(r'name="writer" value="([^"]+)"', client.get(PAGE).text)
    assert len(set(writers)) == 2


def test_many_at_once_from_one_person_are_counted_one_after_the_other(committed_app):
    from tests.conftest import add_person

    with committed_app.app_context():
        publish(LESSONS)
        person = add_person()
        enroll(person, "petit-cours")
        asked_now = asked(person.id)
    ready = threading.Barrier(6)
    kept, refused = [], []

    def send(number):
        with committed_app.app_context():
            ready.wait()
            try:
                with write():
                    check_answer(
                        person_id=person.id,
                        asked=asked_now,
                        sent=Sent("sum", "cinq", f"tab-{number}"),
                        now=clock.now(),
                    )
                kept.append(number)
            except Conflict:
                refused.append(number)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=send, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(kept), len(refused)) == (2, 4)
    with committed_app.app_context():
        assert count(Attempt) == 1
        assert count(AnswerEvent) == count(Mark) == 2


def test_a_hint_is_opened_once_and_costs_what_was_said(client, amina):
    assert "A hint (−0,1 points)" in client.get(PAGE).text
    for _ in range(2):
        assert post(client, "", hint="1").status_code == 303
    page = client.get(PAGE).text
    assert page.count("Think.") == 1
    assert check(amina.id, "quatre").items["sum"].best == 90


def test_a_visitors_hint_comes_along(client, slug, make_person):
    from app.activities.services import keep_carried

    post(client, "", hint="1")
    assert "Think." in client.get(PAGE).text
    with client.session_transaction() as session:
        carried = carried_answers(session["carried"])
    person = make_person()
    enroll(person, slug)
    with write():
        keep_carried(person_id=person.id, carried=carried, now=clock.now())
    assert check(person.id, "quatre").items["sum"].best == 90


def test_what_was_drawn_is_the_same_before_and_after_the_first_answer(amina):
    from app.activities.rules import practice_seed

    place = asked(amina.id).place
    check(amina.id, "cinq")
    assert db.session.scalar(select(Attempt.seed)) == practice_seed(amina.id, place)


def test_the_cover_of_a_course_says_what_was_earned_where(client, amina):
    cover = "/fr/courses/petit-cours"
    assert "Your points" not in client.get(cover).text
    check(amina.id, "quatre")
    page = client.get(cover).text
    assert "1 of the 2 points" in page
    assert "/fr/courses/petit-cours/un#b-q" in page

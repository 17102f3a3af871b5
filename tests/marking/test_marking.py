"""Marking by hand: without names, never overwritten, shown to learners when released."""

import re

import pytest
from sqlalchemy import func, select

from app.activities.models import Attempt, Mark, Score
from app.activities.queries import list_states
from app.kernel.audit import AuditEntry
from app.kernel.db import db
from app.marking.models import HandMark
from app.marking.rules import blind_order, find_alike, level_points
from app.notices.models import NoticeReceipt
from tests.centers.making import make_center, make_cohort
from tests.learning.test_learning import publish
from tests.marking.making import LESSONS, SLUG, answer, hand_in

LESSON = "/fr/courses/petit-cours/un"


@pytest.fixture
def kenitra(database):
    publish(LESSONS)
    return make_center()


@pytest.fixture
def cohort(kenitra):
    return make_cohort(kenitra)


@pytest.fixture
def learners(make_person, kenitra, cohort):
    people = [make_person(name=name) for name in ("Amina", "Brahim", "Chadia")]
    hand_in(kenitra, cohort[0], *people)
    return people


@pytest.fixture
def marker(make_person, sign_in, cohort, learners):
    person = make_person(name="Formatrice", role="instructor", scope="cohort", scope_id=cohort[0])
    sign_in(person)
    return person


@pytest.fixture
def page(cohort):
    return f"/fr/c/kenitra/cohorts/{cohort[1]}/marking"


@pytest.fixture
def desk(page):
    return f"{page}/{SLUG}/un/q/why"


def fields_of(html):
    return {
        name: re.search(rf'name="{name}" value="(\d+)"', html)[1] for name in ("answer", "number")
    }


def give(client, desk, html, first=4, second=5, comment="", **more):
    fields = fields_of(html) | {"line-0": first, "line-1": second, "comment": comment}
    return client.post(desk, data=fields | more)


def ask(*columns, **where):
    """Return rows, and keep no savepoint that is older than those of later requests."""
    rows = db.session.execute(select(*columns).filter_by(**where)).all()
    db.session.remove()
    return rows


def count(model, *where):
    found = db.session.scalar(select(func.count()).select_from(model).where(*where))
    db.session.remove()
    return found


def test_an_essay_is_handed_in_and_says_that_a_person_marks_it(client, learners, sign_in):
    sign_in(learners[0])
    shown = client.get(LESSON).text
    assert "Received. A person marks this answer." in shown
    assert "Hand in again" in shown
    assert shown.count("Check my answer") == 1, "only the number is checked"


def test_a_marker_sees_questions_and_answers_but_no_name(client, marker, page, desk):
    listed = client.get(page).text
    assert "Expliquez la médiane." in listed
    shown = client.get(desk).text
    assert "La valeur du milieu, selon" in shown
    assert "Answer 1 of 3" in shown
    own = re.search(r"selon (\w+)\.", shown)[1]
    others = {"Amina", "Brahim", "Chadia"} - {own}
    assert not any(name in shown.split("Look:")[0] for name in others)


def test_marking_is_a_plain_form_that_goes_on_to_the_next_answer(client, marker, desk):
    seen = set()
    for _ in range(3):
        html = client.get(desk).text
        seen.add(fields_of(html)["answer"])
        sent = give(client, desk, html, comment="Bel exemple.")
        assert sent.status_code == 303
        html = client.get(sent.location).text
    assert len(seen) == 3
    assert "3 answers are marked" in html
    assert ask(HandMark.points, HandMark.state) == [(350, "partial")] * 3


def test_a_line_without_a_level_is_refused_and_what_was_chosen_stays(client, marker, desk):
    fields = fields_of(client.get(desk).text) | {"line-0": 3, "comment": "Gardé"}
    sent = client.post(desk, data=fields)
    assert sent.status_code == 422
    assert "Choose a level on each line." in sent.text
    assert "Gardé" in sent.text
    assert count(HandMark) == 0


def test_learners_see_nothing_before_the_release_and_are_told_at_it(
    client, marker, desk, learners, sign_in
):
    html = client.get(desk).text
    give(client, desk, html, comment="Bel exemple.")
    assert ask(Score.waiting) == [(1,)] * 3
    assert count(Mark, Mark.state != "waiting") == 0
    client.post(f"{desk}/release")
    (marked,) = ask(Score.person_id, Score.points, waiting=0)
    assert marked.points == 350
    assert count(Mark) == 4, "the mark that waited is history"
    assert ask(NoticeReceipt.person_id) == [(marked.person_id,)]
    assert count(AuditEntry, AuditEntry.verb == "marking.release") == 1
    sign_in(next(one for one in learners if one.id == marked.person_id))
    shown = client.get(LESSON).text
    assert "Partly right: 3,5 of 4 points." in shown
    assert "Bel exemple." in shown
    assert "1,5 of 2" in shown


def test_releasing_twice_is_releasing_once(client, marker, desk):
    give(client, desk, client.get(desk).text)
    assert client.post(f"{desk}/release").status_code == 303
    assert client.post(f"{desk}/release").status_code == 409
    assert count(Mark) == 4


def test_the_second_of_two_markers_is_shown_the_first_mark_and_asked(
    client, marker, desk, cohort, make_person, sign_in
):
    page = client.get(desk).text
    give(client, desk, page, comment="Le premier.")
    other = make_person(name="Lecteur", role="instructor", scope="cohort", scope_id=cohort[0])
    sign_in(other)
    sent = give(client, desk, page, first=1, second=1, comment="Le second.")
    assert sent.status_code == 409
    assert "Somebody marked this answer in the meantime." in sent.text
    assert "Le premier." in sent.text
    assert "Le second." in sent.text
    assert ask(HandMark.points) == [(350,)]
    again = give(client, desk, sent.text, first=1, second=1, comment="Le second.")
    assert again.status_code == 303
    hands = ask(HandMark.number, HandMark.points, HandMark.marker_id)
    assert sorted(hands) == [(1, 350, marker.id), (2, 0, other.id)]
    assert count(AuditEntry, AuditEntry.verb == "marking.change") == 1


def test_pressing_twice_is_one_mark(client, marker, desk):
    page = client.get(desk).text
    assert give(client, desk, page).status_code == 303
    assert give(client, desk, page).status_code == 303
    assert count(HandMark) == 1


def test_a_newer_answer_is_the_one_to_mark(client, marker, desk, learners):
    page = client.get(desk).text
    own = re.search(r"selon (\w+)\.", page)[1]
    author = next(one for one in learners if one.name == own)
    answer(author.id, "Plus long.", writer="page-two")
    sent = give(client, desk, page)
    assert sent.status_code == 303
    assert count(HandMark) == 0, "the page showed an answer that does not count any more"
    assert client.get(desk).text.count("Answer ") > 0
    ((course_id,),) = ask(Attempt.course_id, person_id=author.id)
    item = list_states(author.id, course_id, "un", ["q"])["q"].items["why"]
    assert item.value == "Plus long."


def test_nobody_marks_their_own_answer_nor_another_centers(
    client, learners, cohort, page, desk, make_person, sign_in, kenitra
):
    own = make_person(name="Both", role="instructor", scope="cohort", scope_id=cohort[0])
    hand_in(kenitra, cohort[0], own, text="Ma propre réponse, selon")
    sign_in(own)
    assert "Answer 1 of 3" in client.get(desk).text
    rabat = make_center("rabat")
    sign_in(make_person(role="instructor", scope="center", scope_id=rabat))
    assert client.get(page).status_code == 404
    assert client.get(desk).status_code == 404
    assert client.post(f"{desk}/release").status_code == 404
    sign_in(make_person(role="office", scope="center", scope_id=kenitra))
    assert client.get(page).status_code == 403


def test_comments_are_kept_for_the_next_answer(client, marker, desk):
    give(client, desk, client.get(desk).text, comment="Citez un exemple.")
    html = client.get(desk).text
    assert '<option value="Citez un exemple.">' in html
    give(client, desk, html, saved="Citez un exemple.", comment="Et relisez.")
    assert ask(HandMark.comment) == [
        ("Citez un exemple.",),
        ("Citez un exemple.\nEt relisez.",),
    ]


@pytest.mark.parametrize("many", [40, 400])
def test_marking_costs_the_same_for_many(
    client, page, desk, kenitra, cohort, make_person, sign_in, statements, many
):
    hand_in(kenitra, cohort[0], *[make_person(name=f"L{n}") for n in range(many)])
    sign_in(make_person(role="instructor", scope="cohort", scope_id=cohort[0]))
    client.get(page)
    with statements() as seen:
        client.get(page)
    assert len(seen) <= 10, seen
    with statements() as seen:
        client.get(desk)
    assert len(seen) <= 10, seen


def test_levels_go_from_nothing_to_all():
    assert [level_points(level, 200) for level in range(1, 6)] == [0, 50, 100, 150, 200]
    assert [level_points(level, 100) for level in range(1, 6)] == [0, 25, 50, 75, 100]


def test_each_marker_goes_through_answers_in_an_order_of_their_own():
    one, two = (blind_order(marker, range(30)) for marker in (1, 2))
    assert sorted(one) == sorted(two) == list(range(30))
    assert one != two
    assert one == blind_order(1, reversed(range(30)))


def test_answers_that_share_half_of_their_runs_of_words_are_alike():
    text = "la médiane est la valeur du milieu quand tout est rangé"
    others = {7: "autre chose que personne n'a dit avant moi ici", 8: f"Pour moi {text}."}
    assert find_alike(text, others) == 8
    assert find_alike(text, {7: others[7]}) is None
    assert find_alike("court", {7: "court"}) is None

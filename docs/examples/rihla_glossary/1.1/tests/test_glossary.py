"""Terms are written by a center's staff, and read by its learners in three places."""

import pytest
from rihla_glossary import queries, services
from rihla_glossary.blocks import validate

from app.sdk import BlockNode, Forbidden, Invalid, NotFound, write

PAGE = "/en/c/kenitra/x/glossary/"
LOOP = {"term": "  Loop ", "meaning": "Done again & again"}


@pytest.fixture
def kenitra(center):
    return center("kenitra")


@pytest.fixture
def staff(as_user, kenitra):
    browser = as_user("manager", kenitra)
    assert browser.post(PAGE, data=LOOP).status_code == 303
    return browser


def test_staff_writes_and_learners_read(staff, as_user, kenitra):
    assert "Loop" in staff.get(PAGE).get_data(as_text=True)
    page = as_user("learner", kenitra).get(PAGE).get_data(as_text=True)
    assert "Done again &amp; again" in page
    assert "Explain a term" not in page


def test_learners_and_other_centers_do_not_write(staff, as_user, kenitra, center):
    learner, stranger = as_user("learner", kenitra), as_user("manager", center("rabat"))
    (row,) = queries.list_terms(kenitra.id)
    for browser in (learner, stranger):
        assert browser.post(PAGE, data=LOOP).status_code == 404
        assert browser.post(f"{PAGE}{row.id}/delete").status_code == 404
        with pytest.raises(Forbidden), write():
            services.write_term(
                actor=browser.person.actor, center_id=kenitra.id, term="x", meaning="y"
            )
    with pytest.raises(NotFound), write():
        services.delete_term(
            actor=stranger.person.actor, center_id=stranger_center(stranger), term_id=row.id
        )
    assert len(queries.list_terms(kenitra.id)) == 1


def stranger_center(browser):
    return next(grant.scope_id for grant in browser.person.grants)


def test_a_term_written_twice_gets_the_new_meaning(staff, kenitra):
    staff.post(PAGE, data={"term": "LOOP", "meaning": "Other"})
    assert [row.meaning for row in queries.list_terms(kenitra.id)] == ["Other"]


def test_a_term_is_deleted(staff, kenitra):
    (row,) = queries.list_terms(kenitra.id)
    assert staff.post(f"{PAGE}{row.id}/delete").status_code == 303
    assert staff.post(f"{PAGE}{row.id}/delete").status_code == 404
    assert queries.list_terms(kenitra.id) == []


@pytest.mark.parametrize(
    "wrong", [{"term": " "}, {"meaning": ""}, {"term": "x" * 81}, {"example": "x" * 301}]
)
def test_what_is_empty_or_too_long_is_refused(staff, kenitra, wrong):
    assert staff.post(PAGE, data=LOOP | wrong).status_code == 422
    with pytest.raises(Invalid), write():
        services.write_term(actor=staff.person.actor, center_id=kenitra.id, **(LOOP | wrong))


def test_a_lesson_shows_meanings_of_its_own_and_of_the_center(staff, render_block, kenitra):
    html = render_block("````glossary {#w}\nLOOP\nOdd\nList: In <b>order\n````", kenitra)
    assert "Done again &amp; again" in html
    assert "In &lt;b&gt;order" in html
    assert "Not explained yet." in html


def test_where_it_is_off_a_note_stands_in_the_lesson(render_block, center):
    html = render_block("````glossary {#w}\nLoop: x\n````", center("rabat", on=False))
    assert "Loop" not in html


def test_wrong_lines_are_problems_for_the_author():
    assert [p.line for p in validate(BlockNode("glossary", "w", {}, "", 3))] == [3]
    assert [p.line for p in validate(BlockNode("glossary", "w", {}, "a: b\n: c", 3))] == [5]


def test_learners_find_terms_of_their_center_only(staff, as_user, kenitra, center):
    here = as_user("learner", kenitra).get("/en/search?q=loop").get_data(as_text=True)
    assert "/en/c/kenitra/x/glossary/#term-" in here
    there = as_user("learner", center("rabat")).get("/en/search?q=loop").get_data(as_text=True)
    assert "#term-" not in there


def test_a_center_says_a_sentence_above_its_terms(staff, keep_settings, kenitra):
    keep_settings(kenitra, welcome="Marhba <b>")
    assert "Marhba &lt;b&gt;" in staff.get(PAGE).get_data(as_text=True)


def test_learners_meet_an_example_and_a_word_of_the_day(as_user, keep_settings, kenitra):
    as_user("instructor", kenitra).post(PAGE, data=LOOP | {"example": "for <x> in list"})
    learner = as_user("learner", kenitra, enrolled=True)
    assert "for &lt;x&gt; in list" in learner.get(PAGE).get_data(as_text=True)
    first = learner.get("/en/").get_data(as_text=True)
    assert "The word of the day" in first
    assert PAGE in first
    keep_settings(kenitra, daily=False)
    assert "The word of the day" not in learner.get("/en/").get_data(as_text=True)

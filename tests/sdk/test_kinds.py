"""What a plugin brings is shown and asked where it is on, and nowhere else."""

import pytest

from app.sdk import Plugin, list_award_conditions, list_results, translate
from app.workshop import world

COURSE = "/en/courses/first-steps"


def text_of(answer):
    return answer.get_data(as_text=True)


def test_a_card_speaks_with_the_words_of_the_learners_center(as_user, center, keep_settings):
    one, two = center("one"), center("two")
    keep_settings(two, word="Marhba")
    assert "Welcome" in text_of(as_user("learner", one, enrolled=True).get("/en/"))
    assert "Marhba" in text_of(as_user("learner", two, enrolled=True).get("/en/"))


def test_a_card_is_shown_to_staff_at_their_only_center(as_user, center):
    assert "Corner" in text_of(as_user("manager", center()).get("/en/"))
    assert "Corner" not in text_of(as_user("manager", center("off", on=False)).get("/en/"))


def test_a_switch_counts_from_the_next_page_on(as_user, center, plugin_app):
    from app.workshop import world

    at = center()
    learner = as_user("learner", at, enrolled=True)
    assert "Corner" in text_of(learner.get("/en/"))
    world.switch("corner", at, on=False)
    assert "Corner" not in text_of(learner.get("/en/"))


@pytest.mark.parametrize("name", ["Nobody", "Breaker"])
def test_a_page_is_whole_without_a_card(as_user, center, name):
    page = as_user("learner", center(), enrolled=True, name=name).get("/en/")
    assert page.status_code == 200
    assert "Corner" not in text_of(page)


def test_panels_stand_on_the_pages_of_a_course_and_are_escaped(as_user, center):
    learner = as_user("learner", center(), enrolled=True)
    assert text_of(learner.get(COURSE)).count("cover&lt;b&gt;") == 3
    assert text_of(learner.get(f"{COURSE}/hello")).count("hello&lt;b&gt;") == 2
    other = as_user("learner", center("off", on=False), enrolled=True)
    assert "Corner" not in text_of(other.get(COURSE))


def test_search_shows_what_one_may_see_on_this_site(as_user, center):
    page = text_of(as_user("learner", center()).get("/en/search?q=marhba"))
    assert "Corner words" in page
    assert "about marhba" in page
    assert "Secret word" not in page
    assert "example.org" not in page


def test_search_is_whole_when_a_source_fails_half_way(as_user, center):
    page = as_user("learner", center()).get("/en/search?q=broken")
    assert page.status_code == 200
    assert "Open word" not in text_of(page)


def test_a_rule_of_enrollment_refuses_with_its_sentence(as_user, center, keep_settings):
    at = center()
    keep_settings(at, full=True)
    answer = as_user("learner", at).post(f"{COURSE}/enroll")
    assert answer.status_code == 409
    assert "The corner is full." in text_of(answer)
    assert as_user("learner", center("free")).post(f"{COURSE}/enroll").status_code == 303


def test_a_rule_that_fails_enrolls_nobody(as_user, center, keep_settings):
    at = center()
    keep_settings(at, word="broken")
    learner = as_user("learner", at)
    assert learner.post(f"{COURSE}/enroll").status_code == 403
    assert "Enroll" in text_of(learner.get(COURSE))


@pytest.mark.parametrize(("name", "status"), [("Calm", 200), ("Noisy", 404), ("Breaker", 403)])
def test_a_permission_is_looked_at_closer(as_user, center, name, status):
    at = center("kenitra")
    browser = as_user("instructor", at, name=name)
    assert browser.get("/en/c/kenitra/x/corner/").status_code == status


def test_an_admins_page_stands_among_those_about_the_site(as_user, center):
    center()
    assert "Corners" in text_of(as_user("admin").get("/en/admin"))


def test_a_learner_is_praised_once_and_told_by_whom(as_user, center, run_jobs, record_events):
    at = center()
    learner = as_user("learner", at, enrolled=True)
    learner.post(f"{COURSE}/hello/done")
    run_jobs()
    from rihla_corner import events

    events.note(learner.person.id)
    page = text_of(learner.get("/en/notices"))
    assert page.count("Well done.") == 1
    assert "The corner" in page
    assert "learning.lesson_finished.v1" in [name for name, _ in record_events()]


def test_nobody_of_another_center_is_praised(as_user, center, run_jobs):
    center("here")
    stranger = as_user("learner", center("there", on=False), enrolled=True)
    stranger.post(f"{COURSE}/hello/done")
    run_jobs()
    assert "Well done." not in text_of(stranger.get("/en/notices"))


def standing(at, least=80):
    """Return what the corner's condition says of the only learner of a center, and its words."""
    with Plugin("rihla_corner").acting_at(at.id) as actor:
        (name,) = list_award_conditions(actor, at.id) or [""]
        asked = {name or "corner.presence": least}
        (found,) = list_results(actor, at.id, at.cohort, world.course_id(), asked)
    return found.brought.get("corner.presence")


@pytest.mark.parametrize(("present", "is_met"), [(79, False), (80, True)])
def test_a_condition_of_awards_is_asked_for_all_members_at_their_center(
    as_user, center, keep_settings, present, is_met
):
    at = center()
    keep_settings(at, present=present)
    as_user("learner", at, enrolled=True)
    found = standing(at)
    assert found.is_met is is_met
    assert translate(found.now) == f"now {present}%"


def test_a_condition_that_fails_says_nothing_and_takes_nothing_with_it(
    as_user, center, keep_settings
):
    at = center()
    keep_settings(at, word="broken")
    as_user("learner", at, enrolled=True)
    assert standing(at) is None

"""What comes after the rule: it awards by itself, marks fall, certificates are revoked."""

from sqlalchemy import text

from app.sdk import session, write
from plugins.certificates import jobs
from plugins.certificates.tests.making import (
    agreed,
    ask,
    award,
    complete,
    counted,
    incomplete,
    mark,
)


def test_a_mark_that_meets_the_last_condition_awards_by_itself_once(
    staff, amina, base, run_jobs, travel
):
    agreed(staff, base, completed="y", by_itself="y")
    mark(amina, run_jobs)
    travel(seconds=31)
    run_jobs()
    assert counted("credential") == 0
    complete(amina)
    for _ in range(3):  # told three times, of which two at once
        mark(amina, run_jobs)
    travel(seconds=31)
    run_jobs()
    mark(amina, run_jobs)  # and late
    travel(seconds=31)
    run_jobs()
    assert counted("credential") == 1
    assert "Awarded" in amina.get("/en/x/certificates/").text


def test_a_rule_that_somebody_looks_at_awards_nothing_by_itself(staff, amina, base):
    agreed(staff, base, completed="y")
    complete(amina)
    jobs.look_at_all()
    assert counted("credential") == 0


def test_what_no_event_told_is_found_within_the_hour(staff, amina, base):
    agreed(staff, base, completed="y", by_itself="y")
    complete(amina)
    for _ in range(2):
        jobs.look_at_all()
    assert counted("credential") == 1


def test_before_marks_are_released_nothing_is_awarded_and_nothing_told(
    staff, amina, base, kenitra, travel
):
    complete(amina)
    agreed(staff, base, completed="y", total="60", mode="any", by_itself="y")
    with write():
        session.execute(
            text(
                "INSERT INTO gradebook_plan (cohort_id, course_id, categories, release_at,"
                " contest_days) SELECT :cohort, id, '[]', '2100-01-01 00:00:00', 7 FROM course"
            ),
            {"cohort": kenitra.cohort_id},
        )
    jobs.look_at_all()
    assert counted("credential") == 0
    with write():
        session.execute(text("UPDATE gradebook_plan SET release_at = NULL"))
    jobs.look_at_all()
    assert counted("credential") == 1


def test_a_mark_that_falls_takes_nothing_back_and_who_set_the_rule_is_told_once(
    staff, amina, base, run_jobs, travel
):
    complete(amina)
    agreed(staff, base, completed="y", by_itself="y")
    jobs.look_at_all()
    incomplete(amina)
    for _ in range(2):
        jobs.look_at_all()
        run_jobs()
    number = ask("SELECT public_id FROM credential")
    assert "This certificate is valid" in amina.get(f"/en/check/{number}").text
    for browser in staff:
        told = browser.get("/en/notices").text
        assert told.count("Amina Tazi holds a certificate") == 1
    page = staff[0].get(base).text
    assert "does not meet its rule any more" in page
    assert "complete the course (0 of 1 lessons are done)" in page
    assert "does not meet" not in amina.get("/en/notices").text


def test_who_was_awarded_by_an_older_rule_is_not_held_against_a_newer_one(staff, amina, base):
    complete(amina)
    agreed(staff, base, completed="y", by_itself="y")
    jobs.look_at_all()
    agreed(staff, base, total="90", by_itself="y")
    jobs.look_at_all()
    assert "does not meet its rule" not in staff[0].get(base).text
    assert counted("credential") == 1


def test_no_rule_brings_back_what_was_revoked(staff, amina, base, run_jobs):
    complete(amina)
    agreed(staff, base, completed="y", by_itself="y")
    jobs.look_at_all()
    with write():
        session.execute(
            text("UPDATE credential SET revoked_at = issued_at, revoked_reason = 'fraud'")
        )
    jobs.look_at_all()
    award(staff[0], base)
    run_jobs()
    assert counted("credential") == 1
    page = staff[0].get(base).text
    assert "Revoked" in page
    assert "Award it to" not in page
    assert "Revoked" in amina.get("/en/x/certificates/").text


def test_who_financed_it_and_how_long_it_counts_are_frozen_into_it(staff, amina, base, run_jobs):
    with write():
        session.execute(
            text(
                "INSERT INTO partner (slug, name, name_ar, city, created_at)"
                " VALUES ('atlas', 'Atlas Retail', 'أطلس', '', CURRENT_TIMESTAMP)"
            )
        )
    complete(amina)
    partner = ask("SELECT id FROM partner")
    agreed(staff, base, completed="y", sponsor=str(partner), years="2")
    page = staff[0].get(base).text
    assert "Atlas Retail" in page
    assert "It counts for 2 years." in page
    award(staff[0], base)
    run_jobs()
    number = ask("SELECT public_id FROM credential")
    page = amina.get(f"/en/check/{number}").text
    for said in ("Atlas Retail", "Kenitra", "DA-1", "First steps", "Amina Tazi", "Counts until"):
        assert said in page
    facts = str(ask("SELECT facts FROM credential"))
    assert ask("SELECT hash FROM revision ORDER BY id DESC") in facts
    assert "beginner" in facts


def test_a_rule_asks_for_other_courses_of_the_cohort_too(staff, amina, base, add_lesson, kenitra):
    add_lesson({"en": "Text.", "fr": "Texte."}, amina, at=kenitra)
    other = ask("SELECT max(id) FROM course")
    agreed(staff, base, courses=str(other), by_itself="y")
    page = amina.get("/en/x/certificates/").text
    assert "not completed yet" in page
    jobs.look_at_all()
    assert counted("credential") == 0
    complete(amina)
    jobs.look_at_all()
    assert counted("credential") == 1

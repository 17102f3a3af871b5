"""A learner in a course: enrolling, finishing lessons, coming back on another device."""

import threading

import pytest
from sqlalchemy import func, select

from app.courses.services import check_files, import_course, publish_course
from app.kernel import clock, jobs
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from app.kernel.outbox import RecordedEvent
from app.learning import services
from app.learning.models import Enrollment, LessonDone
from app.learning.queries import get_study, list_progress_of, list_studies
from tests.courses import samples

THREE = {"un": ("Un", "Premier."), "deux": ("Deux", "Deuxième."), "trois": ("Trois", "Troisième.")}


def publish(lessons=None, *, preview="un", **options):
    """Import and publish a course whose lesson `preview` is open; return its slug."""
    files = samples.course(lessons=lessons or THREE, **options)
    for path, content in files.items():
        if preview and f"-{preview}.fr.md" in path:
            files[path] = content.replace(b"minutes: 10", b"minutes: 10\npreview: true")
    checked = check_files(files)
    with write():
        made = import_course(actor=SYSTEM, checked=checked, now=clock.now())
        publish_course(actor=SYSTEM, revision_id=made.revision_id, now=clock.now())
    return made.slug


def enroll(person, slug):
    with write():
        return services.enroll_learner(actor=person.actor, slug=slug, now=clock.now())


def finish(person, slug, *lessons):
    for lesson in lessons:
        with write():
            study = services.finish_lesson(
                actor=person.actor, slug=slug, lesson_id=lesson, now=clock.now()
            )
    return study


def events(name):
    return db.session.scalar(
        select(func.count()).select_from(RecordedEvent).where(RecordedEvent.name == name)
    )


def test_enrolling_twice_is_enrolling_once(database, make_person):
    slug, person = publish(), make_person()
    enroll(person, slug)
    enroll(person, slug)
    assert database.scalar(select(func.count()).select_from(Enrollment)) == 1
    assert events("learning.learner_enrolled.v1") == 1


def test_a_lesson_finished_twice_counts_once(database, make_person):
    slug, person = publish(), make_person()
    enroll(person, slug)
    assert finish(person, slug, "un", "un").progress.percent == 33
    assert events("learning.lesson_finished.v1") == 1


def test_the_last_lesson_completes_the_course_and_says_so_once(database, make_person):
    slug, person = publish(), make_person()
    enroll(person, slug)
    study = finish(person, slug, "un", "deux", "trois", "trois")
    assert study.progress.completed_at is not None
    assert events("learning.course_finished.v1") == 1


def test_adding_renaming_and_moving_lessons_loses_nothing(database, make_person):
    slug, person = publish(), make_person()
    enroll(person, slug)
    finish(person, slug, "un", "deux")
    publish({"deux": ("Nouveau nom", "x"), "neuf": ("Neuf", "x"), "un": ("Un", "x")}, preview="")
    study = get_study(slug, person.id, now=clock.now())
    assert (study.progress.done, study.progress.total) == (2, 3)


def test_a_completed_course_stays_completed_when_a_lesson_is_added(database, make_person):
    slug, person = publish(), make_person()
    enroll(person, slug)
    finish(person, slug, *THREE)
    publish({**THREE, "quatre": ("Quatre", "x")})
    study = get_study(slug, person.id, now=clock.now())
    assert study.progress.percent == 100
    assert study.next == "quatre"


def test_leaving_and_coming_back_keeps_what_was_done(database, make_person):
    slug, person = publish(), make_person()
    enroll(person, slug)
    finish(person, slug, "un")
    with write():
        services.leave_course(actor=person.actor, slug=slug, now=clock.now())
    assert get_study(slug, person.id, now=clock.now()).enrollment is None
    assert enroll(person, slug).progress.done == 1


def test_a_lesson_of_a_course_one_is_not_in_is_not_marked(database, make_person):
    slug, person = publish(), make_person()
    with pytest.raises(Exception, match="not enrolled"):
        finish(person, slug, "deux")
    assert database.scalar(select(func.count()).select_from(LessonDone)) == 0


def test_a_member_of_a_cohort_is_enrolled_with_it(database, make_person, client, sign_in):
    from datetime import date

    from app.centers.models import Center, CenterMember, Cohort, CohortMember

    slug, person = publish(), make_person()
    with write() as session:
        center = Center(slug="rabat", name="Rabat", state="open", created_at=clock.now())
        session.add(center)
        session.flush()
        cohort = Cohort(
            center_id=center.id,
            slug="da-1",
            name="DA-1",
            starts_on=date(2026, 1, 1),
            ends_on=date(2030, 1, 1),
            created_at=clock.now(),
        )
        session.add(cohort)
        session.flush()
        session.add_all(
            [
                CenterMember(center_id=center.id, person_id=person.id, joined_at=clock.now()),
                CohortMember(cohort_id=cohort.id, person_id=person.id, joined_at=clock.now()),
            ]
        )
    enrollment = enroll(person, slug).enrollment
    assert (enrollment.center_id, enrollment.cohort_id) == (center.id, cohort.id)


def test_two_phones_finishing_at_once_complete_once(committed_app):
    from tests.conftest import add_person

    with committed_app.app_context():
        slug, person = publish(), add_person()
        enroll(person, slug)
        finish(person, slug, "un", "deux")

    def last():
        with committed_app.app_context():
            finish(person, slug, "trois")

    threads = [threading.Thread(target=last) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with committed_app.app_context():
        assert events("learning.course_finished.v1") == 1
        assert get_study(slug, person.id, now=clock.now()).progress.done == 3


def test_what_a_visitor_finished_becomes_theirs(database, make_person):
    slug, person = publish(), make_person()
    with write():
        services.keep_carried(
            person_id=person.id,
            carried={slug: ["un", "deux", "nothing"], "gone": ["x"]},
            now=clock.now(),
        )
    study = get_study(slug, person.id, now=clock.now())
    assert study.done == {"un"}, "only lessons that were open to the visitor count"


def test_lists_cost_the_same_for_one_and_for_many(database, make_person, statements):
    slug = publish()
    people = [make_person(f"Personne {n}") for n in range(12)]
    for person in people:
        enroll(person, slug)
    list_progress_of([people[0].id], "fr", now=clock.now())
    with statements() as one:
        list_progress_of([people[0].id], "fr", now=clock.now())
    with statements() as many:
        rows = list_progress_of([p.id for p in people], "fr", now=clock.now())
    assert len(one) == len(many) <= 4
    assert len(rows) == 12


# Pages


def test_a_visitor_reads_the_open_lesson_and_is_asked_in_for_the_others(client, database):
    slug = publish()
    page = client.get(f"/fr/courses/{slug}/un")
    assert page.status_code == 200
    assert "Premier." in page.text
    closed = client.get(f"/fr/courses/{slug}/deux")
    assert closed.headers["Location"] == f"/fr/courses/{slug}"


def test_an_unknown_lesson_is_not_found(client, database):
    assert client.get(f"/fr/courses/{publish()}/absent").status_code == 404
    assert client.get("/fr/courses/absent").status_code == 404


def test_a_learner_goes_through_the_course_by_its_buttons(client, database, make_person, sign_in):
    slug, person = publish(), make_person()
    sign_in(person)
    step = client.post(f"/fr/courses/{slug}/enroll")
    assert step.headers["Location"] == f"/fr/courses/{slug}/un"
    for lesson, following in (("un", "deux"), ("deux", "trois")):
        step = client.post(f"/fr/courses/{slug}/{lesson}/done")
        assert step.headers["Location"] == f"/fr/courses/{slug}/{following}"
    step = client.post(f"/fr/courses/{slug}/trois/done")
    assert step.headers["Location"] == f"/fr/courses/{slug}/progress"
    assert client.get(f"/fr/courses/{slug}/progress").status_code == 200


def test_another_device_goes_on_at_the_same_paragraph(app, client, database, make_person, sign_in):
    from tests.conftest import add_session

    slug, person = publish(), make_person()
    sign_in(person)
    client.post(f"/fr/courses/{slug}/enroll")
    assert (
        client.post(f"/fr/courses/{slug}/deux/place", data={"paragraph": "p-7"}).status_code == 204
    )
    other = app.test_client()
    other.set_cookie("sid", add_session(person))
    assert other.get(f"/ar/courses/{slug}/continue").headers["Location"] == (
        f"/ar/courses/{slug}/deux#p-7"
    )


def test_a_place_that_is_none_is_ignored(client, database, make_person, sign_in):
    slug, person = publish(), make_person()
    sign_in(person)
    client.post(f"/fr/courses/{slug}/enroll")
    client.post(f"/fr/courses/{slug}/absent/place", data={"paragraph": "p-7"})
    client.post(f"/fr/courses/{slug}/un/place", data={"paragraph": "<script>"})
    assert client.get(f"/fr/courses/{slug}/continue").headers["Location"].endswith("/un")


def test_a_visitors_work_survives_sign_in(client, database):
    slug = publish()
    client.post(f"/fr/courses/{slug}/un/done")
    page = client.get(f"/fr/courses/{slug}/un")
    assert "lesson is done" in page.text or "terminée" in page.text


def test_whoever_was_signed_out_while_reading_is_brought_back_to_the_lesson(
    client, database, make_person, sign_in
):
    slug, person = publish(), make_person()
    sign_in(person)
    client.post(f"/fr/courses/{slug}/enroll")
    client.delete_cookie("sid")
    answer = client.post(f"/fr/courses/{slug}/deux/done")
    assert answer.status_code == 303
    page = client.get(answer.headers["Location"])
    assert "not signed in any more" in page.text
    assert f"/fr/courses/{slug}/deux" in page.text
    assert client.post(f"/fr/courses/{slug}/absent/done").status_code == 404
    assert get_study(slug, person.id, now=clock.now()).progress.done == 0


def test_a_lesson_switches_language_in_place_and_the_browser_remembers(client, database):
    slug = publish(languages=("fr", "ar"))
    page = client.get(f"/fr/courses/{slug}/un?in=ar")
    assert '<article class="prose" lang="ar" dir="rtl">' in page.text
    assert '<html lang="fr" dir="ltr"' in page.text
    again = client.get(f"/fr/courses/{slug}/un")
    assert '<article class="prose" lang="ar" dir="rtl">' in again.text


def test_a_translation_that_nobody_reviewed_says_so(client, database):
    slug = publish(languages=("fr", "ar"))
    assert "not yet reviewed" in client.get(f"/en/courses/{slug}/un?in=ar").text
    assert "not yet reviewed" not in client.get(f"/en/courses/{slug}/un?in=fr").text


def test_a_lesson_page_costs_at_most_four_statements(
    client, database, make_person, sign_in, statements
):
    slug, person = publish(), make_person()
    client.get(f"/fr/courses/{slug}/un")
    with statements() as visitor:
        client.get(f"/fr/courses/{slug}/un")
    sign_in(person)
    client.post(f"/fr/courses/{slug}/enroll")
    client.get(f"/fr/courses/{slug}/un")
    with statements() as learner:
        client.get(f"/fr/courses/{slug}/un")
    assert len(visitor) <= 2
    assert len(learner) <= 4


def test_a_learner_sees_their_courses_in_three_statements(database, make_person, statements):
    slug, person = publish(), make_person()
    enroll(person, slug)
    with statements() as seen:
        studies = list_studies(person.id, now=clock.now())
    assert [study.seen.slug for study in studies] == [slug]
    assert len(seen) <= 3
    jobs.drain()

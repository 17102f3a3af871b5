from datetime import timedelta

import pytest

from app.accounts.models import RoleGrant
from app.centers.models import Center, CenterMember, Cohort, CohortMember
from app.courses.services import check_files, import_course, publish_course
from app.home import queries
from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import write
from app.learning.models import Enrollment, LessonDone
from app.notices.models import Notice, NoticeReceipt
from app.partners.models import Partner
from app.rosters.models import Roster
from tests.courses import samples

MOST_STATEMENTS = 8
LESSONS = {"un": ("Premiers pas", "x"), "deux": ("Deuxième", "x"), "trois": ("Troisième", "x")}


@pytest.fixture
def course(database):
    files = samples.course(lessons=LESSONS)
    for path, content in files.items():
        if "-un.fr.md" in path:
            files[path] = content.replace(b"minutes: 10", b"minutes: 10\npreview: true")
    checked = check_files(files)
    with write():
        kept = import_course(actor=SYSTEM, checked=checked, now=clock.now())
        publish_course(actor=SYSTEM, revision_id=kept.revision_id, now=clock.now())
    return kept


def add_center(slug="kenitra", name="Kénitra"):
    with write() as session:
        center = Center(slug=slug, name=name, state="open", created_at=clock.now())
        session.add(center)
        session.flush()
        return center.id


def add_cohort(center_id, name="DA-7", days=60):
    today = clock.now().date()
    with write() as session:
        cohort = Cohort(
            center_id=center_id,
            slug=name.lower(),
            name=name,
            starts_on=today - timedelta(days=90),
            ends_on=today + timedelta(days=days),
            created_at=clock.now(),
        )
        session.add(cohort)
        session.flush()
        return cohort.id


def put_in(person, course, cohort_id=None, center_id=None, *, silent_days=0, done=()):
    seen = clock.now() - timedelta(days=silent_days)
    with write() as session:
        session.add(
            Enrollment(
                person_id=person.id,
                course_id=course.course_id,
                cohort_id=cohort_id,
                center_id=center_id,
                enrolled_at=seen,
                seen_at=seen,
            )
        )
        for lesson in done:
            session.add(
                LessonDone(
                    person_id=person.id, course_id=course.course_id, lesson_id=lesson, done_at=seen
                )
            )
        if cohort_id:
            session.add(CohortMember(cohort_id=cohort_id, person_id=person.id, joined_at=seen))
        if center_id:
            session.add(CenterMember(center_id=center_id, person_id=person.id, joined_at=seen))


def page_of(client, path="/fr/"):
    response = client.get(path)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def measured(client, statements, path="/fr/", most=MOST_STATEMENTS):
    """Return a page and how many statements it takes once outlines are in memory."""
    page_of(client, path)
    with statements() as seen:
        page = page_of(client, path)
    assert len(seen) <= most, seen
    return page


def test_a_visitor_reaches_the_first_lesson_in_one_tap(client, course, statements):
    page_of(client)  # what was decided about plugins is in memory from now on
    with statements() as seen:
        page = page_of(client)
    assert len(seen) <= 3
    slug = page.split('href="/fr/courses/')[1:]
    preview = next(link.split('"')[0] for link in slug if "/" in link.split('"')[0])
    assert client.get(f"/fr/courses/{preview}").status_code == 200


def test_a_visitor_sees_no_figure_before_anybody_learns(client, course, make_person):
    assert "together" not in page_of(client)
    put_in(make_person(), course)
    assert "together" in page_of(client)


def test_an_empty_site_still_has_a_first_page(client, database):
    for lang in ("fr", "ar", "en"):
        page_of(client, f"/{lang}/")


def test_a_learner_sees_the_next_step_its_length_and_what_is_due(
    client, course, make_person, sign_in, statements
):
    center = add_center()
    cohort = add_cohort(center)
    learner, trainer = make_person(), make_person("Hind Trainer")
    put_in(learner, course, cohort, center, done=("un",))
    with write() as session:
        notice = Notice(
            sender_id=trainer.id, center_id=center, text="x", form_key="k", sent_at=clock.now()
        )
        session.add(notice)
        session.flush()
        session.add(NoticeReceipt(notice_id=notice.id, person_id=learner.id))
    sign_in(learner)
    page = measured(client, statements, "/en/")
    assert "Deuxième" in page
    assert "10\N{NO-BREAK SPACE}min" in page
    assert "1 of 3 lessons done" in page
    assert "2 lessons until the course is completed" in page
    assert "when your cohort ends" in page
    assert "1 unread message" in page
    assert page.count("btn warm") == 1


def test_a_learner_who_is_done_is_told_so(client, course, make_person, sign_in):
    learner = make_person()
    put_in(learner, course, done=tuple(LESSONS))
    sign_in(learner)
    page = page_of(client, "/en/")
    assert "All your lessons are done" in page
    assert "Find another course" in page


def test_somebody_new_is_shown_courses(client, course, make_person, sign_in, statements):
    sign_in(make_person())
    page = measured(client, statements, "/en/")
    assert "Choose your first course" in page
    assert "/en/courses/" in page


@pytest.fixture
def trained(course, make_person):
    """A trainer's cohort: one goes on, one stopped, one has never come; and another's cohort."""
    center = add_center()
    cohort, other = add_cohort(center), add_cohort(center, "DA-8")
    going = make_person("Going On")
    stopped = make_person("Stopped Here")
    put_in(going, course, cohort, center, done=("un",))
    put_in(stopped, course, cohort, center, silent_days=9)
    put_in(make_person("Somebody Else"), course, other, center, silent_days=9)
    trainer = make_person("Hind", role="instructor", scope="cohort", scope_id=cohort)
    return trainer, stopped, going, cohort, center


def test_a_trainer_sees_who_stopped_and_writes_in_two_clicks(client, trained, sign_in, statements):
    trainer, stopped, going, _, _ = trained
    sign_in(trainer)
    page = measured(client, statements, "/en/")
    assert "1 person needs you" in page
    assert page.index("Stopped Here") < page.index("Going On")
    assert "9 days without a sign" in page
    assert "Somebody Else" not in page
    compose = f"/en/notices/to-person/{stopped.public_id}"
    assert compose in page
    assert client.get(compose).status_code == 200
    sent = client.post(compose, data={"text": "Comment allez-vous ?", "key": "k1"})
    assert sent.status_code == 303


def test_a_trainers_page_costs_the_same_for_many_people(
    client, trained, course, make_person, sign_in, statements
):
    trainer, *_, cohort, center = trained
    sign_in(trainer)
    page_of(client)
    with statements() as few:
        page_of(client)
    for number in range(15):
        put_in(make_person(f"Person {number}"), course, cohort, center, silent_days=number)
    second = add_cohort(center, "DA-9")
    with write() as session:
        session.add(
            RoleGrant(
                person_id=trainer.id,
                role="instructor",
                scope="cohort",
                scope_id=second,
                granted_at=clock.now(),
            )
        )
    with statements() as many:
        page_of(client)
    assert len(many) == len(few) <= MOST_STATEMENTS


def test_a_trainer_without_a_cohort_is_told_who_can_help(client, make_person, sign_in):
    sign_in(make_person(role="instructor", scope="cohort", scope_id=999))
    assert "You train no cohort" in page_of(client, "/en/")


def test_an_instructor_of_a_center_sees_its_groups_and_no_other_centers(
    client, trained, course, make_person, sign_in
):
    *_, center = trained
    elsewhere = add_center("rabat", "Rabat")
    put_in(make_person("At Rabat"), course, add_cohort(elsewhere), elsewhere, silent_days=30)
    sign_in(make_person("Imad", role="instructor", scope="center", scope_id=center))
    page = page_of(client, "/en/")
    assert "DA-7" in page
    assert "DA-8" in page
    assert "At Rabat" not in page


def test_a_manager_sees_their_center_at_a_glance(client, trained, make_person, sign_in, statements):
    *_, center = trained
    add_center("rabat", "Rabat")
    with write() as session:
        session.add(
            Roster(
                center_id=center,
                file_name="a.csv",
                state="checked",
                notes=[],
                created_at=clock.now(),
            )
        )
    sign_in(make_person(role="manager", scope="center", scope_id=center))
    page = measured(client, statements, "/en/").split("<main")[1]
    assert "Kénitra" in page
    assert "Rabat" not in page
    for label, figure in (
        ("People", 3),
        ("Cohorts under way", 2),
        ("Stopped for a week", 2),
        ("Imports under way", 1),
    ):
        assert f'<dt>{label}</dt><dd class="v"><bdi>{figure}</bdi>' in page


def test_a_partner_is_led_to_their_page_only(client, make_person, sign_in, statements):
    with write() as session:
        own = Partner(slug="atlas", name="Atlas", created_at=clock.now())
        session.add_all([own, Partner(slug="other", name="Oriental", created_at=clock.now())])
        session.flush()
        partner_id = own.id
    sign_in(make_person(role="partner", scope="partner", scope_id=partner_id))
    page = measured(client, statements, "/en/")
    assert "/en/partners/atlas" in page
    assert "Oriental" not in page


def test_the_office_sees_figures_by_center(
    client, trained, course, make_person, sign_in, statements
):
    add_center("agadir", "Agadir")
    put_in(make_person("On Their Own"), course)
    sign_in(make_person(role="office"))
    page = measured(client, statements, "/en/")
    row = page.split("Kénitra</a>")[1].split("</tr>")[0]
    assert [n.split("</td>")[0].split(">")[-1] for n in row.split("<td")[1:]] == ["3", "1", "0"]
    assert "Agadir" in page
    assert '<dt>People enrolled</dt><dd class="v"><bdi>4</bdi>' in page


def test_an_admin_sees_whether_the_site_is_well(client, make_person, sign_in, statements):
    sign_in(make_person(role="admin"))
    page = measured(client, statements, "/en/", most=MOST_STATEMENTS + 2)
    assert "There is no backup yet." in page
    assert "rihla backup create" in page


def test_somebody_with_several_roles_gets_learning_first(client, trained, course, sign_in):
    trainer, *_, center = trained
    put_in(trainer, course)
    with write() as session:
        session.add(
            RoleGrant(
                person_id=trainer.id,
                role="manager",
                scope="center",
                scope_id=center,
                granted_at=clock.now(),
            )
        )
    sign_in(trainer)
    for lang in ("fr", "ar", "en"):
        page = page_of(client, f"/{lang}/")
        assert page.count("btn warm") == 1
    assert page.index("Your next step") < page.index("needs you") < page.index("Your center")


def test_somebody_who_joined_today_has_not_stopped(course, make_person, database):
    center = add_center()
    cohort, person = add_cohort(center), make_person()
    with write() as session:
        session.add(CohortMember(cohort_id=cohort, person_id=person.id, joined_at=clock.now()))
    trainer = make_person(role="instructor", scope="cohort", scope_id=cohort)
    (part,) = queries.list_parts(trainer.actor, "fr", now=clock.now())
    assert part.stopped == 0
    clock.shift(8 * 86400)
    (part,) = queries.list_parts(trainer.actor, "fr", now=clock.now())
    assert part.stopped == 1

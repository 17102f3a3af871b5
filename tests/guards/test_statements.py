"""SQL statements of pages: at most so many, whatever the number of learners and lessons."""

from datetime import timedelta

import pytest

from app.accounts.hooks import PersonalData
from app.accounts.models import Person
from app.centers.models import CenterMember, CohortMember
from app.courses import services as courses
from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import write
from app.kernel.hooks import hooks
from app.learning.models import Enrollment, LessonDone
from tests import routes
from tests.courses import samples
from tests.undo import undone
from tests.world import ROLES, opened

pytestmark = pytest.mark.slow

LEARNERS = 200
LESSONS = 60
BUDGETS = {
    ("learning.lesson", "visitor"): 4,
    ("learning.lesson", "learner"): 4,
    ("learning.course", "visitor"): 6,
    ("learning.course", "learner"): 6,
    ("learning.progress", "learner"): 6,
    ("catalog.courses", "visitor"): 6,
    ("catalog.courses", "learner"): 6,
    **{("home.home", role): 8 for role in ROLES if role != "admin"},
    ("home.home", "admin"): 10,  # the site's health: most checks ask one thing each
}
MOST = 16
"""No page needs more, whoever looks."""
ONE_FOR_EACH_TABLE = {"privacy.my_data", "privacy.erase"}
"""Pages that show what every table keeps of a person ask each of them once."""


@pytest.fixture(scope="module")
def site(schema_url, site_folder):
    with opened(schema_url, site_folder) as found:
        yield found


def crowd(world):
    """Bring people into the center, its cohort and the course, with a history each."""
    now = clock.now()
    own = world.own
    with write() as session:
        people = [
            Person(name=f"Apprenant {n}", created_at=now, last_seen_at=now - timedelta(days=n % 20))
            for n in range(LEARNERS)
        ]
        session.add_all(people)
        session.flush()
        for person in people:
            session.add_all(
                [
                    CenterMember(center_id=own.center_id, person_id=person.id, joined_at=now),
                    CohortMember(cohort_id=own.cohort_id, person_id=person.id, joined_at=now),
                    Enrollment(
                        person_id=person.id,
                        course_id=own.course_id,
                        center_id=own.center_id,
                        cohort_id=own.cohort_id,
                        enrolled_at=now,
                        seen_at=now,
                    ),
                    LessonDone(
                        person_id=person.id,
                        course_id=own.course_id,
                        lesson_id=own.lesson,
                        done_at=now,
                    ),
                ]
            )


def more_courses():
    """Publish courses of many lessons."""
    for n in range(12):
        lessons = {f"l-{k}": (f"Titre {k}", "Un texte.") for k in range(LESSONS)}
        checked = courses.check_files(samples.course(key=f"long-{n}", lessons=lessons), f"long-{n}")
        with write():
            kept = courses.import_course(
                actor=SYSTEM, checked=checked, slug=f"long-{n}", now=clock.now()
            )
            courses.publish_course(actor=SYSTEM, revision_id=kept.revision_id, now=clock.now())


def counted(app, world, statements):
    """Count the statements of every page for everybody whom it is for, caches warm."""
    found = {}
    for rule in routes.pages(app):
        roles = {role for endpoint, role in BUDGETS if endpoint == rule.endpoint}
        for role in sorted(roles | set(routes.viewers(app, rule, world))):
            path = routes.address(app, rule, world, world.own)
            client = app.test_client()
            if role in world.cookies:
                client.set_cookie("sid", world.cookies[role])
            client.get(path)
            with statements() as seen:
                assert client.get(path).status_code == 200, (path, role)
            found[rule.endpoint, role] = len(seen)
    return found


@pytest.mark.shipped
def test_pages_need_few_statements_and_no_more_with_many_people(site, statements):
    app, world = site
    with undone(app):
        few = counted(app, world, statements)
    with undone(app):
        crowd(world)
        more_courses()
        many = counted(app, world, statements)
    for case, limit in BUDGETS.items():
        assert many[case] <= limit, (case, many[case])
    tables = len(hooks.collect(PersonalData))
    most = {name: MOST + (tables if name in ONE_FOR_EACH_TABLE else 0) for name, _ in many}
    assert {case: count for case, count in many.items() if count > most[case[0]]} == {}
    grown = {case: (few[case], many[case]) for case in many if many[case] > few[case] + 1}
    assert grown == {}, "a list asks again for each row"


def test_a_long_lesson_list_costs_a_lesson_nothing(site, statements):
    app, world = site
    with undone(app):
        more_courses()
        client = app.test_client()
        client.set_cookie("sid", world.cookies["learner"])
        client.post("/fr/courses/long-3/enroll")
        for path in ("/fr/courses/long-3/l-1", "/fr/courses/long-3/l-59"):
            client.get(path)
            with statements() as seen:
                assert client.get(path).status_code == 200
            assert len(seen) <= 4

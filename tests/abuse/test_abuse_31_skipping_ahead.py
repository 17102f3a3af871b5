"""Abuse 31: acting on what one has not been let into, by calling the address behind the button."""

from typing import Any

import pytest
from sqlalchemy import func, select

from app.kernel import clock
from app.kernel.db import db
from app.kernel.errors import Refusal
from app.learning import services
from app.learning.models import Enrollment, LessonDone
from tests.courses import samples
from tests.courses.test_services import keep, publish


@pytest.fixture
def course(database: Any) -> Any:
    kept = keep(samples.course())
    publish(kept.revision_id, now=clock.now())
    return kept


def done(person: Any) -> int:
    found = db.session.scalar(
        select(func.count()).select_from(LessonDone).where(LessonDone.person_id == person.id)
    )
    db.session.rollback()
    return found or 0


def test_a_lesson_is_neither_read_nor_done_without_enrolling(
    client: Any, course: Any, make_person: Any, sign_in: Any
) -> None:
    person = make_person()
    sign_in(person)
    base = f"/fr/courses/{course.slug}"
    assert client.get(f"{base}/suite").status_code == 303
    assert client.post(f"{base}/suite/done").status_code == 409
    assert client.post(f"{base}/suite/place", data={"paragraph": "p-1"}).status_code == 204
    assert done(person) == 0
    assert db.session.scalar(select(func.count()).select_from(Enrollment)) == 0


def test_a_visitor_marks_no_closed_lesson(client: Any, course: Any) -> None:
    answer = client.post(f"/fr/courses/{course.slug}/suite/done")
    assert "/sign-in" in answer.headers["Location"], "asked to sign in, and nothing is marked"
    assert client.post(f"/fr/courses/{course.slug}/enroll").status_code == 403


def test_nobody_enrolls_in_what_is_not_published(
    client: Any, database: Any, make_person: Any, sign_in: Any
) -> None:
    hidden = keep(samples.course(key="cache"))
    sign_in(make_person())
    for path in ("enroll", "bonjour/done"):
        assert client.post(f"/fr/courses/{hidden.slug}/{path}").status_code == 404
    assert client.get(f"/fr/courses/{hidden.slug}/bonjour").status_code == 404


def test_leaving_closes_the_lessons_again(
    client: Any, course: Any, make_person: Any, sign_in: Any
) -> None:
    sign_in(make_person())
    base = f"/fr/courses/{course.slug}"
    client.post(f"{base}/enroll")
    assert client.get(f"{base}/suite").status_code == 200
    client.post(f"{base}/leave")
    assert client.get(f"{base}/suite").status_code == 303


def test_the_service_asks_the_same_question_as_the_page(course: Any, make_person: Any) -> None:
    from app.kernel.db import write

    person = make_person()
    with pytest.raises(Refusal), write():
        services.finish_lesson(
            actor=person.actor, slug=course.slug, lesson_id="suite", now=clock.now()
        )
    assert done(person) == 0


def test_fields_that_nobody_asked_for_enroll_nobody_else(
    client: Any, course: Any, make_person: Any, sign_in: Any
) -> None:
    victim, me = make_person(), make_person()
    sign_in(me)
    enroll = f"/fr/courses/{course.slug}/enroll"
    more = {"person_id": victim.id, "center_id": 9, "completed_at": "2026-01-01"}
    assert client.post(enroll, data=more).status_code in (400, 422)
    assert db.session.scalar(select(func.count()).select_from(Enrollment)) == 0
    client.post(enroll)
    rows = db.session.execute(select(Enrollment.person_id, Enrollment.completed_at)).all()
    assert [tuple(row) for row in rows] == [(me.id, None)]

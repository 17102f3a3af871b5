"""Abuse 33: "lesson done" a thousand times, for lessons that are not there, or in a cookie."""

from typing import Any

import pytest
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import func, select

from app.kernel import clock
from app.kernel.db import db
from app.kernel.outbox import RecordedEvent
from app.learning.models import Enrollment, LessonDone
from app.learning.queries import get_study
from app.learning.rules import carried_progress
from tests.courses import samples
from tests.courses.test_services import keep, publish


@pytest.fixture
def enrolled(client: Any, database: Any, make_person: Any, sign_in: Any) -> Any:
    kept = keep(samples.course())
    publish(kept.revision_id, now=clock.now())
    person = make_person()
    sign_in(person)
    client.post(f"/fr/courses/{kept.slug}/enroll")
    return kept, person


def count(model: Any) -> int:
    found = db.session.scalar(select(func.count()).select_from(model))
    db.session.rollback()
    return found or 0


@pytest.mark.slow
def test_done_a_thousand_times_is_done_once(client: Any, enrolled: Any) -> None:
    kept, person = enrolled
    for _ in range(1000):
        client.post(f"/fr/courses/{kept.slug}/bonjour/done")
    assert count(LessonDone) == 1
    finished = [
        row
        for row in db.session.scalars(select(RecordedEvent.name)).all()
        if row == "learning.lesson_finished.v1"
    ]
    assert len(finished) <= 1
    progress = get_study(kept.slug, person.id, now=clock.now()).progress
    assert (progress.done, progress.total, progress.percent) == (1, 2, 50)


@pytest.mark.parametrize("lesson", ["nothing", "bonjour%00", "..", "-1", "debut", "a" * 400])
def test_a_lesson_that_is_not_there_cannot_be_done(client: Any, enrolled: Any, lesson: str) -> None:
    kept, _ = enrolled
    answer = client.post(f"/fr/courses/{kept.slug}/{lesson}/done")
    assert answer.status_code in (400, 404)
    assert count(LessonDone) == 0


@pytest.mark.parametrize(
    "place",
    ["p-1\n", "<script>", "x" * 5000, "-5", "P-1", "p-1; DROP", "\u0661", "p-", "javascript:1"],
)
def test_a_place_that_is_none_is_not_kept(client: Any, enrolled: Any, place: str) -> None:
    kept, _ = enrolled
    client.post(f"/fr/courses/{kept.slug}/bonjour/place", data={"paragraph": place})
    assert db.session.scalar(select(Enrollment.last_place)) is None


def test_a_cookie_that_we_did_not_sign_carries_nothing(client: Any, database: Any) -> None:
    kept = keep(samples.course())
    publish(kept.revision_id, now=clock.now())
    forged = SecureCookieSessionInterface()

    class Other:
        secret_key = "another"
        config: dict[str, Any] = {"SECRET_KEY_FALLBACKS": None}

    serializer = forged.get_signing_serializer(Other())  # type: ignore[arg-type]
    assert serializer
    client.set_cookie("rihla", serializer.dumps({"carried": {"done": {kept.slug: ["bonjour"]}}}))
    page = client.get(f"/fr/courses/{kept.slug}").get_data(as_text=True)
    assert 'class="star done' not in page


@pytest.mark.parametrize(
    "carried",
    [
        {},
        {"done": None},
        {"done": []},
        {"done": {"a": "b"}},
        {"done": {"a": [None, 1, {"x": []}]}},
        {"done": {str(n): ["x"] for n in range(5000)}},
        {"done": {"a": ["x" * 100_000] * 5000}},
    ],
)
def test_whatever_a_browser_carries_stays_small_and_plain(carried: dict[str, Any]) -> None:
    found = carried_progress(carried)
    assert len(found) <= 20
    assert all(len(slug) <= 80 and len(lessons) <= 50 for slug, lessons in found.items())
    assert all(isinstance(one, str) and len(one) <= 80 for ids in found.values() for one in ids)


def test_the_clock_of_the_browser_counts_nowhere(client: Any, enrolled: Any) -> None:
    kept, _ = enrolled
    before = clock.now()
    done = f"/fr/courses/{kept.slug}/bonjour/done"
    claims = {"done_at": "1999-01-01", "seconds": "-50", "percent": "100"}
    assert client.post(done, data=claims).status_code in (400, 422)
    client.post(done, headers={"Date": "Fri, 01 Jan 1999 00:00:00 GMT"})
    at = db.session.scalar(select(LessonDone.done_at))
    assert at is not None
    assert before <= at <= clock.now()

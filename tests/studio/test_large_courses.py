"""Courses too large to be checked while somebody waits: kept, checked by a job, reported."""

import io
import os
from typing import Any

import pytest
from sqlalchemy import func, select

from app.content.archive import write_zip
from app.courses import queries, services
from app.courses.models import Blob, Revision
from app.kernel import clock, jobs
from app.kernel.db import db, write
from app.kernel.errors import Conflict
from app.kernel.jobs import MAX_TRIES, Job, Leased
from app.studio import services as studio
from app.studio.jobs import check
from app.studio.models import CourseUpload
from tests.courses import samples

BODY = "".join(f"Une phrase {n * 7919 % 9973} avec `code`, et encore une.\n\n" for n in range(400))
LESSONS = {f"l{n}": (f"Leçon {n}", BODY) for n in range(12)}


@pytest.fixture
def author(make_person: Any, sign_in: Any) -> Any:
    person = make_person("Salma Alaoui", role="instructor", scope="center", scope_id=77)
    sign_in(person)
    return person


def large(**changes: bytes) -> dict[str, bytes]:
    return samples.course(key="grand-cours", lessons=LESSONS) | changes


def send(client: Any, files: dict[str, bytes]) -> Any:
    packed = io.BytesIO()
    write_zip(files, packed, folder="grand-cours")
    packed.seek(0)
    return post(client, {"archive": (packed, "grand-cours.zip")})


def post(client: Any, data: dict[str, Any]) -> Any:
    answer = client.post("/fr/studio/upload", data=data, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()  # the test client's own, on the disk
    return answer


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def upload() -> CourseUpload:
    db.session.expire_all()
    return db.session.scalars(select(CourseUpload).order_by(CourseUpload.id.desc())).first()


def test_a_large_course_is_checked_in_the_background_and_kept(client: Any, author: Any) -> None:
    answer = send(client, large())
    place = answer.headers["Location"]
    assert answer.status_code == 303
    assert count(Revision) == 0
    page = client.get(place)
    assert page.headers["Refresh"] == "3", "the page looks again by itself, without JavaScript"
    assert "is being checked" in page.text
    assert "grand-cours.zip" in client.get("/fr/studio").text
    jobs.drain()
    page = client.get(place)
    assert "Refresh" not in page.headers
    assert "/studio/courses/grand-cours" in page.text
    assert "grand-cours.zip" not in client.get("/fr/studio").text
    found = queries.find_course("grand-cours")
    newest = queries.newest_revisions([found.id])[found.id]
    assert queries.read_revision(newest) == large()
    assert newest.created_by == author.id
    assert upload().archive is None, "the files are kept once"


def test_a_folder_that_is_large_comes_the_same_way(client: Any, author: Any) -> None:
    parts = [(io.BytesIO(content), f"grand/{path}") for path, content in large().items()]
    answer = post(client, {"folder": parts})
    assert answer.status_code == 303
    jobs.drain()
    assert queries.find_course("grand") is not None


def test_errors_of_a_large_course_are_reported_in_the_reader_s_language(
    client: Any, author: Any
) -> None:
    broken = large()
    broken["01-debut/03-l2.fr.md"] += b"\n[x](lesson:nope)\n"
    place = send(client, broken).headers["Location"]
    jobs.drain()
    page = client.get(place)
    assert page.status_code == 200
    assert "01-debut/03-l2.fr.md" in page.text
    assert "nope" in page.text
    assert count(Revision) == 0
    assert count(Blob) == 0
    assert "grand-cours.zip" in client.get("/fr/studio").text


def test_a_broken_large_course_leaves_the_one_before(client: Any, author: Any) -> None:
    send(client, large())
    jobs.drain()
    place = send(client, large(**{"01-debut/module.toml": b"id ="})).headers["Location"]
    jobs.drain()
    assert "as it was before stays" in client.get(place).text
    assert count(Revision) == 1


def test_a_course_of_others_is_refused_with_its_sentence(
    client: Any, author: Any, make_person: Any, sign_in: Any
) -> None:
    send(client, large())
    jobs.drain()
    sign_in(make_person(role="instructor", scope="center", scope_id=78))
    place = send(client, large(**{"README.md": b"Autre"})).headers["Location"]
    jobs.drain()
    page = client.get(place).text
    assert "A course of other authors has the id" in page
    assert "Send it again" in page
    assert count(Revision) == 1


def test_one_large_course_of_a_person_is_checked_at_a_time(client: Any, author: Any) -> None:
    assert send(client, large()).status_code == 303
    second = send(client, large(**{"README.md": b"Encore"}))
    assert second.status_code == 422
    assert "is being checked" in second.text
    assert count(CourseUpload) == 1
    jobs.drain()
    assert send(client, large(**{"README.md": b"Encore"})).status_code == 303


def test_a_check_that_happens_twice_keeps_one_revision(client: Any, author: Any) -> None:
    send(client, large())
    jobs.drain()
    check(upload().id)
    assert count(Revision) == 1
    checked = services.check_files(large(**{"README.md": b"x"}))
    with write():
        studio.end_upload(
            actor=author.actor, upload_id=upload().id, checked=checked, now=clock.now()
        )
    assert count(Revision) == 1


def test_a_check_that_kills_its_worker_is_said_and_blocks_nobody(client: Any, author: Any) -> None:
    place = send(client, large()).headers["Location"]
    job = db.session.scalars(select(Job).where(Job.name == "studio.check")).one()
    with write() as session:
        session.merge(Job(id=job.id, state="running", owner="gone", tries=MAX_TRIES + 1))
    jobs.run(Leased(job.id, job.name, job.args, MAX_TRIES + 1, "gone"))
    assert "did not come to its end" in client.get(place).text
    assert send(client, large()).status_code == 303


def test_an_upload_is_its_sender_s_only(
    client: Any, author: Any, make_person: Any, sign_in: Any
) -> None:
    place = send(client, large()).headers["Location"]
    sign_in(make_person(role="instructor", scope="center", scope_id=77))
    assert client.get(place).status_code == 404
    assert "grand-cours.zip" not in client.get("/fr/studio").text


def test_whoever_lost_the_role_meanwhile_keeps_nothing(client: Any, author: Any) -> None:
    from app.accounts.models import RoleGrant

    send(client, large())
    with write() as session:
        session.query(RoleGrant).filter_by(person_id=author.id).delete()
    jobs.drain()
    assert count(Revision) == 0
    assert upload().state == "stopped"


def test_old_uploads_are_forgotten_and_their_courses_stay(
    client: Any, author: Any, travel: Any
) -> None:
    send(client, large())
    jobs.drain()
    travel(days=8)
    with write():
        studio.forget_old(now=clock.now())
    assert count(CourseUpload) == 0
    assert count(Revision) == 1


def test_more_text_than_can_be_checked_is_refused_at_once(client: Any, author: Any) -> None:
    files = large()
    for n in range(170):
        files[f"01-debut/{n % 90 + 10}-x{n}.fr.md"] = os.urandom(31_500).hex().encode()
    answer = send(client, files)
    assert answer.status_code == 422
    assert "10 MB" in answer.text
    assert count(CourseUpload) == 0


def test_a_lesson_of_five_megabytes_is_one_problem_with_its_remedy(
    client: Any, author: Any
) -> None:
    heavy = os.urandom(2_450_000).hex().encode()
    place = send(client, large(**{"01-debut/03-l2.fr.md": heavy})).headers["Location"]
    jobs.drain()
    page = client.get(place).text
    assert "This text is larger than 64 kB" in page
    assert "Split it into two lessons" in page
    assert count(Revision) == 0


def test_two_uploads_at_the_same_moment_leave_one(client: Any, author: Any) -> None:
    packed = io.BytesIO()
    write_zip(large(), packed)
    received = studio.receive_archive("a.zip", packed)
    for expected in (True, False):
        try:
            with write():
                studio.keep_upload(
                    actor=author.actor,
                    received=received,
                    archive=received.archive(),
                    now=clock.now(),
                )
            assert expected
        except Conflict:
            assert not expected

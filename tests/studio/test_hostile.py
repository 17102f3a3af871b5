"""Uploads made to break things: each gets a clear answer and nothing is kept."""

import io
import sqlite3
import struct
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy import func, select

from app.courses import queries, services
from app.courses.models import Blob, Course, Publication, Revision
from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from app.kernel.errors import Conflict
from tests.conftest import add_person, add_session
from tests.courses import samples


@pytest.fixture
def author(make_person: Any, sign_in: Any) -> Any:
    person = make_person(role="instructor", scope="center", scope_id=1)
    sign_in(person)
    return person


def post(client: Any, content: bytes, name: str = "cours.zip", **more: Any) -> Any:
    data = {"archive": (io.BytesIO(content), name), **more}
    return client.post("/fr/studio/upload", data=data, content_type="multipart/form-data")


def archive(entries: dict[str, bytes], **changes: Any) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in entries.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for key, value in changes.items():
                setattr(info, key, value)
            out.writestr(info, content)
    return packed.getvalue()


def kept() -> int:
    return sum(
        db.session.scalar(select(func.count()).select_from(model)) or 0
        for model in (Course, Revision, Blob)
    )


def bomb() -> bytes:
    """An archive of a few kB that says 4 GB, and lies about it."""
    packed = bytearray(archive({"media/a.txt": b"0" * 4_000_000}))
    place = packed.rfind(b"PK\x01\x02")
    packed[place + 24 : place + 28] = struct.pack("<I", 0xFFFFFFF0)
    return bytes(packed)


HOSTILE = {
    "not a zip": b"PK\x03\x04 nothing",
    "empty": b"",
    "upwards": archive({"../../etc/passwd.txt": b"x"}),
    "absolute": archive({"/etc/passwd.txt": b"x"}),
    "link": archive({"media/a.svg": b"/etc/passwd"}, external_attr=0o120777 << 16),
    "kind": archive({"course.toml": b"", "media/a.html": b"<script>"}),
    "program": archive({"course.toml": b"", "a.exe": b"MZ"}),
    "twice": archive({"media/a.svg": b"1", "media/A.svg": b"2"}),
    "bomb": bomb(),
    "tight": archive({"data/a.csv": b"0" * 4_900_000}),
    "many": archive({f"d/{n}.md": b"" for n in range(5_100)}),
    "no course": archive({"data/a.csv": b"1"}),
    "only folders": archive({"cours/": b""}),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_gets_an_answer_and_is_not_kept(
    client: Any, author: Any, name: str
) -> None:
    answer = post(client, HOSTILE[name])
    assert answer.status_code == 422
    assert kept() == 0


def test_a_folder_cannot_name_its_way_out(client: Any, author: Any) -> None:
    for name in ("cours/../../x.md", "/etc/x.md", "cours\\..\\x.md", "a\0b.md", "cours/x.php"):
        answer = client.post(
            "/fr/studio/upload",
            data={"folder": [(io.BytesIO(b"x"), name)]},
            content_type="multipart/form-data",
        )
        assert answer.status_code == 422, name
    assert kept() == 0


@pytest.mark.parametrize(
    "body", [b"![" * 20_000, b"a" * 4_900_000, b"[" * 60_000, b"> " * 30_000, b"$" * 40_000]
)
def test_a_lesson_made_to_be_slow_is_refused_with_its_place(
    client: Any, author: Any, body: bytes
) -> None:
    files = samples.course()
    files["01-debut/01-bonjour.fr.md"] += body
    answer = post(client, archive({f"petit-cours/{p}": c for p, c in files.items()}))
    assert answer.status_code == 422
    assert kept() == 0


def test_scripts_in_a_lesson_never_reach_the_preview(client: Any, author: Any) -> None:
    body = "<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)>"
    files = samples.course(lessons={"bonjour": ("Bonjour", "Un début.\n\n" + body)})
    answer = post(client, archive({f"petit-cours/{p}": c for p, c in files.items()}))
    if answer.status_code == 422:
        assert "<script>alert" not in answer.text
        return
    short = db.session.scalars(select(Revision.hash)).one()[:8]
    page = client.get(f"/fr/studio/courses/petit-cours/{short}/preview/fr/bonjour").text
    assert "<script>alert" not in page
    assert "javascript:" not in page
    assert "<img src=x" not in page


def test_a_drawing_with_a_script_is_refused(client: Any, author: Any) -> None:
    files = samples.with_files()
    files["media/trait.svg"] = b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>'
    answer = post(client, archive({f"petit-cours/{p}": c for p, c in files.items()}))
    assert answer.status_code == 422
    assert kept() == 0


def test_template_syntax_in_a_title_is_never_worked_out(client: Any, author: Any) -> None:
    files = samples.course(title="Sept {% if 1 %}fois{% endif %}")
    post(client, archive({f"petit-cours/{p}": c for p, c in files.items()}))
    page = client.get("/fr/studio/courses/petit-cours").text
    assert "{% if 1 %}fois{% endif %}" in page


def test_extra_fields_and_both_ways_at_once_are_refused(client: Any, author: Any) -> None:
    good = archive({f"petit-cours/{p}": c for p, c in samples.course().items()})
    assert post(client, good, role="admin").status_code == 422
    assert post(client, good, folder=[(io.BytesIO(b"x"), "a/b.md")]).status_code == 422
    assert client.post("/fr/studio/upload", data={}).status_code == 422
    assert kept() == 0


def test_a_body_of_two_gigabytes_is_refused_before_it_is_read(client: Any, author: Any) -> None:
    answer = client.post(
        "/fr/studio/upload",
        input_stream=io.BytesIO(b"--x\r\n"),
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": "2000000000"},
    )
    assert answer.status_code == 413
    assert kept() == 0


def test_two_people_who_publish_at_once_leave_one_winner(committed_app: Any) -> None:
    def keep(title: str) -> Any:
        checked = services.check_files(samples.course(title=title))
        with write():
            return services.import_course(actor=SYSTEM, checked=checked, now=clock.now())

    with committed_app.app_context():
        revisions = [keep("Un"), keep("Deux")]
        mark = queries.publication_mark(revisions[0].course_id)
        db.session.remove()
    told: list[str] = []
    ready = threading.Barrier(2)

    def publish(revision_id: int) -> None:
        with committed_app.app_context():
            ready.wait()
            try:
                with write():
                    services.publish_course(
                        actor=SYSTEM, revision_id=revision_id, mark=mark, now=clock.now()
                    )
                told.append("published")
            except Conflict:
                told.append("told")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=publish, args=(one.revision_id,)) for one in revisions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["published", "told"]
    with committed_app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Publication)) == 1


def test_the_same_course_imported_at_once_by_two_is_one_course(committed_app: Any) -> None:
    with committed_app.app_context():
        checked = services.check_files(samples.course())
    ready = threading.Barrier(4)
    found: list[Any] = []

    def keep() -> None:
        with committed_app.app_context():
            ready.wait()
            try:
                with write():
                    found.append(
                        services.import_course(actor=SYSTEM, checked=checked, now=clock.now())
                    )
            finally:
                db.session.remove()

    threads = [threading.Thread(target=keep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.revision_id for one in found}) == 1
    assert sum(one.is_new_revision for one in found) == 1
    assert len(found) == 4


@contextmanager
def held(app: Any) -> Iterator[None]:
    """Hold what an import must write to, as another program would that never ends."""
    url = app.extensions["settings"].database_url
    if url.startswith("sqlite"):
        other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
    else:
        other = psycopg.connect(url)
        name = url.rsplit("/", 1)[1]
        other.execute(f'ALTER DATABASE "{name}" SET lock_timeout = 300')
        other.commit()
        other.execute("LOCK TABLE course IN EXCLUSIVE MODE")
        with app.app_context():
            db.engine.dispose()  # new connections keep the time limit
    try:
        yield
    finally:
        other.rollback()
        other.close()


@pytest.mark.slow
def test_a_locked_database_is_said_and_the_upload_can_be_sent_again(committed_app: Any) -> None:
    with committed_app.app_context():
        author = add_person(role="instructor", scope="center", scope_id=1)
        token = add_session(author)
        db.session.remove()
    client = committed_app.test_client()
    client.set_cookie("sid", token)
    good = archive({f"petit-cours/{p}": c for p, c in samples.course().items()})
    with held(committed_app):
        answer = post(client, good)
        assert answer.status_code == 503
        assert "Retry-After" in answer.headers
    with committed_app.app_context():
        assert kept() == 0
        db.session.remove()
    assert post(client, good).status_code == 303

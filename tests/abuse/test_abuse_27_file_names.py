"""Abuse 27: names that lead out of a folder, or show as something else than they are."""

import io
from typing import Any

import pytest

from app.content.files import refuse_name
from app.kernel.errors import Refusal
from tests.courses import samples
from tests.courses.test_services import keep, publish

NAMES = (
    "../../../etc/passwd",
    "..%2f..%2f..%2fetc%2fpasswd",
    "..%5c..%5cetc%5cpasswd",
    "%2e%2e/%2e%2e/etc/passwd",
    "..%252f..%252fetc%252fpasswd",
    "media/../../bank/secret.fr.md",
    "media/../bank/secret.fr.md",
    "media/trait.svg%00.png",
    "media/trait.svg::$DATA",
    "media/trait.svg.",
    "media//trait.svg",
    "./media/trait.svg",
    "media\\trait.svg",
    "media/\u202egvs.tiart",
    "bank/secret.fr.md",
    "course.toml",
    "C:/Windows/win.ini",
    "/etc/passwd",
    "media/CON",
    "media/" + "a" * 5000,
)


@pytest.fixture
def published(database: Any) -> Any:
    kept = keep(samples.with_files())
    publish(kept.revision_id)
    return kept


@pytest.mark.parametrize("name", NAMES)
def test_no_name_leads_out_of_the_files_of_a_course(
    client: Any, published: Any, make_person: Any, sign_in: Any, name: str
) -> None:
    sign_in(make_person(role="admin"))
    for base in (
        f"/fr/courses/{published.slug}/files/{published.short}",
        f"/fr/studio/courses/{published.slug}/{published.short}/files",
    ):
        answer = client.get(f"{base}/{name}", follow_redirects=True)
        assert answer.status_code in (400, 404), (base, name)
        assert b"root:" not in answer.data
        assert b"quiz" not in answer.data


def test_the_file_itself_is_there(client: Any, published: Any) -> None:
    path = f"/fr/courses/{published.slug}/files/{published.short}/media/trait.svg"
    assert client.get(path).status_code == 200


@pytest.mark.parametrize("name", NAMES)
def test_no_name_leads_out_of_the_static_files(client: Any, name: str) -> None:
    answer = client.get(f"/static/{name}", follow_redirects=True)
    assert answer.status_code in (400, 404)
    assert b"root:" not in answer.data


@pytest.mark.parametrize(
    "name",
    [
        "../x.csv",
        "/etc/passwd",
        "a/../../x.csv",
        "x\0.csv",
        "x.csv:stream",
        "x\u202evsc.exe",
        ".hidden",
        "a\nb.csv",
        "a b.csv",
        "x.csv ",
    ],
)
def test_a_course_holds_only_plain_names(name: str) -> None:
    with pytest.raises(Refusal):
        refuse_name(name)


@pytest.mark.parametrize(
    "name", ["../../people.csv", "a\r\nX: y.csv", "\u202evsc.people", "\0.csv"]
)
def test_the_name_of_an_upload_is_words_and_no_place(place: Any, name: str) -> None:
    from sqlalchemy import select

    from app.kernel.db import db
    from app.rosters.models import Roster
    from tests.undo import undone

    app, world = place
    with undone(app):
        client = app.test_client()
        client.set_cookie("sid", world.cookies["manager"])
        file = (io.BytesIO(b"name,email\nImane,imane@example.org\n"), name)
        answer = client.post(
            f"/fr/c/{world.own.center}/rosters",
            data={"file": file},
            content_type="multipart/form-data",
        )
        assert answer.status_code < 500
        kept = db.session.scalars(select(Roster.file_name)).all()
        for one in kept:
            assert not set(one) & set("\r\n\0\u202e")

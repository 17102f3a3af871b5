"""The author's pages, as an author, a colleague and a learner meet them."""

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.accounts.models import RoleGrant
from app.centers.models import Center, Cohort
from app.content.archive import read_zip, write_zip
from app.courses import queries
from app.courses.models import Blob, Revision
from app.kernel import clock
from app.kernel.db import db, write
from tests.courses import samples
from tests.courses.test_services import keep, publish


def zipped(files: dict[str, bytes], folder: str = "petit-cours") -> io.BytesIO:
    packed = io.BytesIO()
    write_zip(files, packed, folder=folder)
    packed.seek(0)
    return packed


def send(
    client: Any,
    files: dict[str, bytes],
    name: str = "petit-cours.zip",
    folder: str = "petit-cours",
) -> Any:
    form = {"archive": (zipped(files, folder), name)}
    return client.post("/fr/studio/upload", data=form, content_type="multipart/form-data")


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def author(make_person: Any, sign_in: Any) -> Any:
    person = make_person("Salma Alaoui", role="instructor", scope="center", scope_id=77)
    sign_in(person)
    return person


@pytest.fixture
def short(client: Any, author: Any) -> str:
    """Upload a course as its author and return the name of its revision in addresses."""
    assert send(client, samples.with_files()).status_code == 303
    return db.session.scalars(select(Revision.hash)).one()[:8]


PLACE = "/fr/studio/courses/petit-cours"


def test_an_author_uploads_reads_previews_publishes_and_takes_back(
    client: Any, author: Any
) -> None:
    answer = send(client, samples.course(languages=("fr", "ar")))
    assert answer.status_code == 303
    assert answer.location == PLACE
    page = client.get(PLACE).text
    assert "Petit cours fr" in page
    short = re.search(r"/petit-cours/([0-9a-f]{8})/preview", page)[1]
    assert client.get(f"{PLACE}/{short}/preview").status_code == 200
    lesson = client.get(f"{PLACE}/{short}/preview/fr/bonjour").text
    assert "<strong>début</strong>" in lesson
    assert f"{PLACE}/{short}/preview/ar/bonjour" in lesson, "the language is switched in place"

    form = client.get(f"{PLACE}/{short}/publish").text
    mark = re.search(r'name="mark"[^>]*value="([^"]*)"', form)[1]
    done = client.post(f"{PLACE}/{short}/publish", data={"audience": "all", "mark": mark})
    assert done.status_code == 303
    assert queries.resolve_publication("petit-cours", now=clock.now()).short == short

    history = client.get(PLACE).text
    take_back = re.search(r'action="([^"]+take-back)"', history)[1]
    assert client.post(take_back).status_code == 303
    assert queries.find_publication("petit-cours", now=clock.now()) is None
    assert "Salma Alaoui" in client.get(PLACE).text


def test_a_broken_upload_is_reported_file_by_file_and_replaces_nothing(
    client: Any, author: Any, short: str
) -> None:
    blobs = count(Blob)
    answer = send(client, samples.broken())
    assert answer.status_code == 422
    page = answer.text
    assert "course.toml" in page
    assert "02-suite.fr.md" in page
    assert "the course as it was before stays" in page.lower()
    assert (count(Revision), count(Blob)) == (1, blobs)


def test_a_folder_is_taken_as_a_browser_sends_it(client: Any, author: Any) -> None:
    files = samples.with_files()
    parts = [(io.BytesIO(content), f"mon-cours/{path}") for path, content in files.items()]
    answer = client.post(
        "/fr/studio/upload",
        data={"folder": parts, "archive": (io.BytesIO(), "")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303, answer.text
    found = queries.find_course("mon-cours")
    assert found is not None
    newest = queries.newest_revisions([found.id])[found.id]
    assert queries.read_revision(newest) == files


def test_the_files_come_back_as_they_were(client: Any, short: str) -> None:
    answer = client.get(f"{PLACE}/{short}/course.zip")
    assert answer.mimetype == "application/zip"
    assert read_zip(io.BytesIO(answer.data)) == samples.with_files()


def test_the_same_upload_twice_is_one_revision(client: Any, short: str) -> None:
    assert send(client, samples.with_files(), "petit-cours (1).zip").status_code == 303
    assert count(Revision) == 1
    assert (
        db.session.scalar(
            select(func.count()).select_from(RoleGrant).where(RoleGrant.scope == "course")
        )
        == 1
    )


def test_pictures_of_a_draft_are_shown_to_its_authors_only(
    client: Any, short: str, make_person: Any, sign_in: Any
) -> None:
    address = f"{PLACE}/{short}/files/media/trait.svg"
    assert f'src="{address}"' in client.get(f"{PLACE}/{short}/preview/fr/image").text
    found = client.get(address)
    assert found.data == samples.PICTURE
    assert "public" not in found.headers["Cache-Control"]
    assert client.get(f"{PLACE}/{short}/files/bank/secret.fr.md").status_code == 404
    sign_in(make_person(role="instructor", scope="center", scope_id=2))
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    "path",
    ["", "/{s}/report", "/{s}/preview", "/{s}/preview/fr/image", "/{s}/publish", "/{s}/course.zip"],
)
def test_a_colleague_s_course_is_not_there(
    client: Any, short: str, make_person: Any, sign_in: Any, path: str
) -> None:
    assert client.get(PLACE + path.replace("{s}", short)).status_code == 200
    sign_in(make_person(role="instructor", scope="course", scope_id=999))
    assert client.get(PLACE + path.replace("{s}", short)).status_code == 404
    assert "petit-cours" not in client.get("/fr/studio").text
    sign_in(make_person(role="learner"))
    assert client.get(PLACE + path.replace("{s}", short)).status_code == 403


def test_a_colleague_cannot_publish_or_take_back(
    client: Any, short: str, make_person: Any, sign_in: Any
) -> None:
    made = publish(keep(samples.with_files()).revision_id)
    sign_in(make_person(role="instructor", scope="course", scope_id=999))
    assert client.post(f"{PLACE}/{short}/publish", data={"mark": ""}).status_code == 404
    back = f"{PLACE}/publications/{made.publication_id}/take-back"
    assert client.post(back).status_code == 404
    assert queries.find_publication("petit-cours", now=clock.now()) is not None


def test_a_publication_is_taken_back_under_its_own_course_only(
    client: Any, short: str, author: Any
) -> None:
    other = publish(keep(samples.course("autre-cours")).revision_id, now=clock.now())
    answer = client.post(f"{PLACE}/publications/{other.publication_id}/take-back")
    assert answer.status_code == 404
    assert queries.find_publication("autre-cours", now=clock.now()) is not None


def test_the_second_of_two_authors_is_told_what_the_first_did(client: Any, short: str) -> None:
    form = client.get(f"{PLACE}/{short}/publish").text
    mark = re.search(r'name="mark"[^>]*value="([^"]*)"', form)[1]
    other = publish(keep(samples.course()).revision_id, now=clock.now())
    late = client.post(f"{PLACE}/{short}/publish", data={"audience": "all", "mark": mark})
    assert late.status_code == 422
    assert "Somebody else published" in late.text
    seen = queries.resolve_publication("petit-cours", now=clock.now())
    assert seen.publication_id == other.publication_id


def test_pressing_publish_twice_publishes_once(client: Any, short: str) -> None:
    form = client.get(f"{PLACE}/{short}/publish").text
    mark = re.search(r'name="mark"[^>]*value="([^"]*)"', form)[1]
    for _ in range(2):
        answer = client.post(f"{PLACE}/{short}/publish", data={"audience": "all", "mark": mark})
        assert answer.status_code == 303
    found = queries.find_course("petit-cours")
    assert len(queries.list_publications(found.id)) == 1


def test_a_trainer_publishes_to_a_cohort_from_a_date(client: Any, short: str, author: Any) -> None:
    today = clock.now()
    with write() as session:
        center = Center(slug="rabat", name="Rabat", created_at=today)
        session.add(center)
        session.flush()
        cohorts = [
            Cohort(
                center_id=center.id, slug=slug, name=slug,
                starts_on=today.date(), ends_on=today.date(), created_at=today,
            )
            for slug in ("mienne", "autre")
        ]  # fmt: skip
        session.add_all(cohorts)
        session.flush()
        session.add(
            RoleGrant(
                person_id=author.id,
                role="instructor",
                scope="cohort",
                scope_id=cohorts[0].id,
                granted_at=today,
            )  # fmt: skip
        )
    mine, other = cohorts[0].id, cohorts[1].id
    form = client.get(f"{PLACE}/{short}/publish").text
    assert "mienne" in form
    assert "autre" not in form
    mark = re.search(r'name="mark"[^>]*value="([^"]*)"', form)[1]
    data = {"audience": "cohort", "cohort": other, "mark": mark}
    assert client.post(f"{PLACE}/{short}/publish", data=data).status_code == 422
    data = {"audience": "cohort", "cohort": 0, "mark": mark}
    assert client.post(f"{PLACE}/{short}/publish", data=data).status_code == 422
    start = (today.replace(microsecond=0) + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    data = {"audience": "cohort", "cohort": mine, "mark": mark, "starts_at": start}
    assert client.post(f"{PLACE}/{short}/publish", data=data).status_code == 303
    assert queries.find_publication("petit-cours", mine, now=today) is None
    later = today + timedelta(days=4)
    assert queries.find_publication("petit-cours", mine, now=later) is not None
    assert queries.find_publication("petit-cours", now=later) is None
    far = {**data, "starts_at": "2999-01-01T00:00", "mark": ""}
    assert client.post(f"{PLACE}/{short}/publish", data=far).status_code == 422


def test_the_list_costs_the_same_for_one_course_and_for_many(
    client: Any, author: Any, statements: Any
) -> None:
    send(client, samples.course())
    client.get("/fr/studio")
    with statements() as few:
        client.get("/fr/studio")
    for key in ("cours-a", "cours-b", "cours-c"):
        assert send(client, samples.course(key), folder=key).status_code == 303
    client.get("/fr/studio")
    with statements() as many:
        page = client.get("/fr/studio").text
    assert len(many) == len(few)
    assert all(key in page for key in ("cours-a", "cours-b", "cours-c"))


@pytest.mark.parametrize("lang", ["fr", "ar", "en"])
def test_every_page_stands_in_every_language(client: Any, short: str, lang: str) -> None:
    for path in ("", "/upload", *(
        f"/courses/petit-cours{tail}"
        for tail in ("", f"/{short}/report", f"/{short}/preview", f"/{short}/publish")
    )):  # fmt: skip
        assert client.get(f"/{lang}/studio{path}").status_code == 200


def test_visitors_are_sent_to_sign_in(client: Any) -> None:
    answer = client.get("/fr/studio")
    assert answer.status_code == 303
    assert "/sign-in" in answer.location

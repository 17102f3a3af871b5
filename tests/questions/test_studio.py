"""An author brings questions of other systems into a course, and takes its questions out."""

import base64
import io

import pytest
from sqlalchemy import func, select

from app.courses import queries as courses
from app.courses.models import Blob, Revision
from app.kernel import clock
from app.kernel.db import db
from app.questions.jobs import forget_old
from app.questions.models import QuestionUpload
from tests.courses import samples
from tests.studio.test_studio import author, short, zipped  # noqa: F401  (fixtures)

PLACE = "/en/studio/courses/petit-cours/questions"
GIFT = """::Capitale::Quelle est la capitale ?{=Rabat ~Fès#Non}

Vrai ?{T}

Broken {=a ~b

// nothing is right
::Sans::Choisissez{~a ~b}
"""


def send(client, data, name="moodle.gift"):
    db.session.rollback()
    form = {"file": (io.BytesIO(data.encode() if isinstance(data, str) else data), name)}
    return client.post(PLACE, data=form, content_type="multipart/form-data")


def kept():
    models = (Revision, Blob)
    found = tuple(db.session.scalar(select(func.count()).select_from(one)) for one in models)
    db.session.rollback()
    return found


def newest():
    course = courses.find_course("petit-cours")
    revision = courses.newest_revisions([course.id])[course.id]
    files = courses.read_revision(revision)
    db.session.rollback()  # or its savepoint is older than that of the next request
    return revision, files


def bring(client, address, **more):
    base = newest()[0].short
    return client.post(address, data={"base": base, "place": "bank", "title": "Révision", **more})


@pytest.mark.usefixtures("short")
def test_a_file_is_counted_and_named_before_anything_is_kept_of_it(client):
    before = kept()
    answer = send(client, GIFT)
    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "2 questions can be taken" in page
    assert "Quelle est la capitale ?" in page
    assert "Choices" in page
    assert "True or false" in page
    assert "What could not be read" in page
    assert kept() == before


@pytest.mark.usefixtures("short")
def test_questions_go_into_the_bank_of_a_new_version_that_is_not_published(client):
    published = courses.find_publication("petit-cours", now=clock.now())
    place = send(client, GIFT).location
    _, files = newest()
    answer = bring(client, place)
    assert answer.status_code == 303, answer.text
    _, now = newest()
    assert set(now) - set(files) == {"bank/revision.fr.md"}
    assert {path: now[path] for path in files} == files
    text = now["bank/revision.fr.md"].decode()
    assert "### Quelle est la capitale ? {#capitale}" in text
    assert "- [x] Rabat" in text
    assert courses.find_publication("petit-cours", now=clock.now()) == published
    assert db.session.scalar(select(func.count()).select_from(QuestionUpload)) == 0
    assert client.get(place).status_code == 404
    assert client.post(place, data={"base": "x"}).status_code == 404


@pytest.mark.usefixtures("short")
def test_questions_become_a_lesson_of_a_module(client):
    place = send(client, GIFT).location
    _, files = newest()
    module = next(path for path in files if path.endswith("/module.toml")).split("/")[0]
    assert bring(client, place, place="lesson").status_code == 422, "no module was chosen"
    assert bring(client, place, place="lesson", module=module).status_code == 303
    revision, now = newest()
    (path,) = set(now) - set(files)
    assert path.startswith(f"{module}/")
    outline = courses.outline_of(revision)
    assert outline.lesson("revision").texts["fr"].title == "Révision"
    page = client.get(f"/en/studio/courses/petit-cours/{revision.short}/preview/fr/revision")
    assert "Quelle est la capitale" in page.text


@pytest.mark.usefixtures("short")
def test_the_same_questions_again_get_ids_of_their_own_in_the_bank(client):
    bring(client, send(client, GIFT).location)
    assert bring(client, send(client, GIFT).location).status_code == 303
    _, files = newest()
    assert "{#capitale-2}" in files["bank/revision-2.fr.md"].decode()


@pytest.mark.usefixtures("short")
def test_a_course_that_got_another_version_meanwhile_is_not_overwritten(client):
    place = send(client, GIFT).location
    base = newest()[0].short
    changed = samples.with_files() | {"data/neu.csv": b"a,b\n1,2\n"}
    form = {"archive": (zipped(changed), "petit-cours.zip")}
    client.post("/en/studio/upload", data=form, content_type="multipart/form-data")
    answer = client.post(place, data={"base": base, "place": "bank", "title": "A"})
    assert answer.status_code == 422
    assert "another version meanwhile" in answer.text
    assert "data/neu.csv" in newest()[1]


def moodle(name, data):
    inside = base64.b64encode(data).decode()
    return f"""<?xml version="1.0"?><quiz><question type="essay"><name><text>Photo</text></name>
<questiontext format="html"><text><![CDATA[<p>Que voyez-vous ?
<img src="@@PLUGINFILE@@/{name}" alt="photo"></p>]]></text>
<file name="{name}" path="/" encoding="base64">{inside}</file></questiontext></question></quiz>"""


PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


@pytest.mark.usefixtures("short")
def test_pictures_of_moodle_are_kept_as_media_and_go_out_again(client):
    place = send(client, moodle("x.png", PICTURE), "quiz.xml").location
    assert "1 file comes with them" in client.get(place).text
    assert bring(client, place).status_code == 303
    revision, files = newest()
    assert files["media/x.png"] == PICTURE
    assert "(../media/x.png)" in files["bank/revision.fr.md"].decode()
    out = client.get(f"{PLACE}/{revision.short}/export/moodle-xml")
    assert out.headers["Content-Disposition"].startswith("attachment")
    assert base64.b64encode(PICTURE) in out.data.replace(b"\n", b"")


@pytest.mark.usefixtures("short")
def test_another_picture_of_the_same_name_replaces_none(client):
    bring(client, send(client, moodle("x.png", PICTURE), "quiz.xml").location)
    other = PICTURE + b"\0"
    bring(client, send(client, moodle("x.png", other), "quiz.xml").location)
    _, files = newest()
    assert files["media/x.png"] == PICTURE
    assert sorted(data for path, data in files.items() if path.startswith("media/x")) == [
        PICTURE,
        other,
    ]


@pytest.mark.usefixtures("short")
def test_a_question_whose_file_no_course_takes_is_left_out_and_named(client):
    page = client.get(send(client, moodle("run.exe", b"MZ"), "quiz.xml").location).text
    assert "Nothing in this file can be taken" in page
    assert "run.exe" in page


BOMB = (
    "<?xml version='1.0'?><!DOCTYPE quiz [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;'>"
    "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]><quiz>&c;</quiz>"
)
OUTSIDE = (
    "<?xml version='1.0'?><!DOCTYPE q [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><quiz>&x;</quiz>"
)


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("data", [BOMB, OUTSIDE, "<quiz><question", "", b"PK\3\4broken", b"\0\1"])
def test_a_bad_file_is_told_about_and_leaves_nothing(client, data):
    before = kept()
    place = send(client, data).location
    page = client.get(place)
    assert page.status_code == 200
    assert "Nothing in this file can be taken" in page.text
    assert "root:" not in page.text
    assert bring(client, place).status_code == 422
    assert kept() == before


@pytest.mark.usefixtures("short")
def test_a_file_of_fifty_megabytes_is_not_read(client):
    kind = "multipart/form-data; boundary=x"
    assert client.post(PLACE, data=b"x" * 50_000_000, content_type=kind).status_code == 413
    assert db.session.scalar(select(func.count()).select_from(QuestionUpload)) == 0


@pytest.mark.usefixtures("short")
def test_all_questions_of_a_course_go_out_in_the_formats_of_the_plugins(client):
    bring(client, send(client, GIFT).location)
    revision, _ = newest()
    assert "Take questions out" in client.get(PLACE).text
    out = client.get(f"{PLACE}/{revision.short}/export/gift")
    assert "Quelle est la capitale ?" in out.text
    assert b"ANSWER:" in client.get(f"{PLACE}/{revision.short}/export/aiken").data
    assert client.get(f"{PLACE}/{revision.short}/export/word").status_code == 404


@pytest.mark.usefixtures("short")
def test_a_file_about_which_nobody_decided_is_forgotten(client, travel):
    place = send(client, GIFT).location
    forget_old()
    assert client.get(place).status_code == 200
    travel(days=2)
    forget_old()
    assert db.session.scalar(select(func.count()).select_from(QuestionUpload)) == 0


@pytest.mark.usefixtures("short")
def test_others_see_neither_the_file_nor_the_questions(client, make_person, sign_in):
    place = send(client, GIFT).location
    revision, _ = newest()
    sign_in(make_person("Omar", role="instructor", scope="center", scope_id=78))
    for address in (PLACE, place, f"{PLACE}/{revision.short}/export/gift"):
        assert client.get(address).status_code == 404
    assert client.post(f"{place}/drop").status_code == 404


@pytest.mark.usefixtures("short")
def test_a_file_can_be_forgotten_at_once(client):
    place = send(client, GIFT).location
    assert client.post(f"{place}/drop").status_code == 303
    assert client.get(place).status_code == 404


@pytest.mark.slow
@pytest.mark.usefixtures("short")
def test_ten_thousand_questions_are_shown_at_once_and_checked_in_the_background(client):
    text = "\n\n".join(f"::Q{n}::Combien font {n} + 1 ?{{={n + 1} ~{n}}}" for n in range(10_000))
    place = send(client, text).location
    page = client.get(place)
    assert "10000 questions can be taken" in page.text
    assert len(page.data) < 100_000
    before = kept()
    answer = bring(client, place)
    assert answer.status_code == 303, answer.text[:4000]
    assert "/studio/uploads/" in answer.location
    assert kept() == before

"""What a learner hands in is kept version by version, whole, once, and seen by nobody else."""

import base64
import re
from datetime import timedelta

import pytest
from sqlalchemy import event

from app.activities.models import Score
from app.kernel import clock
from app.kernel.db import db, write
from app.learning.models import LessonDone
from app.privacy.queries import export_person
from app.privacy.services import erase_person
from app.projects.models import ProjectBlob, ProjectFile, ProjectTerm, ProjectVersion
from tests.conftest import add_person, add_session
from tests.learning.test_learning import enroll
from tests.projects.making import (
    PAGE,
    SLUG,
    TAXI,
    ask,
    count,
    fields_of,
    give,
    hand_in,
    publish,
)


def due(cohort, learners, hours):
    course_id = ask(Score.course_id)
    with write() as session:
        session.add(
            ProjectTerm(
                cohort_id=cohort[0],
                course_id=course_id[0][0] if course_id else 1,
                lesson_id="taxi",
                due_at=clock.now() + timedelta(hours=hours),
            )
        )


def test_the_lesson_shows_rubric_and_what_is_taken_before_anything_is_handed_in(client, amina):
    shown = client.get(f"/fr/courses/{SLUG}/taxi").text
    assert "Les prix sont justes" in shown
    assert "Up to 3 files" in shown
    assert "Hand in your work" in shown


LESSON = f"/fr/courses/{SLUG}/taxi"


def test_its_lesson_is_done_by_handing_in_and_not_by_a_button(client, amina):
    shown = client.get(LESSON).text
    assert "I have finished" not in shown
    assert "A project is done when it is handed in." in shown
    pressed = client.post(f"{LESSON}/done")
    assert pressed.status_code == 409
    assert count(LessonDone) == 0
    hand_in(client, ("taxi.py", TAXI))
    assert ask(LessonDone.lesson_id, LessonDone.person_id) == [("taxi", amina.id)]
    assert "This lesson is done" in client.get(LESSON).text
    hand_in(client, ("taxi.py", TAXI + "\n"))
    assert count(LessonDone) == 1


def test_what_is_refused_finishes_nothing(client, amina):
    assert hand_in(client, ("taxi.exe", "MZ")).status_code == 422
    assert count(LessonDone) == 0


def test_the_lesson_costs_four_statements_however_much_was_handed_in(
    client, amina, markers, work, sign_in, statements, travel
):
    def cost():
        client.get(LESSON)
        with statements() as seen:
            shown = client.get(LESSON).text
        assert len(seen) <= 4, seen
        return shown

    assert "Hand in your work" in cost()
    for number in range(1, 4):
        hand_in(client, (f"{number}.py", TAXI), ("notes.md", f"{number}"), link="https://a.ma/x")
        assert re.search(r"Received on .+, 2 files, \d+.o, a link", cost())
    sign_in(markers[0])
    until = (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    asked = client.post(
        f"{work}/ask",
        data={
            "text": "Encore",
            "until": until,
            "newest": fields_of(client.get(work).text)["newest"],
        },
    )
    assert asked.status_code == 303
    sign_in(amina)
    assert "To hand in again until" in cost()
    hand_in(client, ("4.py", TAXI))
    shown = cost()
    assert "To hand in again until" not in shown
    assert "Marked" not in shown
    sign_in(markers[0])
    assert give(client, work).status_code == 303
    sign_in(amina)
    assert "Marked: 9" in cost()


def test_what_was_received_is_said_with_time_number_and_size(client, amina):
    sent = hand_in(client, ("taxi.py", TAXI), ("notes.md", "# Limites\n"))
    assert sent.status_code == 303
    shown = client.get(PAGE).text
    assert "Version 1" in shown
    assert re.search(r"Received on .+, 2 files, \d+.o", shown)
    assert ask(Score.points, Score.most, Score.waiting, Score.block_id) == [(0, 1000, 1, "project")]


def test_the_same_twice_is_one_version_and_something_else_is_another(client, amina):
    for _ in range(2):
        hand_in(client, ("taxi.py", TAXI))
    assert count(ProjectVersion) == 1
    assert "nothing was changed" in client.get(PAGE).text
    hand_in(client, ("taxi.py", TAXI + "\n"))
    assert ask(ProjectVersion.number) == [(1,), (2,)]


def test_files_stay_when_they_are_ticked_and_are_replaced_by_their_name(client, amina):
    hand_in(client, ("taxi.py", TAXI), ("notes.md", "un"))
    before = [row.id for row in ask(ProjectFile.id)]
    hand_in(client, ("notes.md", "deux"), keep=before)
    newest = ask(ProjectVersion.id, number=2)[0].id
    assert {row.name for row in ask(ProjectFile.name, version_id=newest)} == {"taxi.py", "notes.md"}
    assert count(ProjectBlob) == 3, "what stays is kept once"


def test_a_link_is_taken_instead_and_only_https(client, amina):
    refused = hand_in(client, link="http://exemple.ma/depot")
    assert refused.status_code == 422
    assert "begins with https://" in refused.text
    assert "Nothing of this was kept" in refused.text
    assert hand_in(client, link="https://exemple.ma/depot").status_code == 303
    assert 'rel="noopener noreferrer nofollow"' in client.get(PAGE).text


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("taxi.exe", "MZ", "not of a kind"),
        ("taxi", "x", "not of a kind"),
        ("taxi.py", b"\x7fELF\x00\x01", "not what its name says"),
        ("carte.pdf", "bonjour", "not what its name says"),
        ("a.ipynb", "bonjour", "not what its name says"),
        ("vide.py", "", "is empty"),
    ],
)
def test_a_file_that_is_not_taken_is_named_and_nothing_is_kept(client, amina, name, content, words):
    sent = hand_in(client, ("bon.py", TAXI), (name, content))
    assert sent.status_code == 422
    assert words in sent.text
    assert "what you handed in before is" in sent.text
    assert count(ProjectVersion) == count(ProjectFile) == 0


def test_too_many_files_and_too_heavy_ones_are_refused(client, amina):
    many = hand_in(client, *((f"{n}.py", f"x = {n}") for n in range(4)))
    assert "at most 3 files" in many.text
    heavy = hand_in(client, ("gros.csv", "a" * 10_000_001))
    assert heavy.status_code == 422
    assert "weigh 10 MB" in heavy.text
    assert "Choose a file or write a link" in hand_in(client).text
    assert count(ProjectVersion) == 0


def test_late_work_is_kept_and_says_so(client, amina, cohort, learners, travel):
    hand_in(client, ("taxi.py", TAXI))
    due(cohort, learners, 1)
    travel(hours=2)
    enroll_again = hand_in(client, ("taxi.py", TAXI + "# tard\n"))
    assert enroll_again.status_code == 303
    assert ask(ProjectVersion.is_late) == [(False,), (True,)]
    assert "Late" in client.get(PAGE).text


def test_names_lose_their_path_and_what_turns_them(client, amina):
    hand_in(client, ("../../etc/p\u202eyp.sv\x00g.py", TAXI), ("a/" + "é" * 300 + ".MD", "x"))
    names = sorted(row.name for row in ask(ProjectFile.name))
    assert names == ["pyp.svg.py", "é" * 100 + ".md"]


def test_a_download_is_never_shown_or_run(client, amina):
    hand_in(client, ("dessin.svg", "<svg onload='alert(1)'/>"), ("page.html", "<script>1</script>"))
    for row in ask(ProjectFile.id):
        got = client.get(f"{PAGE}/files/{row.id}/download")
        assert got.headers["Content-Disposition"].startswith("attachment")
        assert got.content_type == "application/octet-stream"
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert got.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        got.close()
        read = client.get(f"{PAGE}/files/{row.id}").text
        assert "<svg onload" not in read
        assert "<script>1" not in read


def test_a_zip_is_kept_as_it_is_and_not_opened(client, amina):
    bomb = b"PK\x03\x04" + b"\x00" * 2000
    assert hand_in(client, ("tout.zip", bomb)).status_code == 303
    row = ask(ProjectFile.id)[0]
    got = client.get(f"{PAGE}/files/{row.id}/download")
    assert got.data == bomb
    got.close()


def test_ten_thousand_lines_are_shown_page_by_page(client, amina):
    hand_in(client, ("long.csv", "\n".join(f"ligne {n}" for n in range(1, 10_001))))
    row = ask(ProjectFile.id)[0]
    first = client.get(f"{PAGE}/files/{row.id}").text
    assert "ligne 400<" in first
    assert "ligne 401<" not in first
    last = client.get(f"{PAGE}/files/{row.id}?line=9999").text
    assert "ligne 10000<" in last
    assert client.get(f"{PAGE}/files/{row.id}?line=99999999999").status_code == 200


def test_nobody_else_sees_it(client, amina, learners, make_person, sign_in):
    hand_in(client, ("taxi.py", TAXI))
    row = ask(ProjectFile.id)[0]
    sign_in(learners[1])
    assert client.get(f"{PAGE}/files/{row.id}").status_code == 404
    assert client.get(f"{PAGE}/files/{row.id}/download").status_code == 404
    stranger = make_person()
    sign_in(stranger)
    assert client.get(PAGE).status_code == 404
    assert hand_in(client, ("taxi.py", TAXI)).status_code == 404


def test_somebody_without_a_cohort_hands_in_and_is_told_that_nobody_marks_it(
    client, make_person, sign_in, kenitra
):
    person = make_person()
    enroll(person, SLUG)
    sign_in(person)
    assert hand_in(client, ("taxi.py", TAXI)).status_code == 303
    assert "You are in no cohort" in client.get(PAGE).text


def test_a_page_with_many_versions_costs_what_one_costs(client, amina, statements):
    def cost():
        db.session.remove()
        with statements() as seen:
            assert client.get(PAGE).status_code == 200
        return len(seen)

    hand_in(client, ("taxi.py", TAXI))
    one = cost()
    for number in range(10):
        hand_in(client, ("taxi.py", TAXI + f"# {number}\n"))
    assert cost() == one <= 16


def test_the_copy_of_ones_data_holds_the_files_and_erasure_takes_them(client, amina):
    hand_in(client, ("taxi.py", TAXI), note="Voilà.")
    work = export_person(amina.id)["more"]["projects"]["works"][0]
    assert base64.b64decode(work["files_base64"][work["versions"][0]["files"]["taxi.py"]]) == (
        TAXI.encode()
    )
    assert work["versions"][0]["note"] == "Voilà."
    with write():
        erase_person(actor=amina.actor, now=clock.now())
    assert count(ProjectVersion) == count(ProjectBlob) == count(ProjectFile) == 0


@pytest.mark.only_sqlite
def test_a_full_disk_says_that_nothing_of_it_was_kept(committed_app):
    with committed_app.app_context():
        publish()
        person = add_person(name="Amina")
        enroll(person, SLUG)
        client = committed_app.test_client()
        client.set_cookie("sid", add_session(person))
        assert hand_in(client, ("taxi.py", TAXI)).status_code == 303
        pages = db.session.connection().exec_driver_sql("PRAGMA page_count").scalar()
        db.session.remove()
        db.engine.dispose()
        event.listen(
            db.engine,
            "connect",
            lambda connection, _: connection.execute(f"PRAGMA max_page_count = {pages}").close(),
        )
        sent = hand_in(client, ("gros.csv", "a,b\n" * 100_000))
        assert sent.status_code == 503
        assert "Nothing of this" in sent.text
        assert ask(ProjectVersion.number) == [(1,)]

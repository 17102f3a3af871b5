"""Marking by the rubric: nobody is overwritten, and learners see what the gradebook releases."""

import re
from datetime import timedelta

from app.activities.models import Score
from app.gradebook.models import Contest, GradebookPlan
from app.kernel import clock
from app.kernel.audit import AuditEntry
from app.kernel.db import db, write
from app.notices.models import NoticeReceipt
from app.projects.models import ProjectComment, ProjectMark, ProjectRequest, ProjectTerm
from tests.centers.making import belong, make_center, make_cohort
from tests.learning.test_learning import enroll
from tests.projects.making import PAGE, SLUG, TAXI, ask, count, give, hand_in

MARKS = f"/fr/courses/{SLUG}/marks"


def hold_back(cohort, hours):
    course_id = ask(Score.course_id)[0][0]
    with write() as session:
        session.add(
            GradebookPlan(
                cohort_id=cohort[0],
                course_id=course_id,
                categories=[["project", 1, 0]],
                release_at=clock.now() + timedelta(hours=hours),
            )
        )


def test_the_list_has_what_waits_first_and_leads_to_the_work(client, marker, desk, cohort):
    listed = client.get(f"/fr/c/kenitra/cohorts/{cohort[1]}/projects").text
    assert "Le taxi" in listed
    shown = client.get(desk).text
    assert shown.index("Amina") < shown.index("Brahim")
    assert "Waits for a mark" in shown
    assert "Nothing yet" in shown


def test_a_mark_counts_at_once_and_the_gradebook_shows_it(
    client, marker, work, desk, cohort, learners, sign_in
):
    sent = give(client, work, comment="Bien.")
    assert sent.status_code == 303
    assert sent.location == desk
    assert ask(Score.points, Score.most, Score.waiting) == [(900, 1000, 0)]
    book = client.get(f"/fr/c/kenitra/cohorts/{cohort[1]}/gradebook?course={SLUG}").text
    assert "90 %" in book
    assert count(NoticeReceipt) == 1
    sign_in(learners[0])
    own = client.get(PAGE).text
    assert "9 of 10" in own
    assert "Bien." in own
    assert "9 of 10" in client.get(MARKS).text


def test_before_the_release_the_learner_sees_neither_mark_nor_comment(
    client, marker, work, cohort, learners, sign_in, travel
):
    hold_back(cohort, 24)
    give(client, work, comment="Secret.")
    file_id = re.search(r"/files/(\d+)", client.get(work).text)[1]
    client.post(f"{work}/files/{file_id}", data={"line": 2, "text": "Attention."})
    assert count(NoticeReceipt) == 0
    sign_in(learners[0])
    for page in (PAGE, f"{PAGE}/files/{file_id}", MARKS, f"/fr/courses/{SLUG}/taxi"):
        shown = client.get(page).text
        assert not re.search(r"9 of 10|Secret|Attention|1 comment", shown), page
    travel(hours=25)
    sign_in(learners[0])
    assert "9 of 10" in client.get(PAGE).text
    assert "Attention." in client.get(f"{PAGE}/files/{file_id}").text


def test_a_line_without_a_level_is_refused_and_what_was_chosen_stays(client, marker, work):
    sent = give(client, work, levels=(4,), comment="Gardé")
    assert sent.status_code == 422
    assert "Choose a level on each line." in sent.text
    assert "Gardé" in sent.text
    assert count(ProjectMark) == 0


def test_two_markers_never_overwrite_each_other(client, marker, markers, work, sign_in):
    seen = client.get(work).text
    give(client, work, seen, levels=(5, 5))
    sign_in(markers[1])
    late = give(client, work, seen, levels=(1, 1))
    assert late.status_code == 409
    assert "Their mark is kept, not yours." in late.text
    assert "10 of 10" in late.text
    assert ask(ProjectMark.points) == [(1000,)]


def test_the_same_mark_twice_is_one(client, marker, work):
    seen = client.get(work).text
    for _ in range(2):
        assert give(client, work, seen).status_code == 303
    assert count(ProjectMark) == 1


def test_a_newer_version_is_looked_at_before_the_mark_is_kept(
    client, marker, work, learners, sign_in, markers
):
    seen = client.get(work).text
    sign_in(learners[0])
    hand_in(client, ("taxi.py", TAXI + "# mieux\n"))
    sign_in(markers[0])
    refused = give(client, work, seen)
    assert refused.status_code == 409
    assert "A newer version was handed in meanwhile" in refused.text
    assert give(client, work, refused.text).status_code == 303
    assert count(ProjectMark) == 1


def test_after_the_mark_nothing_newer_is_taken(client, marker, work, learners, sign_in):
    give(client, work)
    sign_in(learners[0])
    late = hand_in(client, ("taxi.py", TAXI + "# trop tard\n"))
    assert late.status_code == 422
    assert "no newer version is taken" in late.text


def test_what_the_learner_has_seen_is_lowered_in_the_gradebook_alone(client, marker, work):
    give(client, work, levels=(5, 5))
    lower = give(client, work, levels=(1, 1))
    assert lower.status_code == 409
    assert "Lower it in the gradebook" in lower.text
    assert ask(Score.points) == [(1000,)]
    give(client, work, levels=(5, 5), comment="Encore mieux.")
    assert count(ProjectMark) == 2


def test_asking_again_opens_the_work_until_a_date_and_shows_the_comments(
    client, marker, markers, work, learners, sign_in, travel, cohort
):
    hold_back(cohort, 1000)
    file_id = re.search(r"/files/(\d+)", client.get(work).text)[1]
    client.post(f"{work}/files/{file_id}", data={"line": 2, "text": "Et la nuit ?"})
    until = (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    data = {"newest": 1, "text": "Ajoutez la nuit.", "until": until}
    for _ in range(2):
        assert client.post(f"{work}/ask", data=data).status_code == 303
    assert count(ProjectRequest) == count(NoticeReceipt) == 1
    assert "Asked again" in client.get(work).text
    sign_in(learners[0])
    assert "Ajoutez la nuit." in client.get(PAGE).text
    assert "Et la nuit ?" in client.get(f"{PAGE}/files/{file_id}").text
    travel(days=3)
    sign_in(learners[0])
    hand_in(client, ("taxi.py", TAXI + "# nuit\n"))
    sign_in(markers[0])
    shown = client.get(work).text
    assert "Waits for a mark" in shown
    assert "Late" in shown


def test_a_date_that_lies_behind_is_refused_and_what_was_written_stays(client, marker, work):
    data = {"newest": 1, "text": "Ajoutez la nuit.", "until": "2020-01-01T10:00"}
    sent = client.post(f"{work}/ask", data=data)
    assert sent.status_code == 422
    assert "Choose a moment that lies ahead." in sent.text
    assert "Ajoutez la nuit.</textarea>" in sent.text
    assert count(ProjectRequest) == 0


def test_a_mark_stands_while_a_newer_version_is_asked_for(
    client, marker, markers, work, learners, sign_in
):
    give(client, work, levels=(3, 3))
    until = (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    client.post(f"{work}/ask", data={"newest": 1, "text": "Encore.", "until": until})
    sign_in(learners[0])
    assert hand_in(client, ("taxi.py", TAXI + "# 2\n")).status_code == 303
    assert ask(Score.points, Score.waiting) == [(500, 0)]
    sign_in(markers[0])
    give(client, work, levels=(5, 5))
    assert ask(Score.points, Score.waiting) == [(1000, 0)]


def test_comments_stand_at_their_line_and_only_their_author_takes_them_back(
    client, marker, markers, work, sign_in
):
    page = f"{work}/files/{re.search(r'/files/([0-9]+)', client.get(work).text)[1]}"
    assert "A word about this line" in client.get(f"{page}?line=2").text
    for _ in range(2):
        assert client.post(page, data={"line": 2, "text": "<b>Bien</b>"}).status_code == 303
    assert ask(ProjectComment.line, ProjectComment.text) == [(2, "<b>Bien</b>")]
    shown = client.get(page).text
    assert "&lt;b&gt;Bien&lt;/b&gt;" in shown
    assert client.post(page, data={"line": 99, "text": "?"}).status_code == 422
    assert client.post(page, data={"line": 1, "text": " "}).status_code == 422
    comment = ask(ProjectComment.id)[0][0]
    sign_in(markers[1])
    client.post(page, data={"line": 2, "remove": comment})
    assert count(ProjectComment) == 1
    sign_in(markers[0])
    client.post(page, data={"line": 2, "remove": comment})
    assert count(ProjectComment) == 0


def test_nobody_of_another_center_or_cohort_opens_it(
    client, handed, work, desk, make_person, sign_in
):
    other = make_cohort(make_center("rabat"))
    stranger = make_person(role="instructor", scope="cohort", scope_id=other[0])
    sign_in(stranger)
    for page in (desk, work, f"{work}/files/1", f"{work}/files/1/download", f"{desk}/sheets"):
        assert client.get(page).status_code == 404, page
    assert client.post(f"{work}/sign", data={"number": 1}).status_code == 404


def test_a_marker_who_learns_in_the_cohort_does_not_mark_their_own(
    client, make_person, kenitra, cohort, sign_in, desk
):
    both = make_person(name="Rim", role="instructor", scope="cohort", scope_id=cohort[0])
    belong(kenitra, both, cohort_id=cohort[0])
    enroll(both, SLUG)
    sign_in(both)
    hand_in(client, ("taxi.py", TAXI))
    assert client.get(f"{desk}/{both.public_id}").status_code == 404
    assert "Nobody is in this cohort yet" in client.get(desk).text


def test_the_date_is_set_once_for_the_cohort_and_told_to_learners(
    client, marker, desk, learners, sign_in
):
    assert client.post(desk, data={"due_at": "2031-05-02T18:00"}).status_code == 303
    assert [row.is_jury for row in ask(ProjectTerm.is_jury)] == [False]
    sign_in(learners[0])
    assert "2031" in client.get(PAGE).text
    assert ask(AuditEntry.verb, verb="projects.term") == [("projects.term",)]


def test_a_list_of_many_costs_what_one_costs(
    client, marker, desk, markers, make_person, kenitra, cohort, sign_in, statements
):
    def cost():
        db.session.remove()
        with statements() as seen:
            assert client.get(desk).status_code == 200
        return len(seen)

    one = cost()
    for number in range(6):
        person = make_person(name=f"Personne {number}")
        belong(kenitra, person, cohort_id=cohort[0])
        enroll(person, SLUG)
        sign_in(person)
        hand_in(client, ("taxi.py", TAXI + f"# {number}\n"))
    sign_in(markers[0])
    assert cost() == one <= 18


def test_who_marked_a_project_is_not_its_second_reader(
    client, marker, work, cohort, learners, sign_in, make_person
):
    give(client, work)
    sign_in(learners[0])
    assert client.post(MARKS, data={"at": "taxi/project", "words": "Relisez."}).status_code == 303
    ((number,),) = ask(Contest.id)
    member = f"/fr/c/kenitra/cohorts/{cohort[1]}/gradebook/{SLUG}/{learners[0].public_id}"
    decision = {"contest": number, "points": "9.5", "reason": "Relu."}
    sign_in(marker)
    refused = client.post(f"{member}/second-reading", data=decision)
    assert refused.status_code == 422
    assert "Somebody else must read this again" in refused.text
    sign_in(make_person("Autre", role="instructor", scope="cohort", scope_id=cohort[0]))
    assert client.post(f"{member}/second-reading", data=decision).status_code == 303
    assert ask(Contest.state) == [("changed",)]

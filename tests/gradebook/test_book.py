"""What staff see of their cohort's answers, as a page and as a file."""

import csv
import io
import re
import zipfile
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.activities.models import Score
from app.centers.models import CohortMember
from app.gradebook.models import GradebookPlan
from app.gradebook.rules import DEFAULT
from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import write
from app.kernel.i18n import ZONE
from app.plugins.gate import get_gate
from app.plugins.services import switch_plugin
from tests.activities.test_answers import check
from tests.centers.making import belong, make_center
from tests.learning.test_learning import enroll


def test_an_empty_gradebook_says_what_it_waits_for(client, trainer, page):
    assert "Nobody of this cohort has answered anything yet" in client.get(page).text


def test_staff_see_what_each_member_earned_activity_by_activity(client, trainer, page, amina):
    check(amina.id, "quatre")
    check(amina.id, "cinq", lesson="deux")
    shown = client.get(page).text
    assert "25 %" in shown
    assert shown.count('scope="col"') == 5
    assert "=Amina" in shown
    assert "أمينة" in client.get(page.replace("/fr/", "/ar/")).text


def test_the_table_holds_the_same_and_no_formula(client, trainer, page, amina):
    check(amina.id, "quatre")
    answer = client.get(f"{page}.csv")
    assert answer.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))
    assert rows == [["Name", "Total in percent", "Un"], ["'=Amina", "50.00", "1"]]


def test_the_workbook_holds_names_as_texts_and_marks_as_numbers(client, trainer, page, amina):
    check(amina.id, "quatre")
    archive = zipfile.ZipFile(io.BytesIO(client.get(f"{page}.xlsx").data))
    sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert '<c r="A2" t="s">' in sheet
    assert '<c r="B2"><v>50</v></c>' in sheet
    assert "=Amina" in archive.read("xl/sharedStrings.xml").decode()


def test_another_centers_staff_find_nothing(client, page, cohort, make_person, sign_in):
    rabat = make_center("rabat")
    sign_in(make_person(role="instructor", scope="center", scope_id=rabat))
    assert client.get(page).status_code == 404
    assert client.get(page.replace("kenitra", "rabat")).status_code == 404
    assert client.get(f"{page}.csv").status_code == 404


@pytest.mark.parametrize("many", [40, 400])
def test_a_gradebook_costs_the_same_for_many(
    client, trainer, page, kenitra, cohort, make_person, statements, many
):
    people = [make_person(name=f"L{number}") for number in range(many)]
    belong(kenitra, *people, cohort_id=cohort[0])
    for person in people[:: many // 20]:
        enroll(person, "petit-cours")
        check(person.id, "quatre")
    client.get(page)
    with statements() as seen:
        client.get(page)
    assert len(seen) <= 11, seen


def test_marks_stay_visible_while_the_plugin_that_asked_is_off(client, trainer, page, amina):
    check(amina.id, "quatre")
    with write():
        switch_plugin(
            actor=SYSTEM, snapshot=get_gate().current(), name="sample", on=False, now=clock.now(),
        )  # fmt: skip
    get_gate().forget()
    assert "50 %" in client.get(page).text
    assert "together 1 of 2" in client.get(f"{page}/petit-cours/{amina.public_id}").text


def test_weights_and_release_are_set_for_a_cohort(client, trainer, page, amina, sign_in, travel):
    check(amina.id, "quatre")
    weights = {"practice": 50, "project": 0, "exam": 50}
    drops = {"practice_drop": 1, "project_drop": 0, "exam_drop": 0, "contest_days": 3}
    later = (clock.now() + timedelta(days=2)).astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")
    sent = client.post(f"{page}/petit-cours/plan", data=weights | drops | {"release_at": later})
    assert sent.status_code == 303
    assert "Learners see the total from" in client.get(page).text
    assert f'value="{later}"' in client.get(f"{page}/petit-cours/plan").text
    sign_in(amina)
    own = client.get("/fr/courses/petit-cours/marks").text
    assert "You see your total from" in own
    assert "together" not in own
    assert "1 of 2" in own, "marks of lessons stay visible"
    travel(days=3)
    sign_in(amina)
    assert "together 1 of 2" in client.get("/fr/courses/petit-cours/marks").text


def test_exams_stay_hidden_until_the_release(client, trainer, page, amina, sign_in):
    check(amina.id, "quatre")
    with write() as session:
        course = session.scalars(select(Score.course_id)).one()
        session.add(
            Score(
                person_id=amina.id, course_id=course, lesson_id="deux", block_id="exam",
                points=7700, most=10000, waiting=0, scored_at=clock.now(),
            )
        )  # fmt: skip
        cohort = session.scalars(select(CohortMember.cohort_id)).one()
        session.add(
            GradebookPlan(
                cohort_id=cohort, course_id=course, categories=[list(c) for c in DEFAULT],
                release_at=clock.now() + timedelta(days=1),
            )
        )  # fmt: skip
    sign_in(amina)
    for path in ("/fr/courses/petit-cours/marks", "/fr/courses/petit-cours"):
        assert "77" not in re.sub(r"<(head|svg|script|form)\b.*?</\1>", "", client.get(path).text)

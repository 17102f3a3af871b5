"""An essay in an exam waits for a person, whose mark counts by the rules of the exam."""

import re

from sqlalchemy import select

from app.activities.models import Score
from app.activities.rules import Place
from app.centers.models import Cohort
from app.kernel import clock
from app.kernel.db import db, write
from app.marking import services
from app.marking.queries import Question
from tests.centers.making import belong, make_center, make_cohort
from tests.exams.making import enroll, publish
from tests.exams.test_sitting import sit

ESSAY = """\
````quiz {#base}
### Expliquez la médiane. {#why type=essay points=4 rubric=clarity:2,example:2 tags=words}

### Deux et deux ? {#sum type=number tags=sums}
= 4
````
"""


def score():
    row = db.session.scalars(select(Score).where(Score.block_id == "exam")).one()
    found = row.points, row.most, row.waiting
    db.session.remove()  # an open reading would undo the requests that follow
    return found


def test_the_mark_of_a_person_is_added_to_the_exam(client, database, make_person, sign_in):
    publish(rules="  draw: 2\n  attempts: 1\n  pass: 60", bank=ESSAY)
    kenitra, person = make_center(), make_person()
    cohort_id, public_id = make_cohort(kenitra)
    belong(kenitra, person, cohort_id=cohort_id)
    enroll(person)
    sign_in(person)
    sit(client, {"why": "La valeur du milieu.", "sum": "4"})
    assert score() == (100, 500, 1)

    marker = make_person(role="instructor", scope="cohort", scope_id=cohort_id)
    sign_in(marker)
    listed = client.get(f"/fr/c/kenitra/cohorts/{public_id}/marking").text
    desk = re.search(rf'/cohorts/{public_id}/marking/[^"]*why[^"]*', listed)[0]
    page = client.get(f"/fr/c/kenitra{desk}").text
    assert "La valeur du milieu." in page
    fields = {
        name: re.search(rf'name="{name}" value="(\d+)"', page)[1] for name in ("answer", "number")
    }
    levels = dict.fromkeys(re.findall(r'name="(line-\d+)"', page), "5")
    assert client.post(f"/fr/c/kenitra{desk}", data=fields | levels).status_code == 303
    assert score() == (100, 500, 1), "a draft counts nowhere"
    place = db.session.scalars(select(Score)).one()
    question = Question(Place(place.course_id, place.lesson_id, "exam"), desk.rsplit("/", 1)[1])
    cohort = db.session.get_one(Cohort, cohort_id)
    db.session.remove()
    with write():
        services.release_marks(
            actor=marker.actor, cohort=cohort, question=question, now=clock.now()
        )
    assert score() == (500, 500, 0)

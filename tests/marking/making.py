"""A cohort whose members handed in essays."""

from app.activities.queries import find_asked
from app.activities.services import Sent, check_answer
from app.kernel import clock
from app.kernel.db import write
from app.learning.queries import get_study
from tests.centers.making import belong
from tests.learning.test_learning import enroll

ESSAY = """\
Avant.

````quiz {#q}
### Expliquez la *médiane*. {#why type=essay points=4 rubric=clarity:2,example:2}

### Deux et deux ? {#sum type=number points=1}
= 4
````
"""
LESSONS = {"un": ("Un", ESSAY)}
SLUG = "petit-cours"


def answer(person_id, value, *, item="why", writer="page-one"):
    asked = find_asked(get_study(SLUG, person_id, now=clock.now()), "un", "q")
    with write():
        check_answer(
            person_id=person_id,
            asked=asked,
            sent=Sent(item, value, writer),
            now=clock.now(),
        )


def hand_in(kenitra, cohort_id, *people, text="La valeur du milieu, selon"):
    for person in people:
        belong(kenitra, person, cohort_id=cohort_id)
        enroll(person, SLUG)
        answer(person.id, f"{text} {person.name}.")

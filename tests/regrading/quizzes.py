"""A course with a quiz whose right answer can be corrected, and learners who answer it."""

from app.activities.queries import find_asked
from app.activities.services import Sent, check_answer
from app.courses.services import check_files, import_course, publish_course
from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import write
from app.learning.queries import get_study
from tests.courses import samples

SLUG = "petit-cours"
A, B, C = "Sous le cedre", "Derrière la porte", "Au fond du puits"


def quiz(right=A, words=A, more=""):
    """Return a quiz of one question whose right option is `right`; `words` stand for A."""
    options = [words if one == A else one for one in (A, B, C)]
    keyed = words if right == A else right
    lines = [f"- [{'x' if one == keyed else ' '}] {one}" for one in options]
    return "\n".join(["````quiz {#q}", "### Où est le trésor ? {#where}", *lines, more, "````"])


def keep(text, *, actor=SYSTEM, publish=True, **options):
    """Import a course of one lesson; return the revision, published or not."""
    checked = check_files(samples.course(lessons={"un": ("Un", text)}, **options))
    with write():
        made = import_course(actor=SYSTEM, checked=checked, now=clock.now())
        if publish:
            publish_course(actor=actor, revision_id=made.revision_id, now=clock.now())
    return made


def answer(person, words, item="where", writer="page-one"):
    """Have a learner choose the option of these words."""
    asked = find_asked(get_study(SLUG, person.id, now=clock.now()), "un", "q")
    (options,) = (one.document["options"] for one in asked.activity.items if one.id == item)
    key = next(option["key"] for option in options if option["text"] == words)
    with write():
        return check_answer(
            person_id=person.id, asked=asked, sent=Sent(item, key, writer), now=clock.now()
        )

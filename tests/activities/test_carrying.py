"""A new revision: what is the same part as before keeps its key, so answers stay true to it."""

import pytest

from app.activities.hooks import ActivityType
from app.activities.queries import find_texts
from app.content.blocks import nodes
from app.courses.queries import get_lesson, list_problems
from app.courses.rules import Addresses, RevisionRef
from app.courses.services import check_files, import_course, publish_course
from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import write
from app.kernel.hooks import hooks
from tests.courses import samples

QUIZ = """\
````quiz {#q}
### Où est le trésor ? {#where}
- [ ] Sous le grand cedre de la place
- [x] Derrière la porte bleue
- [ ] Au fond du puits
````
"""


def keep(text, publish=True):
    checked = check_files(samples.course(lessons={"un": ("Un", text)}))
    with write():
        made = import_course(actor=SYSTEM, checked=checked, now=clock.now())
        if publish:
            publish_course(actor=SYSTEM, revision_id=made.revision_id, now=clock.now())
    return made


def options(made):
    """Return text → key of the options of the question, as lessons have them."""
    texts = find_texts(RevisionRef(made.revision_id, made.hash), "un")["q"]
    kind = hooks.get(ActivityType, "quiz", anywhere=True)
    (item,) = kind.read(texts).items
    return {option["text"]: option["key"] for option in item.document["options"]}


@pytest.fixture
def first(database):
    return keep(QUIZ)


def test_a_typo_and_another_order_keep_the_keys(first):
    lines = QUIZ.replace("cedre", "cèdre").split("\n")
    lines[2:5] = reversed(lines[2:5])
    before, after = options(first), options(keep("\n".join(lines)))
    assert list(after) == list(reversed([text.replace("cedre", "cèdre") for text in before]))
    assert {text.replace("cedre", "cèdre"): key for text, key in before.items()} == after


def test_keys_go_on_from_revision_to_revision(first):
    keep(QUIZ.replace("cedre", "cèdre"))
    third = keep(QUIZ.replace("cedre", "cèdre").replace("Au fond du puits", "Au fond du puits."))
    assert list(options(third).values()) == list(options(first).values())


def test_a_lesson_that_did_not_change_keeps_what_it_had(first):
    second = keep(QUIZ.replace("cedre", "cèdre"))
    files = samples.course(
        lessons={"un": ("Un", QUIZ.replace("cedre", "cèdre")), "deux": ("Deux", "Nouvelle.")}
    )
    with write():
        third = import_course(actor=SYSTEM, checked=check_files(files), now=clock.now())
    assert options(third) == options(second)


def test_drafts_that_nobody_saw_count_for_nothing(first):
    keep(QUIZ.replace("Sous le grand cedre de la place", "Rien de tel"), publish=False)
    third = keep(QUIZ.replace("cedre", "cèdre"), publish=False)
    assert list(options(third).values()) == list(options(first).values())


def test_what_is_not_sure_stands_in_the_report_at_its_line(first):
    text = QUIZ.replace("Sous le grand cedre de la place", "Sous un petit cèdre, loin de la place")
    made = keep(text, publish=False)
    (doubt,) = list_problems(made)
    assert not doubt.is_error
    assert "Sous le grand cedre" in str(doubt.message)
    assert doubt.path.endswith("un.fr.md")
    assert doubt.line > 1
    assert made.doubts == (doubt,)


def test_blocks_read_alone_are_those_of_the_lesson(first):
    """What is carried is worked out from the files, and used in rendered lessons."""
    ref = RevisionRef(first.revision_id, first.hash)
    (shown,) = get_lesson(ref, "un", "fr", Addresses("{id}", "")).blocks
    (read,) = nodes(["", *QUIZ.split("\n")], shown.line - 1)
    assert (shown.id, shown.attrs, shown.body, shown.line) == (
        read.id, read.attrs, read.body, read.line,
    )  # fmt: skip

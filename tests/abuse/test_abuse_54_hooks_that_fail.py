"""Abuse 54: hooks that raise, end the process, wait or write cost nobody a page or an answer."""

import time
from typing import Any

import pytest

from app.activities.models import AnswerEvent
from app.content.hooks import BlockType
from app.kernel.db import db
from app.kernel.i18n import say
from app.kernel.pieces import Piece
from app.learning.hooks import CoursePanel
from app.plugins import guard
from app.plugins.queries import list_failures
from tests.activities.test_answers import PAGE, RIDDLE, amina, count, post, slug
from tests.learning.test_learning import enroll, publish
from tests.plugins.conftest import bring

__all__ = ["amina", "bring", "slug"]
SLOTS = ("course.sidebar", "lesson.tools", "lesson.after")


def raises(_context: Any) -> Any:
    raise RuntimeError("no luck")


def ends(_context: Any) -> Any:
    raise SystemExit(3)


def loops(context: Any) -> Any:
    return loops(context)


def asks_nowhere(_context: Any) -> Any:
    return db.session.execute(db.text("SELECT * FROM nowhere"))


def writes(_context: Any) -> Any:
    db.session.add(AnswerEvent())
    return Piece(say("Stolen"), "sample/x.html")


def no_such_template(_context: Any) -> Any:
    return Piece(say("Lost"), "sample/nowhere.html")


HARM = (raises, ends, loops, asks_nowhere, writes, no_such_template)


def whole(client: Any) -> str:
    """Open the lesson: all that the core shows is there."""
    page = client.get(PAGE)
    assert page.status_code == 200
    assert "Avant." in page.text
    assert "Après." in page.text
    assert "Deux et deux" in page.text
    assert page.text.rstrip().endswith("</html>")
    return str(page.text)


@pytest.mark.parametrize("harm", HARM, ids=lambda harm: harm.__name__)
def test_an_answer_is_kept_while_hooks_of_the_page_fail(
    client: Any, amina: Any, bring: Any, harm: Any
) -> None:
    for slot in SLOTS:
        bring(CoursePanel(slot, harm), f"sample.{slot}")
    whole(client)
    assert post(client, "quatre").status_code == 303
    assert count(AnswerEvent) == 1
    assert "Right." in whole(client)


@pytest.mark.parametrize("harm", HARM, ids=lambda harm: harm.__name__)
def test_a_hook_that_fails_is_paused_and_an_admin_is_told(
    client: Any, amina: Any, bring: Any, make_person: Any, sign_in: Any, harm: Any
) -> None:
    bring(CoursePanel("lesson.after", harm), "sample.after")
    for _ in range(7):
        whole(client)
    (row,) = list_failures("sample")
    assert (row.count, row.paused_at is not None) == (5, True)
    sign_in(make_person(role="admin"))
    page = client.get("/en/admin/plugins/sample").text
    assert "A part of it failed time and again and is left out; the pages are whole." in page


class Watch:
    """The clock of the guard; what waits moves it, and nobody has to sit through it."""

    waited = 0.0
    thread_time = staticmethod(time.thread_time)

    def perf_counter(self) -> float:
        return time.perf_counter() + self.waited


def test_a_hook_that_waits_is_asked_five_times_and_no_more(
    client: Any, amina: Any, bring: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch, asked = Watch(), []
    monkeypatch.setattr(guard, "time", watch)

    def waits(_context: Any) -> None:
        asked.append(1)
        watch.waited += 60

    bring(CoursePanel("lesson.after", waits), "sample.after")
    for number in range(8):
        whole(client)
        post(client, "cinq", writer=f"page-one-{number}")
    assert len(asked) == 5
    assert count(AnswerEvent) == 2, "both tries are kept"
    (row,) = list_failures("sample")
    assert "too long for a page" in row.error


def test_a_block_that_fails_beside_a_question_is_a_note(
    client: Any, database: Any, make_person: Any, sign_in: Any, bring: Any
) -> None:
    quiz = "\n````quiz {#z}\nfrage\n````\n"
    bring(BlockType("quiz", lambda n: [], lambda n: "", render=lambda n, p, c: raises(c)), "quiz")
    course = publish({"un": ("Un", RIDDLE + quiz)})
    person = make_person()
    enroll(person, course)
    sign_in(person)
    assert 'role="note" id="b-z"' in whole(client)
    assert post(client, "quatre").status_code == 303
    assert "Right." in whole(client)

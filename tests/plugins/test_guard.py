"""What a plugin does wrong stays its own: left out, forbidden or tried again, and counted."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from app.accounts.hooks import PersonalDataExtra
from app.accounts.models import Person
from app.content.hooks import BlockType
from app.content.markdown import render
from app.courses.hooks import BlockContext, render_segments
from app.kernel import clock, outbox
from app.kernel.actors import ANONYMOUS, SYSTEM
from app.kernel.db import db, write
from app.kernel.errors import Forbidden
from app.kernel.health import HealthCheck
from app.kernel.i18n import say
from app.kernel.jobs import JobType, drain, enqueue
from app.kernel.outbox import Event, Subscriber
from app.plugins import guard, services
from app.plugins.gate import get_gate
from app.plugins.guard import WrongArguments, wrap
from app.plugins.kinds import KINDS, PASS_ON, Call, KindRule
from app.plugins.queries import list_failures
from app.web.hooks import NavItem
from tests.courses import samples
from tests.plugins.making import failing

CONTEXT = BlockContext(ANONYMOUS, 1, "petit-cours", 1, "0" * 64, "bonjour", "fr")


@dataclass(frozen=True)
class Rule:
    """A kind that decides, as enrollment rules will be."""

    may: Callable[[int], bool]


@dataclass(frozen=True)
class Rung(Event):
    """Something happened at a center."""

    name = "made.rung.v1"
    center_id: int


def link(visible: Any) -> NavItem:
    return NavItem(say("Lucky link"), "home.home", order=1, visible=visible)


def look(client: Any) -> Any:
    """Open the first page; its menu is made anew."""
    client.application.extensions["nav"].clear()
    page = client.get("/fr/")
    assert page.status_code == 200
    return page.text


def flush(app: Flask) -> list[Any]:
    app.extensions["plugin_failures"].flush()
    return list_failures("sample")


def test_what_fails_on_a_page_is_left_out_and_counted(app: Flask, client: Any, bring: Any) -> None:
    bring(link(lambda actor: True), "sample.good")
    assert "Lucky link" in client.get("/fr/").text
    bring(link(failing), "sample.bad")
    assert "Lucky link" in look(client)
    look(client)
    (row,) = list_failures("sample")
    assert (row.hook, row.count) == ("NavItem:sample.bad.visible", 2)
    assert row.error == "RuntimeError: no luck"
    assert "in failing" in row.trace


@pytest.mark.parametrize("end", [SystemExit(3), RecursionError("deep"), MemoryError()])
def test_ends_and_depths_are_failures_like_others(
    app: Flask, client: Any, bring: Any, end: BaseException
) -> None:
    def leave(_actor: Any) -> bool:
        raise end

    bring(link(leave))
    assert client.get("/fr/").status_code == 200
    assert [row.hook for row in list_failures("sample")] == ["NavItem:sample.more.visible"]


def test_five_failures_pause_it_until_an_admin_resumes(app: Flask, client: Any, bring: Any) -> None:
    asked = []

    def visible(_actor: Any) -> bool:
        asked.append(1)
        raise RuntimeError("no luck")

    bring(link(visible))
    for _ in range(8):
        look(client)
    assert len(asked) == 5, "what is paused is not asked any more"
    (row,) = list_failures("sample")
    assert row.paused_at is not None
    assert row.count == 5
    with write():
        services.resume(actor=SYSTEM, snapshot=get_gate().current(), name="sample")
    look(client)
    assert len(asked) == 6


def test_failures_of_long_ago_do_not_pause(
    app: Flask, client: Any, bring: Any, travel: Any
) -> None:
    guarded = bring(link(failing))
    for _ in range(4):
        guarded.visible(ANONYMOUS)
    flush(app)
    travel(minutes=11)
    guarded.visible(ANONYMOUS)
    (row,) = flush(app)
    assert (row.count, row.paused_at) == (1, None)


def test_one_contribution_pauses_and_the_others_go_on(app: Flask, client: Any, bring: Any) -> None:
    bring(link(failing), "sample.bad")
    bring(link(lambda actor: True), "sample.good")
    for _ in range(8):
        assert "Lucky link" in look(client)


def test_a_slow_answer_is_given_and_counted(
    app: Flask, bring: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "BUDGET_WAIT", 0.001)

    def slow(_actor: Any) -> bool:
        time.sleep(0.002)
        return True

    assert bring(link(slow)).visible(ANONYMOUS) is True
    (row,) = flush(app)
    assert row.error.endswith("too long for a page")


def test_a_page_does_not_write(app: Flask, client: Any, bring: Any, make_person: Any) -> None:
    person = make_person(name="Amina")

    def rename(_actor: Any) -> bool:
        db.session.get_one(Person, person.id).name = "Stolen"
        return True

    bring(link(rename))
    assert "Lucky link" not in look(client)
    assert "WroteWhileShowing" in list_failures("sample")[0].error
    db.session.expire_all()
    assert db.session.get_one(Person, person.id).name == "Amina"


@pytest.mark.parametrize("statement", ["UPDATE person SET name = 'x'", "SELECT * FROM nowhere"])
def test_a_statement_that_fails_leaves_the_page_its_session(
    app: Flask, client: Any, bring: Any, statement: str
) -> None:
    def ask(_actor: Any) -> bool:
        db.session.execute(text(statement))
        return True

    bring(link(ask))
    look(client)
    assert len(list_failures("sample")) == 1


def test_a_statement_that_fails_inside_a_write_leaves_the_write(
    app: Flask, bring: Any, make_person: Any
) -> None:
    def ask(_node: Any) -> Any:
        return db.session.execute(text("SELECT * FROM nowhere"))

    guarded = bring(BlockType("more", validate=ask, text=ask), "more")
    person = make_person(name="Amina")
    with write() as session:
        session.get_one(Person, person.id).name = "Salma"
        assert guarded.validate(None) == ()
        assert guarded.text(None) == ""
    assert db.session.get_one(Person, person.id).name == "Salma"


def test_a_block_that_fails_or_is_paused_is_a_note(app: Flask, bring: Any) -> None:
    bring(BlockType("quiz", lambda n: [], lambda n: "", render=failing), "quiz")
    segments = render(samples.QUIZ, language="fr").segments
    for _ in range(6):
        html = render_segments(segments, CONTEXT)
        assert "Avant le quiz." in html
        assert 'role="note" id="b-q"' in html
        flush(app)
        get_gate().refresh()
    (row,) = list_failures("sample")
    assert (row.hook, row.count, row.paused_at is not None) == ("BlockType:quiz.render", 5, True)


def test_a_rule_that_cannot_be_checked_forbids(app: Flask, bring: Any) -> None:
    decide = KindRule("decide", {"may": Call(1)})
    rule = bring(Rule(failing), rule=decide)
    with pytest.raises(Forbidden) as refused:
        rule.may(1)
    assert str(refused.value.sentence) == (
        "A rule of the plugin sample could not be checked, so nothing was done."
    )
    with write() as session, pytest.raises(Forbidden):
        rule.may(1)
        session.rollback()
    for _ in range(6):
        with pytest.raises(Forbidden):
            rule.may(1)
    (row,) = flush(app)
    assert row.paused_at is None, "a rule is never left out"


def test_a_check_of_health_that_fails_says_so(app: Flask, bring: Any) -> None:
    answer = bring(HealthCheck(say("More"), failing)).check()
    assert answer.ok is False
    assert str(answer.message) == ("This could not be checked: the plugin's own check failed.")


def test_a_job_that_fails_is_tried_again(app: Flask, bring: Any, travel: Any) -> None:
    done = []

    def work() -> None:
        done.append(1)
        if len(done) < 3:
            raise SystemExit("no luck")

    bring(JobType(work))
    with write():
        enqueue("sample.more", {})
    for _ in range(4):
        drain()
        travel(hours=1)
    assert len(done) == 3
    assert {row.hook for row in flush(app)} == {"JobType:sample.more.handle"}


def test_an_event_is_told_where_the_plugin_is_on(app: Flask, bring: Any) -> None:
    heard = []
    bring(Subscriber(Rung, heard.append))
    with write():
        outbox.record(Rung(0))
    drain()
    assert [event.center_id for event in heard] == [0]
    with write():
        services.switch_plugin(
            actor=SYSTEM, snapshot=get_gate().current(), name="sample", on=False, now=clock.now()
        )
    get_gate().forget()
    with write():
        outbox.record(Rung(0))
    drain()
    assert len(heard) == 1


def test_the_copy_of_a_persons_data_is_asked_also_while_it_is_off(app: Flask, bring: Any) -> None:
    extra = bring(PersonalDataExtra(export=lambda person_id: {"n": person_id}, erase=failing))
    with write():
        services.switch_plugin(
            actor=SYSTEM, snapshot=get_gate().current(), name="sample", on=False, now=clock.now()
        )
    get_gate().forget()
    assert extra.export(7) == {"n": 7}
    with pytest.raises(RuntimeError):
        extra.erase(7)


def test_a_page_of_a_plugin_that_fails_is_counted(app: Flask, client: Any, bring: Any) -> None:
    guarded: Any = app.view_functions["sample.index"]
    failing.access = guarded.view.access  # type: ignore[attr-defined]
    app.view_functions["sample.index"] = replace(guarded, view=failing)
    try:
        page = client.get("/fr/x/sample/")
    finally:
        app.view_functions["sample.index"] = guarded
    assert page.status_code == 500
    assert "Something broke on our side" in page.text
    assert [row.hook for row in list_failures("sample")] == ["page:sample.index"]


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (lambda: True, "visible is called with 1 arguments"),
        (lambda a, b: True, "visible is called with 1 arguments"),
        ("text", "visible is not a function"),
    ],
)
def test_wrong_arguments_are_seen_at_the_start(app: Flask, found: Any, sentence: str) -> None:
    with pytest.raises(WrongArguments, match=sentence):
        wrap(link(found), "sample", NavItem, "x", KINDS[NavItem], app.extensions["plugin_failures"])


@pytest.mark.parametrize("answer", [None, 7, b"text"])
def test_an_answer_of_another_type_is_a_failure(app: Flask, bring: Any, answer: Any) -> None:
    guarded = bring(BlockType("quiz", lambda n: answer, lambda n: answer), "quiz")
    assert guarded.text(None) == ""
    (row,) = flush(app)
    assert row.error.endswith(f"str is needed, not {type(answer).__name__}")


def test_what_fails_while_it_is_listed_fails_in_the_plugin(app: Flask, bring: Any) -> None:
    def problems(_node: Any) -> Any:
        yield from ()
        raise RuntimeError("no luck")

    assert bring(BlockType("quiz", problems, lambda n: ""), "quiz").validate(None) == ()
    assert len(flush(app)) == 1


def test_every_kind_says_what_happens_when_it_fails() -> None:
    for kind, rule in KINDS.items():
        assert rule.policy in ("register", "contribute", "decide", "event"), kind
        answered = [name for name, call in rule.calls.items() if call.otherwise is not PASS_ON]
        assert rule.policy == "contribute" or not answered, kind

"""A person marks answers as a plugin says: what fails there forbids, and is counted."""

import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from app.activities.hooks import ActivityType
from app.kernel.db import db
from app.kernel.errors import Forbidden
from app.kernel.hooks import hooks
from app.plugins.guard import WrongArguments
from app.plugins.queries import list_failures
from tests.centers.making import make_center, make_cohort
from tests.learning.test_learning import publish
from tests.marking.making import LESSONS, hand_in
from tests.plugins.making import failing


def hand(name: str, act: Any) -> ActivityType:
    """Return the quizzes of the site, one of whose functions for marking by hand means harm."""
    known = hooks.get(ActivityType, "quiz")
    return replace(known, by_hand=replace(known.by_hand, **{name: act}))


@pytest.mark.parametrize(
    ("name", "given", "answers"),
    [
        ("texts", ({}, ""), [None, ("one",), ("one", 2)]),
        ("lines", ({},), [[3], [("key", "two")], [("key",)]]),
        ("mark", ({}, 0, {}), [None, 400]),
    ],
)
def test_marking_by_hand_is_guarded_as_the_rest_of_an_activity(
    app: Flask, bring: Any, name: str, given: Any, answers: Any
) -> None:
    for act in (failing, *(lambda *_, found=found: found for found in answers)):
        with pytest.raises(Forbidden):
            getattr(bring(hand(name, act), "quiz").by_hand, name)(*given)
    app.extensions["plugin_failures"].flush()
    (row,) = list_failures("sample")
    assert (row.hook, row.count) == (f"ActivityType:quiz.by_hand.{name}", 1 + len(answers))
    with pytest.raises(WrongArguments, match=f"by_hand.{name} is called with {len(given)} arg"):
        bring(hand(name, lambda: None), "quiz")


@pytest.mark.parametrize("name", ["texts", "lines", "mark"])
def test_an_answer_waits_whose_marking_by_hand_fails(
    app: Flask, client: Any, bring: Any, make_person: Any, sign_in: Any, name: str
) -> None:
    publish(LESSONS)
    center = make_center()
    cohort_id, cohort = make_cohort(center)
    hand_in(center, cohort_id, make_person())
    sign_in(make_person(role="instructor", scope="cohort", scope_id=cohort_id))
    desk = f"/fr/c/kenitra/cohorts/{cohort}/marking/petit-cours/un/q/why"
    shown = client.get(desk).text
    field = {
        key: re.search(rf'name="{key}" value="(\d+)"', shown)[1] for key in ("answer", "number")
    }
    bring(hand(name, failing), "quiz")
    given = field | {"line-0": 3, "line-1": 3, "comment": ""}
    page = client.get(desk) if name == "texts" else client.post(desk, data=given)
    assert page.status_code == 403
    assert "A rule of the plugin sample could not be checked" in page.text
    assert db.session.scalar(text("SELECT count(*) FROM hand_mark")) == 0
    assert [row.hook for row in list_failures("sample")] == [f"ActivityType:quiz.by_hand.{name}"]

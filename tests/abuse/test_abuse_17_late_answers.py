"""Abuse 17: an answer after the end, or with a clock that was set back."""

import json

import pytest
from sqlalchemy import func, select

from app.activities.models import AnswerEvent
from app.exams.models import LateAnswer
from app.kernel.db import db
from tests.exams.conftest import amina, sheet, slug  # noqa: F401

pytestmark = pytest.mark.shipped


def counts():
    return [
        db.session.scalar(select(func.count()).select_from(model))
        for model in (AnswerEvent, LateAnswer)
    ]


def test_the_databases_clock_decides_whatever_the_device_says(client, sheet, travel):  # noqa: F811
    travel(minutes=31)
    for at in (0, 1, 10**14):
        entry = {"seq": at + 1 if at < 2 else 3, "item": "one", "value": {"given": ["b"]}, "at": at}
        data = {"cap": sheet.cap, "answers": json.dumps([entry])}
        assert client.post(sheet.save, data=data).status_code == 409
    assert counts() == [0, 3]


def test_the_plain_form_is_late_too_and_says_so(client, sheet, travel):  # noqa: F811
    travel(minutes=31)
    assert sheet.fill("b").status_code == 303
    assert counts() == [0, 2]
    assert "this answer is kept, and does not count" in client.get(f"{sheet.address}/result").text

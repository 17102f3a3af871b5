"""Abuse 19: a device whose clock was set back, or that sends false times from its journal."""

import json

import pytest
from sqlalchemy import select

from app.activities.models import AnswerEvent
from app.exams.models import LateAnswer
from app.kernel.db import db
from tests.exams.conftest import amina, sheet, slug  # noqa: F401
from tests.exams.making import RULES, Sheet, publish

pytestmark = pytest.mark.shipped


def send(sheet, at, seq=1):  # noqa: F811
    entry = {"seq": seq, "item": sheet.items[0], "value": {"given": ["b"]}, "at": at}
    return sheet.client.post(sheet.save, data={"cap": sheet.cap, "answers": json.dumps([entry])})


@pytest.mark.parametrize("at", [0, 1, 10**15, -1])
def test_the_devices_time_is_kept_as_a_claim_that_decides_nothing(sheet, travel, at):  # noqa: F811
    travel(minutes=31)
    assert send(sheet, at).status_code == 409
    travel(minutes=-31)
    assert send(sheet, at).status_code == 200
    assert db.session.scalar(select(AnswerEvent.claimed_at)) == at
    assert db.session.scalar(select(LateAnswer.claimed_at)) == at


def test_time_without_network_is_what_the_exam_allows_and_no_more(client, amina, travel):  # noqa: F811
    publish(rules=f"{RULES}\n  offline_minutes: 10")
    sheet = Sheet(client)  # noqa: F811
    travel(minutes=39)
    assert send(sheet, 0).status_code == 200, "kept on the device, sent within the ten minutes"
    travel(minutes=2)
    for seq in (2, 3):
        assert send(sheet, 0, seq).status_code == 409

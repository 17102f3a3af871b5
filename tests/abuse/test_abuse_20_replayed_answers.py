"""Abuse 20: answers that were captured, or another person's capability."""

import pytest
from sqlalchemy import func, select

from app.activities.models import AnswerEvent
from app.kernel.db import db
from tests.exams.conftest import amina, sheet, slug  # noqa: F401
from tests.exams.making import PAGE, Sheet, enroll

pytestmark = pytest.mark.shipped


@pytest.fixture
def other(client, make_person, sign_in, sheet):  # noqa: F811
    """Another person's paper, on the same phone."""
    person = make_person("Karim Tazi")
    enroll(person)
    sign_in(person)
    return Sheet(client)


def count():
    found = db.session.scalar(select(func.count()).select_from(AnswerEvent))
    db.session.remove()
    return found


def test_played_back_an_answer_changes_nothing(sheet):  # noqa: F811
    sheet.send((1, "one", "b"))
    sheet.send((2, "one", "a"))
    for _ in range(5):
        assert sheet.send((1, "one", "b")).status_code == 200
    assert count() == 2


def test_a_capability_opens_its_own_attempt_only(client, sheet, other):  # noqa: F811
    data = {"cap": sheet.cap, "answers": '[{"seq": 1, "item": "one", "value": {}}]'}
    assert client.post(other.save, data=data).status_code == 404
    assert count() == 0


def test_an_answer_goes_as_the_person_whose_page_it_was(client, sheet, other):  # noqa: F811
    """Amina's page, sent while Karim is signed in on the same phone, is Amina's."""
    assert sheet.attempt != other.attempt
    assert sheet.send((1, sheet.item, "b")).status_code == 200
    assert client.get(sheet.address).status_code == 404, "Karim does not see her paper"
    assert client.post(f"{sheet.address}/hand-in").status_code == 404
    assert "0 answered" in other.load().page
    assert client.get(PAGE).status_code == 200

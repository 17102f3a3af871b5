"""Abuse 21: beginning again for other questions, or more attempts than there are."""

import pytest
from sqlalchemy import func, select

from app.activities.models import Attempt
from app.kernel import jobs
from app.kernel.db import db
from tests.exams.conftest import amina, slug  # noqa: F401
from tests.exams.making import PAGE, Sheet

pytestmark = pytest.mark.shipped


def test_begun_ten_times_it_is_one_draw(client, amina):  # noqa: F811
    assert len({tuple(Sheet(client).items) for _ in range(10)}) == 1
    assert db.session.scalar(select(func.count()).select_from(Attempt)) == 1


def test_there_is_no_attempt_beyond_the_last(client, amina):  # noqa: F811
    for _ in range(2):
        client.post(f"{Sheet(client).address}/hand-in")
        jobs.drain()
    for _ in range(3):
        assert client.post(PAGE).status_code == 409
    assert db.session.scalar(select(func.count()).select_from(Attempt)) == 2

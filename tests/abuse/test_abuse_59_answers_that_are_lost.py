"""Abuse 59: a node dies, an answer is lost after the commit, and the browser sends it again.

That no job is lost when its worker is killed is in tests/kernel/test_jobs.py; a database that is
locked, full or away in tests/web/test_trouble.py; that what a phone kept without network arrives
once, in tests/browser/test_offline.py.
"""

from typing import Any

from sqlalchemy import func, select

from app.kernel.db import db
from app.learning.models import Enrollment, LessonDone
from app.notices.models import Notice
from app.settings import get_settings
from app.signin import rules
from tests.centers.making import belong, make_center
from tests.conftest import build, close
from tests.learning.test_learning import publish


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_what_was_finished_is_finished_once_however_often_it_is_sent(
    client: Any, make_person: Any, sign_in: Any
) -> None:
    slug = publish()
    sign_in(make_person())
    for _ in range(3):
        assert client.post(f"/fr/courses/{slug}/enroll").status_code == 303
    for _ in range(5):
        assert client.post(f"/fr/courses/{slug}/un/done").status_code == 303
    assert count(Enrollment) == 1
    assert count(LessonDone) == 1


def test_a_message_sent_again_reaches_people_once(
    client: Any, make_person: Any, sign_in: Any
) -> None:
    center = make_center("kenitra")
    learner = make_person()
    belong(center, learner)
    sign_in(make_person(role="manager", scope="center", scope_id=center))
    sent = {"text": "Demain, la salle est la 2.", "key": "the-same-page"}
    for _ in range(3):
        answer = client.post(f"/fr/notices/to-person/{learner.public_id}", data=sent)
        assert answer.status_code == 303
    assert count(Notice) == 1


def test_a_node_that_begins_anew_forgets_no_try(
    client: Any, app: Any, make_person: Any, monkeypatch: Any, tmp_path: Any
) -> None:
    """The throttle is in the database: neither a restart nor another node gives new tries."""
    make_person(email="amina@example.org", password_hash=rules.hash_password("x" * 12))
    monkeypatch.setattr(rules, "verify_password", lambda kept, typed: False)
    data = {"email": "amina@example.org", "password": "guess"}
    assert [client.post("/fr/sign-in", data=data).status_code for _ in range(5)] == [422] * 5
    connection = db.engines[None]
    other = build(get_settings().database, tmp_path)
    with other.app_context(), monkeypatch.context() as patch:
        patch.setitem(db.engines, None, connection)
        assert other.test_client().post("/fr/sign-in", data=data).status_code == 429
        db.session.remove()
    close(other)

"""Taking the people of a center out needs a permission, leaves a trace, has a cap, is told."""

from sqlalchemy import select

from app.kernel.audit import AuditEntry
from app.kernel.db import db
from app.messages.models import Message
from tests.centers.making import belong, make_center

URL = "/fr/c/kenitra/people/export"


def test_abuse_43_each_export_is_kept_told_and_counted(client, sign_in, make_person):
    center_id = make_center("kenitra")
    belong(center_id, make_person("Amina"))
    manager = make_person(role="manager", scope="center", scope_id=center_id)
    other = make_person("Other", role="manager", scope="center", scope_id=center_id)
    sign_in(manager)
    for _ in range(5):
        assert client.post(URL).status_code == 200
    assert client.post(URL).status_code == 429
    verbs = db.session.scalars(
        select(AuditEntry.verb).where(AuditEntry.center_id == center_id)
    ).all()
    assert verbs.count("people.export") == 5
    assert {m.address for m in db.session.scalars(select(Message))} == {other.email}


def test_abuse_43_who_only_sees_people_takes_nobody_out(client, sign_in, make_person):
    center_id = make_center("kenitra")
    for role, scope, number in (
        ("office", "site", 0),
        ("instructor", "center", center_id),
        ("learner", "site", 0),
    ):
        sign_in(make_person(role=role, scope=scope, scope_id=number))
        assert client.post(URL).status_code == 404, role

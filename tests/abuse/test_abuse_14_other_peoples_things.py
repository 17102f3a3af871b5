"""Abuse 14: changing the number or name of a thing in an address or a form.

`tests/guards/test_access_matrix.py` walks every address; here are the ids that travel in forms.
"""

from typing import Any

from sqlalchemy import func, select

from app.accounts.models import Address
from app.kernel import clock
from app.kernel.db import db, write
from app.notices.models import Notice, NoticeReceipt
from app.signin.models import SignInSession
from tests.conftest import add_session


def sessions_of(person: Any) -> list[int]:
    rows = db.session.scalars(
        select(SignInSession.id).where(SignInSession.person_id == person.id)
    ).all()
    db.session.rollback()
    return list(rows)


def test_another_persons_session_cannot_be_ended(
    client: Any, make_person: Any, sign_in: Any
) -> None:
    victim = make_person()
    add_session(victim)
    sign_in(make_person())
    (theirs,) = sessions_of(victim)
    answer = client.post("/fr/account/sessions/end", data={"session": str(theirs)})
    assert answer.status_code == 404
    assert sessions_of(victim) == [theirs]


def test_ending_the_others_ends_ones_own_only(client: Any, make_person: Any, sign_in: Any) -> None:
    victim, me = make_person(), make_person()
    add_session(victim)
    add_session(me)
    sign_in(me)
    client.post("/fr/account/sessions/end-others")
    assert len(sessions_of(victim)) == 1
    assert len(sessions_of(me)) == 1


def test_another_persons_address_cannot_be_dropped(
    client: Any, make_person: Any, sign_in: Any
) -> None:
    victim = make_person()
    sign_in(make_person())
    theirs = db.session.scalar(select(Address.id).where(Address.person_id == victim.id))
    db.session.rollback()
    answer = client.post("/fr/account/addresses/drop", data={"address": str(theirs)})
    assert answer.status_code in (404, 409)
    assert db.session.scalar(select(func.count()).where(Address.id == theirs)) == 1


def test_a_download_of_ones_data_holds_nobody_elses(
    client: Any, make_person: Any, sign_in: Any
) -> None:
    victim = make_person(name="Khadija Secrete")
    me = make_person(name="Moi Meme")
    sign_in(me)
    for data in ({}, {"person": victim.public_id}, {"person_id": victim.id}):
        answer = client.post("/fr/account/my-data/export", data=data)
        assert b"Khadija" not in answer.data
        assert victim.email.encode() not in answer.data


def test_another_persons_notice_is_neither_shown_nor_read(place: Any) -> None:
    from tests.undo import undone

    app, world = place
    with undone(app):
        with write() as session:
            session.add(
                notice := Notice(
                    sender_id=world.people["manager"].id,
                    center_id=world.own.center_id,
                    text="Seulement pour Salma",
                    form_key="k",
                    sent_at=clock.now(),
                )
            )
            session.flush()
            session.add(NoticeReceipt(notice_id=notice.id, person_id=world.own.member_id))
            name, id_ = notice.public_id, notice.id
        client = app.test_client()
        client.set_cookie("sid", world.cookies["learner"])
        assert "Seulement" not in client.get("/fr/notices").get_data(as_text=True)
        client.post("/fr/notices/read", data={"notice": name, "id": str(id_)})
        assert (
            db.session.scalar(select(NoticeReceipt.read_at).where(NoticeReceipt.notice_id == id_))
            is None
        )

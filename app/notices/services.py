"""Writing to people, and having read. Everything assumes a transaction."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from app.centers import queries as centers
from app.centers.models import Cohort
from app.centers.rules import clean_text
from app.kernel import audit, outbox
from app.kernel.actors import Actor
from app.kernel.db import db, insert_into, new_public_id
from app.kernel.errors import Invalid, NotFound
from app.kernel.hooks import hooks
from app.kernel.i18n import Sentence, say, translate
from app.messages import services as messages
from app.notices import policies, queries
from app.notices.hooks import NoticeSent, NotificationType
from app.notices.models import Notice, NoticeReceipt
from app.settings import get_settings
from app.throttling import services as throttling
from app.throttling.rules import Limit
from app.throttling.services import Counter

MOST = 1000
LIMIT = Limit(free=30, window=3600, hard=True)


def write_to_cohort(
    *, actor: Actor, cohort: Cohort, text: str, form_key: str, now: datetime
) -> int:
    """Write to the present members of a cohort and return how many they are."""
    if not policies.can_write_to_cohort(actor, cohort.center_id, cohort.id):
        raise NotFound
    people = [p for p in centers.list_member_ids(cohort.id) if p != actor.id]
    if not people:
        raise Invalid(say("Nobody is in this cohort, so nothing was sent."))
    return _send(
        actor=actor,
        center_id=cohort.center_id,
        cohort_id=cohort.id,
        people=people,
        text=text,
        form_key=form_key,
        now=now,
    )


def write_to_person(
    *, actor: Actor, public_id: str, text: str, form_key: str, now: datetime
) -> int:
    """Write to somebody of one's places. Raises NotFound for everybody else."""
    person, center_id = queries.get_receiver(actor, public_id)
    return _send(
        actor=actor,
        center_id=center_id,
        cohort_id=None,
        people=[person.id],
        text=text,
        form_key=form_key,
        now=now,
    )


def _send(
    *,
    actor: Actor,
    center_id: int,
    cohort_id: int | None,
    people: Iterable[int],
    text: str,
    form_key: str,
    now: datetime,
) -> int:
    people, text = list(people), clean_text(text)
    if not text or len(text) > MOST:
        raise Invalid(say("Write between 1 and %(most)s characters.", most=MOST))
    # Counting locks the sender's row, so that the same form sent twice at once is seen below.
    throttling.take([Counter(throttling.keyed("notice", str(actor.id)), LIMIT)])
    if queries.find_sent(actor.id, form_key):
        return len(people)
    notice = Notice(
        sender_id=actor.id,
        center_id=center_id,
        cohort_id=cohort_id,
        text=text,
        form_key=form_key,
        sent_at=now,
    )
    db.session.add(notice)
    db.session.flush()  # the receipts need its id
    db.session.execute(
        insert(NoticeReceipt), [{"notice_id": notice.id, "person_id": p} for p in people]
    )
    audit.record(
        actor,
        "notices.send",
        obj=f"cohort:{cohort_id}" if cohort_id else f"person:{people[0]}",
        center_id=center_id,
        details={"notice": notice.id, "people": len(people)},
    )
    outbox.record(NoticeSent(notice.id))
    return len(people)


def notify_people(
    *,
    kind: str,
    people: Iterable[int],
    text: Sentence,
    center_id: int,
    key: str,
    now: datetime,
) -> int:
    """Send a notice of the site to people of a center, each in their language; a key counts once.

    `kind` is a NotificationType. Returns how many people it is; who is not of the center is left
    out.
    """
    sent = 0
    receivers = queries.list_languages(centers.find_members(center_id, people))
    for language, ids in sorted(receivers.items()):
        notice_id = _add_notice(
            kind=kind,
            center_id=center_id,
            text=translate(text, language)[:MOST],
            form_key=f"{key}:{language}",
            sent_at=now,
        )
        if notice_id is None:
            continue
        rows = [{"notice_id": notice_id, "person_id": person_id} for person_id in ids]
        db.session.execute(insert(NoticeReceipt), rows)
        outbox.record(NoticeSent(notice_id))
        sent += len(ids)
    return sent


def _add_notice(**values: Any) -> int | None:
    """Add a notice and return its id; None when its key was used before, at this moment too."""
    added: int | None = db.session.scalar(
        insert_into(Notice)
        .values(public_id=new_public_id(), sender_id=None, cohort_id=None, **values)
        .on_conflict_do_nothing()
        .returning(Notice.id)
    )
    return added


def mark_read(*, actor: Actor, public_ids: Iterable[str], now: datetime) -> None:
    """Keep that somebody has read these notices of theirs; the first time counts."""
    numbers = select(Notice.id).where(Notice.public_id.in_(list(public_ids)))
    db.session.execute(
        update(NoticeReceipt)
        .where(NoticeReceipt.person_id == actor.id, NoticeReceipt.notice_id.in_(numbers))
        .where(NoticeReceipt.read_at.is_(None))
        .values(read_at=now)
    )


def mail_copies(*, notice_id: int) -> None:
    """Hand over a copy for each receiver with a confirmed e-mail address; once each."""
    notice = db.session.get(Notice, notice_id)
    if notice is None:
        return
    kind = hooks.get(NotificationType, notice.kind)
    if notice.kind and (kind is None or not kind.mail):
        return
    copies = queries.list_copies(notice_id)
    origins = {lang: queries.find_origin(notice, lang) for lang in {c.language for c in copies}}
    for copy in copies:
        sender, center = origins[copy.language]
        messages.send(
            channel="email",
            address=copy.email,
            subject=say("A message from %(center)s", center=center),
            body=[
                say("%(sender)s, of the center %(center)s, writes:", sender=sender, center=center)
                if kind is None
                else kind.label,
                *notice.text.split("\n"),
                say("Read it on the site:"),
                get_settings().public_url.rstrip("/") + f"/{copy.language}/notices",
            ],
            language=copy.language,
            key=f"notice:{notice_id}:{copy.person_id}",
        )

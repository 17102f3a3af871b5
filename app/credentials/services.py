"""Awarding, confirming, correcting and revoking. Everything assumes a transaction and is audited.

When something was awarded is the database's time: nobody dates back.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from app.accounts.queries import find_person, list_addresses
from app.centers.models import Center, Cohort
from app.centers.queries import list_member_ids
from app.courses.models import Course
from app.courses.queries import Published, find_publication, outline_of
from app.credentials import documents, keys, policies, queries, rules
from app.credentials.hooks import CredentialAwarded, CredentialRevoked, FrozenFact
from app.credentials.models import AwardProposal, Credential, SigningKey, StatusList
from app.credentials.proofs import multikey, stamp
from app.kernel import audit, clock, jobs, outbox
from app.kernel.actors import Actor
from app.kernel.db import db, get_now, insert_into, new_public_id
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from app.kernel.hooks import hooks
from app.kernel.i18n import ZONE, say
from app.learning.models import Enrollment
from app.notices.services import notify_people
from app.partners.models import Partner

FULL = documents.SLOTS // 2
"""So many on a list, and the next one begins: free places stay easy to find."""


@dataclass(frozen=True)
class Given:
    """What is to be awarded: to whom, in which cohort, for which course, why, who paid, how long.

    `why` is a sentence in each language.
    """

    person_id: int
    cohort: Cohort
    course_id: int
    why: Mapping[str, str]
    partner_id: int | None = None
    expires_on: date | None = None


def add_key(*, actor: Actor) -> int:
    """Make a new key sign from now on, and return its number. The old ones stay listed."""
    newest = db.session.scalar(
        select(SigningKey.number).order_by(SigningKey.number.desc()).limit(1)
    )
    number, private = (newest or 0) + 1, Ed25519PrivateKey.generate()
    added = db.session.scalar(
        insert_into(SigningKey)
        .values(
            number=number,
            public=multikey(private.public_key()),
            sealed=keys.seal(private, number),
            created_at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(SigningKey.number)
    )
    if added is not None:
        audit.record(actor, "credentials.key", obj=f"signing_key:{number}")
    return number


def award_credential(*, actor: Actor, given: Given, now: datetime) -> Credential:
    """Award it, or raise Conflict when the person holds it already. One that expired is renewed.

    Whoever calls has made sure that it was earned.
    """
    seen = _published(given, now)
    key = f"course:{seen.key}"
    old = queries.find_standing(given.person_id, key)
    moment = get_now()
    if old is not None and rules.state_of(old, moment) != "expired":
        raise _held()
    facts = _facts(given, seen, moment)
    return _add(actor, given, seen, key, facts, moment, old)


def award_by_rule(*, actor: Actor, given: Given, now: datetime) -> Credential:
    """Award it because a rule was met. What was revoked, or ran out, no rule brings back."""
    seen = _published(given, now)
    newest = queries.find_newest(given.person_id, f"course:{seen.key}")
    if newest is not None and newest.revoked_at:
        raise Conflict(say("It was revoked: only two people can award it again, by hand."))
    if newest is not None:
        raise _held()
    return award_credential(actor=actor, given=given, now=now)


def _published(given: Given, now: datetime) -> Published:
    course = db.session.get(Course, given.course_id)
    seen = find_publication(course.slug, given.cohort.id, now=now) if course else None
    if seen is None:
        raise Conflict(say("This course is not published, so nothing was awarded."))
    return seen


def _facts(given: Given, seen: Published, moment: datetime) -> dict[str, Any]:
    """Freeze all that a credential says besides the name."""
    course = outline_of(seen).course
    center = db.session.get_one(Center, given.cohort.center_id)
    sponsor = db.session.get(Partner, given.partner_id) if given.partner_id else None
    more = hooks.collect(FrozenFact)
    return {
        **{name: one.find(center.id, given.course_id) for name, one in more},
        "title": dict(course.title),
        "summary": dict(course.summary),
        "source": course.source,
        "slug": seen.slug,
        "revision": seen.hash,
        "level": course.level,
        "hours": course.hours,
        "skills": [
            {"framework": one.framework, "version": one.version, "code": one.code}
            for one in course.skills
        ],
        "cohort": given.cohort.name,
        "center": [center.name, center.name_ar],
        "sponsor": [sponsor.name, sponsor.name_ar] if sponsor else [],
        "why": dict(given.why),
        "earned_at": stamp(moment),
    }


def _add(
    actor: Actor,
    given: Given,
    seen: Published,
    key: str,
    facts: Mapping[str, Any],
    moment: datetime,
    old: Credential | None,
) -> Credential:
    if old is not None:
        old.replaced_at = moment
        db.session.flush()  # the place of the one that stands becomes free
    until = given.expires_on
    row = _insert(
        person_id=given.person_id,
        key=key,
        course_id=seen.course_id,
        revision_id=seen.revision_id,
        cohort_id=given.cohort.id,
        center_id=given.cohort.center_id,
        facts=facts,
        issued_at=moment,
        expires_at=datetime.combine(until + timedelta(1), time(), ZONE) if until else None,
        is_private=old is not None and old.is_private,
    )
    _say_awarded(actor, row, given.person_id, old)
    return row


def _insert(*, person_id: int, **values: Any) -> Credential:
    person = find_person(person_id)
    if person is None or person.erased_at:
        raise NotFound
    emails = [one for one in list_addresses(person_id) if one.kind == "email" and one.confirmed_at]
    salt = secrets.token_urlsafe(16)
    number = _open_list()
    for _ in range(100):
        added = db.session.scalar(
            insert_into(Credential)
            .values(
                public_id=new_public_id(),
                person_id=person_id,
                name=person.name,
                name_ar=person.name_ar,
                identity=documents.identity_of(emails[0].value, salt) if emails else None,
                status_list=number,
                status_index=secrets.randbelow(documents.SLOTS),
                document="",
                revoked_reason="",
                **values,
            )
            .on_conflict_do_nothing()
            .returning(Credential.id)
        )
        if added is not None:
            return db.session.get_one(Credential, added)
        if queries.find_standing(person_id, values["key"]):  # another award came first
            raise _held()
    raise RuntimeError("no free place on the list")


def _held() -> Conflict:
    return Conflict(say("This person holds this certificate already. Nothing was changed."))


def _open_list() -> int:
    """Return the list on which the next credential gets its place; add one when it is half full."""
    number = max(queries.list_list_numbers(), default=0)
    if number and queries.count_on_list(number) < FULL:
        return number
    number += 1
    db.session.execute(
        insert_into(StatusList)
        .values(number=number, marked=-1, document="")
        .on_conflict_do_nothing(index_elements=["number"])
    )
    jobs.enqueue("credentials.publish_list", {"number": number})
    return number


def _say_awarded(actor: Actor, row: Credential, person_id: int, old: Credential | None) -> None:
    details: dict[str, Any] = {"number": row.public_id}
    if old is not None:
        old.replaced_by = row.id
        details["replaces"] = old.public_id
        jobs.enqueue("credentials.publish_list", {"number": old.status_list})
    audit.record(
        actor,
        "credentials.award",
        obj=f"credential:{row.id}",
        center_id=row.center_id or 0,
        details=details,
    )
    jobs.enqueue("credentials.sign", {"credential_id": row.id})
    notify_people(
        kind="credentials.awarded",
        people=[person_id],
        text=say("You have a certificate. It stands on the page of your certificates."),
        center_id=row.center_id or 0,
        key=f"credential:{row.id}",
        now=row.issued_at,
    )
    outbox.record(CredentialAwarded(person_id, row.course_id, row.public_id, row.center_id or 0))


def propose_award(*, actor: Actor, given: Given, reason: str, now: datetime) -> None:
    """Propose a credential by hand: it exists once a second person agrees."""
    if not policies.can_award_to(actor, given.cohort, given.person_id):
        raise Forbidden(say("Nobody proposes a certificate for themselves."))
    if given.person_id not in list_member_ids(given.cohort.id):
        raise NotFound
    began = select(Enrollment.id).where(
        Enrollment.person_id == given.person_id, Enrollment.course_id == given.course_id
    )
    if db.session.scalars(began.limit(1)).first() is None:
        raise Invalid(say("This person never began this course, so nothing was proposed."))
    if given.expires_on and given.expires_on <= now.astimezone(ZONE).date():
        raise Invalid(say("The last day must lie in the future."))
    row = AwardProposal(
        cohort_id=given.cohort.id,
        person_id=given.person_id,
        course_id=given.course_id,
        partner_id=given.partner_id,
        reason=reason,
        expires_on=given.expires_on,
        proposed_by=actor.id,
        proposed_at=now,
    )
    db.session.add(row)
    db.session.flush()
    _record(actor, given.cohort, row, "credentials.propose")


def decide_proposal(
    *, actor: Actor, cohort: Cohort, proposal_id: int, agrees: bool, now: datetime
) -> None:
    """Let a second person agree, so that it is awarded, or refuse."""
    row = db.session.scalar(
        select(AwardProposal).where(AwardProposal.id == proposal_id).with_for_update()
    )
    if row is None or row.cohort_id != cohort.id:
        raise NotFound
    if row.proposed_by == actor.id or not policies.can_award_to(actor, cohort, row.person_id):
        raise Forbidden(say("Somebody else must decide this."))
    if row.state != "open":
        raise Conflict(say("This was decided in the meantime. Nothing was changed."))
    row.state = "issued" if agrees else "refused"
    row.decided_by, row.decided_at = actor.id, now
    if agrees:
        given = Given(
            row.person_id, cohort, row.course_id, {"": row.reason}, row.partner_id, row.expires_on
        )
        row.credential_id = award_credential(actor=actor, given=given, now=now).id
    _record(actor, cohort, row, "credentials.agree" if agrees else "credentials.refuse")


def _record(actor: Actor, cohort: Cohort, row: AwardProposal, verb: str) -> None:
    audit.record(
        actor,
        verb,
        obj=f"person:{row.person_id}",
        center_id=cohort.center_id,
        details={"proposal": row.id},
    )


def revoke_credential(
    *, actor: Actor, public_id: str, reason: str, appeal_until: date | None, now: datetime
) -> None:
    """Revoke it for good, for a reason that whoever checks it reads."""
    row = _standing(actor, public_id)
    if appeal_until and appeal_until < now.astimezone(ZONE).date():
        raise Invalid(say("The last day must lie in the future."))
    row.revoked_at, row.revoked_reason, row.appeal_until = get_now(), reason, appeal_until
    audit.record(
        actor,
        "credentials.revoke",
        obj=f"credential:{row.id}",
        center_id=row.center_id or 0,
        details={"number": row.public_id},
    )
    jobs.enqueue("credentials.publish_list", {"number": row.status_list})
    outbox.record(CredentialRevoked(row.public_id))
    if row.person_id is not None:
        notify_people(
            kind="credentials.awarded",
            people=[row.person_id],
            text=say("One of your certificates was revoked. Its page says why."),
            center_id=row.center_id or 0,
            key=f"revoked:{row.id}",
            now=now,
        )


def correct_name(*, actor: Actor, public_id: str) -> Credential:
    """Make it anew with the name that the account has now; the old one leads to the new one."""
    old = _standing(actor, public_id)
    person = find_person(old.person_id) if old.person_id else None
    if person is None or person.erased_at:
        raise NotFound
    if (person.name, person.name_ar) == (old.name, old.name_ar):
        raise Conflict(
            say("The account has the same name as the certificate. Nothing was changed."),
            todo=say("Ask the person to correct the name in their account first."),
        )
    old.replaced_at = get_now()
    db.session.flush()  # the place of the one that stands becomes free
    row = _insert(
        person_id=person.id,
        key=old.key,
        course_id=old.course_id,
        revision_id=old.revision_id,
        cohort_id=old.cohort_id,
        center_id=old.center_id,
        facts=old.facts,
        issued_at=old.replaced_at,
        expires_at=old.expires_at,
        is_private=old.is_private,
    )
    _say_awarded(actor, row, person.id, old)
    return row


def set_private(*, actor: Actor, public_id: str, is_private: bool) -> None:
    """Let somebody keep their certificate to themselves, or show it to who has its address."""
    row = db.session.scalar(
        select(Credential).where(Credential.public_id == public_id).with_for_update()
    )
    if row is None or row.person_id is None or row.person_id != actor.id:
        raise NotFound
    row.is_private = is_private


def _standing(actor: Actor, public_id: str) -> Credential:
    row = db.session.scalar(
        select(Credential).where(Credential.public_id == public_id).with_for_update()
    )
    if row is None:
        raise NotFound
    if not policies.can_revoke(actor, row):
        raise Forbidden(say("You may see this, but not change it."))
    if row.revoked_at or row.replaced_at:
        raise Conflict(say("This certificate was revoked or replaced before. Nothing was changed."))
    return row

"""Switching the second step on and off, and taking it. All assume a transaction."""

from datetime import datetime

from sqlalchemy import delete, select, update

from app.accounts import policies
from app.accounts import queries as people
from app.accounts import services as accounts
from app.accounts.models import Person
from app.kernel import audit
from app.kernel.actors import Actor
from app.kernel.db import db, insert_into
from app.kernel.errors import Conflict, Forbidden, NotFound
from app.kernel.i18n import Sentence, say
from app.secondfactor import queries, rules
from app.secondfactor.models import SecondFactor
from app.signin import services as signin
from app.signin.queries import WaitingSession, find_waiting
from app.signin.rules import Browser
from app.throttling import services as throttling
from app.throttling.rules import Limit
from app.throttling.services import Counter
from app.tokens import services as tokens
from app.tokens.rules import shown

PLACE = signin.ACCOUNT
PERSON = Limit(free=20, window=6 * 3600, first=2, most=120)
"""From all networks together: whoever guesses has the password already."""
ON = say("It is switched on already. Nothing was changed.")
OFF = say("It is not switched on. Nothing was changed.")
NOT_YOU = say("If that was not you, set a new password at once and speak to your center's staff.")


def begin(*, actor: Actor, now: datetime) -> None:
    """Make a key to be put into an app; pressing twice keeps the first one."""
    found = queries.find_setting(actor.id, now=now)
    if found and found.confirmed_at:
        raise Conflict(ON)
    if found:
        return
    values = {"sealed": rules.seal(rules.new_key(), actor.id), "created_at": now}
    db.session.execute(
        insert_into(SecondFactor)
        .values(person_id=actor.id, last_step=0, **values)
        .on_conflict_do_update(
            index_elements=["person_id"],
            set_=values,
            where=SecondFactor.confirmed_at.is_(None),
        )
    )


def switch_on(
    *, actor: Actor, code: str, remembered: bool, browser: Browser, now: datetime
) -> tuple[str, list[str]] | None:
    """Confirm the key by a first code; None when it is wrong.

    Every other session ends. Returns the token of this browser's new one, and the codes for paper,
    which are shown once.
    """
    found = queries.find_setting(actor.id, now=now)
    if found and found.confirmed_at:
        raise Conflict(ON)
    if found is None:
        raise Conflict(
            say("This took too long, so nothing was switched on."), todo=say("Begin again.")
        )
    if not _use_code(actor.id, code, now):
        return None
    db.session.execute(
        update(SecondFactor).where(SecondFactor.person_id == actor.id).values(confirmed_at=now)
    )
    codes = _issue_codes(actor.id, now)
    audit.record(actor, "secondfactor.on", obj=f"person:{actor.id}")
    accounts.tell(
        actor.id,
        say("Two-step sign-in is on"),
        say("From now on, signing in asks for your password and a code from your phone."),
        NOT_YOU,
    )
    return _renew(actor, remembered, browser, mfa_at=now, now=now), codes


def _renew(
    actor: Actor, remembered: bool, browser: Browser, *, mfa_at: datetime | None, now: datetime
) -> str:
    signin.end_all_sessions(actor.id)
    return signin.open_session(
        person_id=actor.id, remembered=remembered, browser=browser, mfa_at=mfa_at, now=now
    )


def _issue_codes(person_id: int, now: datetime) -> list[str]:
    tokens.void(person_id=person_id, purposes=("recovery",))
    codes = [
        tokens.issue(
            "recovery",
            lasts=rules.RECOVERY_LASTS,
            now=now,
            person_id=person_id,
            address=queries.recovery_address(person_id),
            code=True,
        )
        for _ in range(rules.RECOVERY_CODES)
    ]
    return [shown(code) for code in codes]


def _use_code(person_id: int, typed: str, now: datetime) -> bool:
    """Tell whether a code from the app fits, and use it up: of two at once one succeeds."""
    sealed = db.session.scalar(
        select(SecondFactor.sealed).where(SecondFactor.person_id == person_id)
    )
    key = rules.unseal(sealed, person_id) if sealed else None
    step = rules.step_of(key, typed, now) if key else None
    if step is None:
        return False
    used = db.session.execute(
        update(SecondFactor)
        .where(SecondFactor.person_id == person_id, SecondFactor.last_step < step)
        .values(last_step=step)
        .returning(SecondFactor.person_id)
    ).first()
    return used is not None


def _use_recovery(person_id: int, typed: str) -> bool:
    """Tell whether a code from paper fits, and use it up."""
    address = queries.recovery_address(person_id)
    return tokens.use(("recovery",), typed, address=address) is not None


def _counters(person_id: int, network: str) -> list[Counter]:
    return [
        Counter(throttling.keyed("second", str(person_id), network), PLACE),
        Counter(throttling.keyed("second", str(person_id)), PERSON),
    ]


def count_try(person_id: int, network: str) -> None:
    """Count that a code is tried, before it is looked at. Raises TooMany."""
    throttling.take(_counters(person_id, network))


def take_step(
    *,
    waiting: WaitingSession,
    code: str,
    on_paper: bool,
    browser: Browser,
    network: str,
    now: datetime,
) -> str | None:
    """Finish a sign-in by a code from the app or from paper; None when it is wrong.

    Returns the token of a new session; the one that waited is gone.
    """
    person_id = waiting.person_id
    db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
    if find_waiting(browser.old_token, now=now) != waiting:  # a new password came in between
        return None
    right = _use_recovery(person_id, code) if on_paper else _use_code(person_id, code, now)
    if not right:
        return None
    throttling.forget(_counters(person_id, network))
    if on_paper:
        left = tokens.count("recovery", address=queries.recovery_address(person_id))
        audit.record(
            people.actor_of(person_id), "secondfactor.recovery_used", obj=f"person:{person_id}"
        )
        accounts.tell(
            person_id,
            say("A code from paper was used"),
            say("Somebody, probably you, signed in with one of your codes from paper."),
            say("Codes left: %(n)s.", n=left),
            NOT_YOU,
        )
    return signin.open_session(
        person_id=person_id,
        remembered=waiting.remembered,
        browser=browser,
        mfa_at=now,
        now=now,
    )


def confirm(*, actor: Actor, code: str, now: datetime) -> bool:
    """Tell whether a code of the actor is right, and use it up; True for who has none switched on.

    Count the try before (`count_try`); the password is asked beside it.
    """
    if not queries.is_on(actor.id):
        return True
    return _use_code(actor.id, code, now) or _use_recovery(actor.id, code)


def renew_codes(*, actor: Actor, now: datetime) -> list[str]:
    """Return new codes for paper, shown once; the old ones are worth nothing any more."""
    if not queries.is_on(actor.id):
        raise Conflict(OFF)
    audit.record(actor, "secondfactor.codes", obj=f"person:{actor.id}")
    return _issue_codes(actor.id, now)


def switch_off(
    *, actor: Actor, code: str, remembered: bool, browser: Browser, now: datetime
) -> str | None:
    """Switch it off with a code from the app or from paper; None when the code is wrong.

    The password was asked before. Every other session ends; returns the token of a new one here.
    """
    if not queries.is_on(actor.id):
        raise Conflict(OFF)
    if not (_use_code(actor.id, code, now) or _use_recovery(actor.id, code)):
        return None
    _remove(actor.id)
    audit.record(actor, "secondfactor.off", obj=f"person:{actor.id}")
    _tell_off(actor.id, say("From now on, signing in asks for your password only."))
    return _renew(actor, remembered, browser, mfa_at=None, now=now)


def reset(*, actor: Actor, person_id: int) -> None:
    """Take the second step back for somebody who lost phone and paper, as their staff.

    The person is told, and signed out everywhere; the password stays theirs. Raises Forbidden for
    somebody who holds a role that the actor could not give.
    """
    if not actor.is_system and not policies.can_view(actor, person_id):
        raise NotFound
    if not actor.is_system and not policies.can_manage(actor, person_id):
        raise Forbidden(say("You cannot do this for this account."), todo=say("Ask an admin."))
    if not queries.is_on(person_id):
        raise Conflict(OFF)
    _remove(person_id)
    signin.end_all_sessions(person_id)
    audit.record(actor, "secondfactor.reset", obj=f"person:{person_id}")
    _tell_off(person_id, say("The staff switched it off for you. Set it up again on your phone."))


def _remove(person_id: int) -> None:
    db.session.execute(delete(SecondFactor).where(SecondFactor.person_id == person_id))
    tokens.void(person_id=person_id, purposes=("recovery",))


def _tell_off(person_id: int, sentence: Sentence) -> None:
    accounts.tell(person_id, say("Two-step sign-in is off"), sentence, NOT_YOU)

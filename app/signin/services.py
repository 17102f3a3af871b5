"""Signing in and out, passwords, sessions. All assume a transaction unless they say otherwise."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from app.accounts import policies
from app.accounts import queries as people
from app.accounts import services as accounts
from app.accounts.hooks import AfterSignIn
from app.accounts.models import Person
from app.accounts.queries import PersonView
from app.accounts.rules import ParsedAddress, parse_address
from app.kernel import audit
from app.kernel.actors import Actor
from app.kernel.db import db
from app.kernel.errors import Conflict, Forbidden, NotFound
from app.kernel.hooks import hooks
from app.kernel.i18n import Sentence, say
from app.messages import services as messages
from app.settings import get_settings
from app.signin import queries, rules
from app.signin.hooks import SecondStep
from app.signin.models import SignInSession
from app.signin.queries import Credentials
from app.signin.rules import Browser, Try
from app.throttling import services as throttling
from app.throttling.rules import Limit
from app.throttling.services import Counter
from app.tokens import services as tokens
from app.tokens.rules import shown

ACCOUNT = Limit(free=5, window=6 * 3600, first=2, most=600)
NETWORK = Limit(free=100, window=3600, first=0.5, most=4)
PASSWORD = Limit(free=30, window=3600, first=1, most=60)
DEVICE = Limit(free=20, window=3600, first=1, most=60)
MAIL = Limit(free=3, window=3600, hard=True)
MAIL_NETWORK = Limit(free=200, window=3600, hard=True)
RESET_LASTS = timedelta(minutes=30)
STAFF_LASTS = timedelta(days=14)

NO_ADDRESS = say("This is neither an e-mail address nor a phone number that exists.")
USED_UP = say("This link was used already, or it is too old. Nothing was changed.")
ASK_AGAIN = say("Ask for a new one on the page for a forgotten password.")
SUSPENDED = say("This account is suspended. Nothing of your work is lost.")
SPEAK = say("Speak to the staff of your center.")


def _counters(tried: Try, known_device: str | None) -> list[Counter]:
    if known_device:
        return [Counter(throttling.keyed("device", known_device), DEVICE)]
    fingerprint = throttling.keyed("password", tried.password, digits=8)  # too short to guess from
    return [
        Counter(throttling.keyed("account", tried.normalized, tried.network), ACCOUNT),
        Counter(throttling.keyed("network", tried.network), NETWORK),
        Counter(fingerprint, PASSWORD),
    ]


def _known_device(tried: Try, found: Credentials | None) -> str | None:
    if found is None or not tried.known_devices:
        return None
    return rules.known_device(tried.known_devices, found.public_id)


def count_try(tried: Try) -> Credentials | None:
    """Count a try before its password is looked at, so that tries at once are all counted.

    Returns what the address opens, for `check_password`. Raises TooMany when the next try has to
    wait. A browser in which this very person signed in before is counted by itself alone, so that
    others cannot slow it.
    """
    found = queries.find_credentials(tried.normalized)
    throttling.take(_counters(tried, _known_device(tried, found)))
    return found


def check_password(found: Credentials | None, password: str) -> bool:
    """Tell whether the password is right, as slowly for an account that does not exist.

    Not for use inside a transaction.
    """
    good = rules.verify_password(found.password_hash if found else None, password)
    return good and found is not None and found.confirmed


def sign_in(
    *,
    tried: Try,
    found: Credentials,
    fresh_hash: str | None = None,
    remembered: bool,
    browser: Browser,
    now: datetime,
) -> str:
    """Open a session after the password was right, and return its token.

    A `fresh_hash` of the same password replaces one that was made with old parameters.
    """
    same = db.session.scalar(
        select(Person.id)
        .where(Person.id == found.person_id, Person.password_hash == found.password_hash)
        .with_for_update()
    )
    if same is None:
        raise Conflict(say("The password was changed at this moment. Sign in with the new one."))
    if found.is_suspended:
        raise Forbidden(SUSPENDED, todo=SPEAK)
    if fresh_hash:
        db.session.execute(
            update(Person).where(Person.id == found.person_id).values(password_hash=fresh_hash)
        )
    account, *others = _counters(tried, _known_device(tried, found))
    throttling.forget([account])
    throttling.give_back(others)
    return open_session(person_id=found.person_id, remembered=remembered, browser=browser, now=now)


def open_session(
    *,
    person_id: int,
    remembered: bool = False,
    browser: Browser | None = None,
    mfa_at: datetime | None = None,
    now: datetime,
) -> str:
    """Let a browser act for a person and return the token for its cookie.

    The token is always new, and the session that the browser had is gone. What it carried as a
    visitor is handed to whoever keeps it. Without `mfa_at`, the session of somebody who switched
    a second step on waits for it and opens nothing.
    """
    browser = browser or Browser()
    end_token(browser.old_token)
    epoch = db.session.scalar(
        update(Person)
        .where(Person.id == person_id)
        .values(last_seen_at=now)
        .returning(Person.epoch)
    )
    if epoch is None:
        raise NotFound
    token = secrets.token_urlsafe(32)
    waits = mfa_at is None and any(s.asked_of(person_id) for _, s in hooks.collect(SecondStep))
    roles = [grant.role for grant in people.list_grants(person_id)]
    db.session.add(
        SignInSession(
            token_hash=rules.token_hash(token),
            person_id=person_id,
            epoch=epoch,
            remembered=remembered,
            created_at=now,
            rotated_at=now,
            seen_at=now,
            expires_at=now + (rules.WAITING if waits else rules.idle(roles, remembered)),
            mfa_at=mfa_at,
            waits=waits,
            device=browser.device,
        )
    )
    for _, hook in [] if waits else hooks.collect(AfterSignIn):
        hook.keep(person_id, browser.carried or {})
    return token


def end_token(token: str) -> None:
    """End the session that a token opens, if any."""
    if token:
        hashed = rules.token_hash(token)
        db.session.execute(
            delete(SignInSession).where(
                (SignInSession.token_hash == hashed) | (SignInSession.previous_hash == hashed)
            )
        )


def end_session(*, actor: Actor, session_id: int) -> None:
    """End one of one's own sessions. Raises NotFound for anybody else's."""
    gone = db.session.execute(
        delete(SignInSession)
        .where(SignInSession.id == session_id, SignInSession.person_id == actor.id)
        .returning(SignInSession.id)
    ).first()
    if gone is None:
        raise NotFound


def end_other_sessions(*, actor: Actor) -> None:
    """Sign out everywhere but here."""
    db.session.execute(
        delete(SignInSession).where(
            SignInSession.person_id == actor.id, SignInSession.id != actor.session_id
        )
    )


def end_all_sessions(person_id: int) -> None:
    """Sign a person out everywhere, and void what else a session might have left behind."""
    db.session.execute(delete(SignInSession).where(SignInSession.person_id == person_id))
    accounts.raise_epoch(person_id)


def note_seen(*, actor: Actor, remembered: bool, now: datetime) -> None:
    """Keep that the person is active, so that the session lives on."""
    roles = [grant.role for grant in actor.grants]
    db.session.execute(
        update(SignInSession)
        .where(SignInSession.id == actor.session_id)
        .values(seen_at=now, expires_at=now + rules.idle(roles, remembered))
    )
    db.session.execute(update(Person).where(Person.id == actor.id).values(last_seen_at=now))


def rotate(*, actor: Actor, token: str, now: datetime) -> str:
    """Give a remembered session its next token and return it; at once with others, the same."""
    roles = [grant.role for grant in actor.grants]
    fresh, old = rules.rotated(token), rules.token_hash(token)
    db.session.execute(
        update(SignInSession)
        .where(SignInSession.token_hash == old)
        .values(
            token_hash=rules.token_hash(fresh),
            previous_hash=old,
            rotated_at=now,
            seen_at=now,
            expires_at=now + rules.idle(roles, True),
        )
    )
    return fresh


def set_password(
    *,
    person_id: int,
    password_hash: str,
    browser: Browser,
    mfa_at: datetime | None = None,
    now: datetime,
) -> str:
    """Set a new password: every session ends, this browser gets a new one, by its token."""
    db.session.execute(
        update(Person).where(Person.id == person_id).values(password_hash=password_hash)
    )
    end_all_sessions(person_id)
    tokens.void(person_id=person_id, purposes=("reset", "code"))
    actor = people.actor_of(person_id)
    audit.record(actor, "signin.set_password", obj=f"person:{person_id}")
    accounts.tell(
        person_id,
        say("Your password was changed"),
        say("The password of your account was changed, and you were signed out everywhere else."),
        say("If that was not you, set a new password at once and speak to your center's staff."),
    )
    return open_session(person_id=person_id, browser=browser, mfa_at=mfa_at, now=now)


def change_password(
    *, actor: Actor, old_hash: str | None, password_hash: str, browser: Browser, now: datetime
) -> str:
    """Replace one's own password after the old one was verified against `old_hash`."""
    if queries.find_password(actor.id) != old_hash:
        raise Conflict(say("The password was changed at this moment. Nothing was done here."))
    return set_password(
        person_id=actor.id,
        password_hash=password_hash,
        browser=browser,
        mfa_at=queries.find_mfa(actor.session_id),
        now=now,
    )


def count_own_try(*, actor: Actor) -> None:
    """Count that a signed-in person types their password again. Raises TooMany."""
    throttling.take([Counter(throttling.keyed("own", str(actor.id)), ACCOUNT)])


def forget_own_tries(*, actor: Actor) -> None:
    """Begin to count anew after the password was right."""
    throttling.forget([Counter(throttling.keyed("own", str(actor.id)), ACCOUNT)])


def request_reset(*, address: ParsedAddress, network: str, now: datetime) -> None:
    """Send a link, or a code to a phone, when somebody holds the address; do as much if not.

    Raises TooMany when the network asked for too many messages.
    """
    if not may_write_to(address, network):
        return
    found = people.find_person_by_address(address.value)
    if found is None or found.suspended_at:
        return
    why = say("Somebody, probably you, asked for a new password for your account.")
    _send_reset(found, address, why, RESET_LASTS, now)


def _send_reset(
    person: PersonView, address: ParsedAddress, why: Sentence, lasts: timedelta, now: datetime
) -> None:
    by_phone = address.kind == "phone"
    secret = tokens.issue(
        "reset",
        lasts=lasts,
        now=now,
        person_id=person.id,
        address=address.value,
        code=by_phone,
    )
    body: list[Sentence | str]
    if by_phone:
        body = [say("Your code for a new password:"), shown(secret)]
    else:
        body = [
            why,
            say("Open this page and choose a password. The link works once."),
            link(f"/{person.language}/reset/{secret}"),
            say("If you do not want that, there is nothing to do: your password stays."),
        ]
    messages.send(
        channel=messages.CHANNELS[address.kind],
        address=address.value,
        subject=say("A new password"),
        body=body,
        language=person.language,
    )


def send_link(*, actor: Actor, person_id: int, now: datetime) -> None:
    """Send a person the way to a password, as their center's staff; only they can use it.

    Raises Conflict when the person has no address that the site can write to.
    """
    if not policies.can_view(actor, person_id):
        raise NotFound
    if not policies.can_manage(actor, person_id):
        raise Forbidden(say("You cannot do this for this account."))
    person = people.find_person(person_id)
    reached = [a for a in people.list_addresses(person_id) if messages.can_reach(a.kind)]
    reached.sort(key=lambda a: (a.confirmed_at is None, a.kind != "email"))
    if not reached or person is None:
        raise Conflict(
            say("No message reaches this person."), todo=say("Print a code for them instead.")
        )
    address = ParsedAddress(reached[0].kind, reached[0].value)  # type: ignore[arg-type]
    _send_reset(person, address, say("The staff of your center sends you this."), STAFF_LASTS, now)
    audit.record(actor, "signin.send_link", obj=f"person:{person_id}")


def may_write_to(address: ParsedAddress, network: str) -> bool:
    """Count a message that somebody asks for; False when the address had its three this hour.

    Raises TooMany when the network asked for too many, whoever they are for.
    """
    throttling.take([Counter(throttling.keyed("mail-network", network), MAIL_NETWORK)])
    return throttling.may_take([Counter(throttling.keyed("mail", address.value), MAIL)])


def link(path: str) -> str:
    """Return the full address of a page; it depends on the settings alone, never on a request."""
    return get_settings().public_url.rstrip("/") + path


def find_reset(token: str) -> tokens.Issued | None:
    """Look at a link for a new password without using it."""
    return tokens.find(("reset",), token)


def reset_password(
    *, token: str, password_hash: str, browser: Browser, now: datetime
) -> tuple[str, str]:
    """Use a link up: new password, address confirmed. Returns public id and session token."""
    used = tokens.use(("reset",), token)
    person = people.find_person(used.person_id) if used and used.person_id else None
    if used is None or person is None or person.erased_at:
        raise NotFound(USED_UP, todo=ASK_AGAIN)
    if person.suspended_at:
        raise Forbidden(SUSPENDED, todo=SPEAK)
    address = parse_address(used.address)
    if address and people.find_person_by_address(used.address) == person:
        accounts.hold_address(person.id, address, confirmed_at=now)
    opened = set_password(
        person_id=person.id, password_hash=password_hash, browser=browser, now=now
    )
    return person.public_id, opened


def forget_old(*, now: datetime) -> None:
    """Remove sessions that ran out."""
    db.session.execute(delete(SignInSession).where(SignInSession.expires_at < now))

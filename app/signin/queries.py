"""What can be asked about sessions. The first query runs in every request of a signed-in person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, or_, select

from app.accounts import queries as accounts
from app.accounts.models import Address, Person, RoleGrant
from app.kernel.actors import Actor, Grant
from app.kernel.db import db
from app.signin import rules
from app.signin.models import SignInSession


@dataclass(frozen=True)
class OpenSession:
    """A browser's session and the person in it, found by the cookie's token."""

    id: int
    actor: Actor
    remembered: bool
    is_previous: bool
    rotated_at: datetime
    seen_at: datetime
    expires_at: datetime
    mfa_at: datetime | None


@dataclass(frozen=True)
class WaitingSession:
    """A browser in which the password was right and the second step is still to come."""

    person_id: int
    public_id: str
    remembered: bool


@dataclass(frozen=True)
class SessionView:
    """A session in its owner's list."""

    id: int
    device: str
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True)
class Credentials:
    """Who holds an address, and what is needed to let them in."""

    person_id: int
    public_id: str
    password_hash: str | None
    is_suspended: bool
    confirmed: bool


_S, _P, _G = (model.__table__.c for model in (SignInSession, Person, RoleGrant))
# Asked by every page of somebody signed in: built once, and of plain tables, which costs a tenth.
_SESSION = (
    select(
        _S.id,
        _S.token_hash,
        _S.remembered,
        _S.rotated_at,
        _S.seen_at,
        _S.expires_at,
        _S.mfa_at,
        _P.id.label("person_id"),
        _P.public_id,
        _P.name,
        _P.name_ar,
        _P.language,
        _G.role,
        _G.scope,
        _G.scope_id,
    )
    .select_from(SignInSession.__table__)
    .join(
        Person.__table__,
        and_(
            _P.id == _S.person_id,
            _P.epoch == _S.epoch,
            _P.suspended_at.is_(None),
            _P.erased_at.is_(None),
        ),
    )
    .outerjoin(RoleGrant.__table__, _G.person_id == _P.id)
    .where(
        or_(_S.token_hash == bindparam("hash"), _S.previous_hash == bindparam("hash")),
        _S.expires_at > bindparam("now"),
        _S.waits.is_(False),
    )
    .order_by(_G.id)
)


def find_session(token: str, *, language: str, now: datetime) -> OpenSession | None:
    """Return session, person and roles in one statement; None when the token opens nothing.

    A suspended or erased person, an older epoch, a browser silent for too long and one that waits
    for the second step open nothing.
    """
    hashed = rules.token_hash(token)
    rows = db.session.execute(_SESSION, {"hash": hashed, "now": now}).all()
    if not rows:
        return None
    first = rows[0]
    grants = tuple(Grant(row.role, row.scope, row.scope_id) for row in rows if row.role)
    actor = Actor(
        first.person_id,
        first.public_id,
        accounts.display_name(first, language),
        first.language,
        grants,
        first.id,
    )
    return OpenSession(
        first.id,
        actor,
        first.remembered,
        first.token_hash != hashed,
        first.rotated_at,
        first.seen_at,
        first.expires_at,
        first.mfa_at,
    )


def find_waiting(token: str, *, now: datetime) -> WaitingSession | None:
    """Return whose second step a browser's token waits for, or None."""
    row = db.session.execute(
        select(Person.id, Person.public_id, SignInSession.remembered)
        .join(
            Person, and_(Person.id == SignInSession.person_id, Person.epoch == SignInSession.epoch)
        )
        .where(
            SignInSession.token_hash == rules.token_hash(token),
            SignInSession.waits,
            SignInSession.expires_at > now,
            Person.suspended_at.is_(None),
            Person.erased_at.is_(None),
        )
    ).first()
    return WaitingSession(*row) if row else None


def find_mfa(session_id: int) -> datetime | None:
    """Return when a session's second step was taken, None when none was."""
    return db.session.scalar(select(SignInSession.mfa_at).where(SignInSession.id == session_id))


def list_sessions(person_id: int, *, now: datetime) -> list[SessionView]:
    """Return where a person is signed in, the latest first."""
    rows = db.session.execute(
        select(
            SignInSession.id,
            SignInSession.device,
            SignInSession.created_at,
            SignInSession.seen_at,
        )
        .join(
            Person, and_(Person.id == SignInSession.person_id, Person.epoch == SignInSession.epoch)
        )
        .where(
            SignInSession.person_id == person_id,
            SignInSession.expires_at > now,
            SignInSession.waits.is_(False),
        )
        .order_by(SignInSession.seen_at.desc(), SignInSession.id.desc())
        .limit(100)
    )
    return [SessionView(*row) for row in rows]


def find_credentials(address: str) -> Credentials | None:
    """Return what a normalized address opens, or None. Erased people hold no address."""
    row = db.session.execute(
        select(
            Person.id,
            Person.public_id,
            Person.password_hash,
            Person.suspended_at.is_not(None),
            Address.confirmed_at.is_not(None),
        )
        .join(Address, Address.person_id == Person.id)
        .where(Address.value == address)
    ).first()
    return Credentials(*row) if row else None


def find_password(person_id: int) -> str | None:
    """Return the hash of a person's password, None when they have none."""
    return db.session.scalar(select(Person.password_hash).where(Person.id == person_id))

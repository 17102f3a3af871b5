"""Issuing secrets and using them up. Everything here assumes a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update

from app.kernel import clock
from app.kernel.db import db
from app.settings import get_settings
from app.tokens import rules
from app.tokens.models import Token


@dataclass(frozen=True)
class Issued:
    """What a secret was issued for."""

    id: int
    purpose: str
    person_id: int | None
    address: str
    data: dict[str, Any]


_COLUMNS = (Token.id, Token.purpose, Token.person_id, Token.address, Token.data)


def issue(
    purpose: str,
    *,
    lasts: timedelta,
    now: datetime,
    person_id: int | None = None,
    address: str = "",
    data: dict[str, Any] | None = None,
    code: bool = False,
) -> str:
    """Return a new secret for a link, or with `code` one to be typed beside its address."""
    secret = rules.new_code() if code else rules.new_secret()
    hashed = _hash(secret, address) if code else rules.secret_hash(secret)
    db.session.add(
        Token(
            purpose=purpose,
            secret_hash=hashed,
            person_id=person_id,
            address=address,
            data=data or {},
            created_at=now,
            expires_at=now + lasts,
        )
    )
    return secret


def _hash(code: str, address: str) -> str:
    return rules.code_hash(code, address, str(get_settings().secret_key))


def find(purposes: Sequence[str], secret: str, *, address: str | None = None) -> Issued | None:
    """Look at a secret without using it. With an address it is a code."""
    row = db.session.execute(select(*_COLUMNS).where(*_open(purposes, secret, address))).first()
    return Issued(*row) if row else None


def use(purposes: Sequence[str], secret: str, *, address: str | None = None) -> Issued | None:
    """Use a secret up and return what it was for; None when it was used, ran out or never was.

    One statement, so that of two at once only one succeeds.
    """
    row = db.session.execute(
        update(Token)
        .where(*_open(purposes, secret, address))
        .values(used_at=clock.now())
        .returning(*_COLUMNS)
        .execution_options(synchronize_session=False)
    ).first()
    return Issued(*row) if row else None


def use_alone(purposes: Sequence[str], secret: str, *, address: str | None = None) -> Issued | None:
    """Do as `use`, while others with secrets of the same address wait for this transaction."""
    found = find(purposes, secret, address=address)
    if found is None:
        return None
    db.session.execute(
        select(Token.id).where(Token.address == found.address).order_by(Token.id).with_for_update()
    ).all()
    return use(purposes, secret, address=address)


def _open(purposes: Sequence[str], secret: str, address: str | None) -> list[Any]:
    hashed = rules.secret_hash(secret) if address is None else _hash(secret, address)
    return [
        Token.secret_hash == hashed,
        Token.purpose.in_(purposes),
        Token.used_at.is_(None),
        Token.expires_at > clock.sql_now(),
    ]


def void(*, person_id: int, purposes: Sequence[str]) -> None:
    """Make the person's unused secrets for these purposes worthless."""
    db.session.execute(
        delete(Token).where(
            Token.person_id == person_id, Token.purpose.in_(purposes), Token.used_at.is_(None)
        )
    )


def void_address(*, address: str, purposes: Sequence[str]) -> None:
    """Make the unused secrets of an address for these purposes worthless."""
    db.session.execute(
        delete(Token).where(
            Token.address == address, Token.purpose.in_(purposes), Token.used_at.is_(None)
        )
    )


def find_latest(purpose: str, *, address: str) -> Issued | None:
    """Return the newest open thing of that purpose for an address."""
    row = db.session.execute(
        select(*_COLUMNS)
        .where(
            Token.address == address,
            Token.purpose == purpose,
            Token.used_at.is_(None),
            Token.expires_at > clock.sql_now(),
        )
        .order_by(Token.id.desc())
        .limit(1)
    ).first()
    return Issued(*row) if row else None


def count(purpose: str, *, address: str) -> int:
    """Return how many secrets of that purpose are open for an address."""
    return (
        db.session.scalar(
            select(func.count(Token.id)).where(
                Token.address == address,
                Token.purpose == purpose,
                Token.used_at.is_(None),
                Token.expires_at > clock.sql_now(),
            )
        )
        or 0
    )


def forget_old(*, now: datetime) -> None:
    """Remove what ran out, and what was used more than a day ago, with all that it held."""
    old = now - timedelta(days=1)
    db.session.execute(delete(Token).where(Token.expires_at < now))
    db.session.execute(delete(Token).where(Token.used_at < old))

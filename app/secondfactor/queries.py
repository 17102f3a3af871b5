"""What can be asked about second steps."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.kernel.db import db
from app.secondfactor import rules
from app.secondfactor.models import SecondFactor
from app.tokens import services as tokens


@dataclass(frozen=True)
class Setting:
    """How far a person's second step is: being set up (`key` to show), or on since a moment."""

    key: bytes | None
    confirmed_at: datetime | None
    codes_left: int = 0


def is_on(person_id: int) -> bool:
    """Tell whether a person is asked for a code after the password."""
    found = db.session.scalar(
        select(SecondFactor.person_id).where(
            SecondFactor.person_id == person_id, SecondFactor.confirmed_at.is_not(None)
        )
    )
    return found is not None


def find_setting(person_id: int, *, now: datetime) -> Setting | None:
    """Return a person's second step, None when there is none and none is being set up."""
    row = db.session.execute(
        select(SecondFactor.sealed, SecondFactor.created_at, SecondFactor.confirmed_at).where(
            SecondFactor.person_id == person_id
        )
    ).first()
    if row is None:
        return None
    if row.confirmed_at:
        left = tokens.count("recovery", address=recovery_address(person_id))
        return Setting(None, row.confirmed_at, left)
    fresh = now - row.created_at < rules.SET_UP_LASTS
    key = rules.unseal(row.sealed, person_id) if fresh else None
    return Setting(key, None) if key else None


def recovery_address(person_id: int) -> str:
    """Return the name under which a person's codes on paper are kept."""
    return f"person:{person_id}"

"""Counting tries. Everything here assumes a transaction, so that tries at once are all counted."""

import hashlib
import hmac
import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, func, select, update

from app.kernel import clock
from app.kernel.db import db, insert_into
from app.kernel.errors import TooMany
from app.kernel.i18n import say_n
from app.settings import get_settings
from app.throttling.models import Throttle
from app.throttling.rules import Limit, delay


@dataclass(frozen=True)
class Counter:
    """Something that is counted, and how much of it is free."""

    key: str
    limit: Limit


def keyed(kind: str, *parts: str, digits: int = 40) -> str:
    """Return a key that names nobody. With few digits several things share a key, on purpose."""
    text = "\n".join((kind, *parts)).encode()
    secret = f"throttle:{get_settings().secret_key!s}".encode()
    return f"{kind}:{hmac.new(secret, text, hashlib.sha256).hexdigest()[:digits]}"


def wait_for(counters: Iterable[Counter], *, now: datetime | None = None) -> int:
    """Return how many seconds the next try has to wait, 0 when it may be made now."""
    now = now or clock.now()
    limits = {c.key: c.limit for c in counters}
    rows = db.session.execute(
        select(Throttle.key, Throttle.count, Throttle.last_at, Throttle.until)
        .where(Throttle.key.in_(sorted(limits)), Throttle.until > now)
        .order_by(Throttle.key)
        .with_for_update()
    ).all()
    waits = [
        min((last_at - now).total_seconds() + delay(limits[key], count), _left(until, now))
        for key, count, last_at, until in rows
        if delay(limits[key], count)  # a try at once with ours may be a little later: no wait
    ]
    return max(0, *(math.ceil(wait) for wait in waits)) if waits else 0


def _left(until: datetime, now: datetime) -> float:
    return (until - now).total_seconds()


def count(counters: Iterable[Counter], *, now: datetime | None = None) -> None:
    """Count one try on each."""
    now = now or clock.now()
    for counter in sorted(counters, key=lambda c: c.key):
        until = now + timedelta(seconds=counter.limit.window)
        fresh = Throttle.until <= now
        statement = insert_into(Throttle).values(key=counter.key, count=1, last_at=now, until=until)
        db.session.execute(
            statement.on_conflict_do_update(
                index_elements=["key"],
                set_={
                    "count": case((fresh, 1), else_=Throttle.count + 1),
                    "until": case((fresh, until), else_=Throttle.until),
                    "last_at": now,
                },
            )
        )


def _open(counters: Iterable[Counter], now: datetime) -> None:
    """Make sure that there are rows to lock: the first tries at once wait for each other too."""
    rows = [
        {"key": key, "count": 0, "last_at": now, "until": now}
        for key in sorted({counter.key for counter in counters})
    ]
    db.session.execute(
        insert_into(Throttle).values(rows).on_conflict_do_nothing(index_elements=["key"])
    )


def take(counters: Iterable[Counter], *, now: datetime | None = None) -> None:
    """Count one try on each, or raise TooMany and count nothing."""
    counters, now = list(counters), now or clock.now()
    _open(counters, now)
    if wait := wait_for(counters, now=now):
        raise TooMany(
            say_n(
                "There were too many tries. Nothing is locked: wait %(n)s second and try again.",
                "There were too many tries. Nothing is locked: wait %(n)s seconds and try again.",
                wait,
            ),
            wait=wait,
        )
    count(counters, now=now)


def may_take(counters: Iterable[Counter], *, now: datetime | None = None) -> bool:
    """Count one try on each and return True, or count nothing and return False."""
    counters, now = list(counters), now or clock.now()
    _open(counters, now)
    if wait_for(counters, now=now):
        return False
    count(counters, now=now)
    return True


def count_slowed(kind: str, limit: Limit, *, now: datetime | None = None) -> int:
    """Return how many things of a kind are tried so often at present that they have to wait."""
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Throttle)
            .where(
                Throttle.key.startswith(f"{kind}:", autoescape=True),
                Throttle.count >= limit.free,
                Throttle.until > (now or clock.now()),
            )
        )
        or 0
    )


def give_back(counters: Iterable[Counter]) -> None:
    """Take one try back from each: it was no failure."""
    for key in sorted({counter.key for counter in counters}):  # in the order in which all lock
        db.session.execute(
            update(Throttle)
            .where(Throttle.key == key, Throttle.count > 0)
            .values(count=Throttle.count - 1)
        )


def forget(counters: Iterable[Counter]) -> None:
    """Begin to count these anew."""
    db.session.execute(delete(Throttle).where(Throttle.key.in_([c.key for c in counters])))


def forget_old(*, now: datetime) -> None:
    """Remove counters whose window is over."""
    db.session.execute(delete(Throttle).where(Throttle.until <= now))

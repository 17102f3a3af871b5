"""Passwords, how long a browser stays signed in, and where one may be sent afterwards."""

import hashlib
import hmac
import re
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.accounts.rules import parse_address
from app.settings import get_settings

MIN_PASSWORD = 10
MAX_PASSWORD = 256
REMEMBERED = timedelta(days=30)
ROTATE_AFTER = timedelta(hours=24)
GRACE = timedelta(seconds=60)
WAITING = timedelta(minutes=10)
"""How long the second step may take after the password."""
IDLE = {
    "admin": timedelta(minutes=30),
    "office": timedelta(minutes=30),
    "manager": timedelta(minutes=30),
    "partner": timedelta(hours=2),
    "instructor": timedelta(hours=2),
}
IDLE_LEARNER = timedelta(hours=12)
DEVICES_KEPT = 8

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_UNKNOWN = "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$" + "A" * 43
_COMMON = Path(__file__).with_name("common_passwords.txt")
verifications = 0
"""How many passwords this process has verified, those of unknown accounts included."""


@lru_cache
def _turns() -> threading.Semaphore:
    return threading.Semaphore(max(1, get_settings().password_hashes_at_once))


@dataclass(frozen=True)
class Try:
    """A try to sign in: who, with what, from where. `known_devices` is the browser's cookie."""

    address: str
    password: str
    network: str
    known_devices: str = ""

    @property
    def normalized(self) -> str:
        """Return the address as it is kept, or as it was typed when it is none."""
        parsed = parse_address(self.address)
        return parsed.value if parsed else self.address.strip().lower()[:254]


@dataclass(frozen=True)
class Browser:
    """The browser that signs in: its words for the list, its present token, what it carries."""

    device: str = ""
    old_token: str = ""
    carried: dict[str, Any] | None = None


def hash_password(password: str) -> str:
    """Return the hash to keep. Slow on purpose: never inside a transaction."""
    with _turns():
        return _hasher.hash(password)


def verify_password(kept: str | None, password: str) -> bool:
    """Tell whether the password fits; as slow for an account that does not exist (None)."""
    global verifications
    with _turns():
        verifications += 1
        try:
            return _hasher.verify(kept or _UNKNOWN, password[:MAX_PASSWORD]) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def fresh_hash(kept: str | None, password: str) -> str | None:
    """Return a hash under today's parameters when the kept one was made under others."""
    if kept is None or not _hasher.check_needs_rehash(kept):
        return None
    return hash_password(password)


@lru_cache
def _common() -> frozenset[str]:
    return frozenset(_COMMON.read_text(encoding="utf-8").split())


def password_fault(password: str, words: Iterable[str] = ()) -> Literal["short", "common"] | None:
    """Say why a password will not do. `words` are the person's own: name, address."""
    if len(password) < MIN_PASSWORD:
        return "short"
    plain = password.casefold()
    own = {word.casefold() for word in words if len(word) >= 4}
    bare = re.sub(r"[\W\d_]+", "", plain)
    if plain in _common() or plain in own or bare in own or len(set(plain)) < 4:
        return "common"
    stem = plain.rstrip("0123456789!.*@#?-_$")
    return "common" if stem in _common() and len(plain) - len(stem) <= 6 else None


def token_hash(token: str) -> str:
    """Return what is kept of a session's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def rotated(token: str) -> str:
    """Return the token that follows this one: the same for requests that arrive together."""
    key = f"rotate:{get_settings().secret_key!s}".encode()
    return hmac.new(key, token.encode(), hashlib.sha256).hexdigest()


def idle(roles: Iterable[str], remembered: bool) -> timedelta:
    """Return how long a browser may be silent before it is signed out."""
    shortest = min((IDLE[role] for role in roles if role in IDLE), default=None)
    if shortest is not None:
        return shortest
    return REMEMBERED if remembered else IDLE_LEARNER


def standing(
    *, is_previous: bool, rotated_at: datetime, seen_at: datetime, now: datetime
) -> Literal["good", "lost", "stolen"]:
    """Say what it means that a session's present or previous token is shown.

    The previous one is good while requests sent before the rotation may be under way. Later it is
    `lost` when the answer with the new token never arrived (the new one was never used), and
    `stolen` when somebody else uses the new one.
    """
    if not is_previous or now - rotated_at <= GRACE:
        return "good"
    return "stolen" if seen_at > rotated_at else "lost"


def safe_path(target: str | None) -> str | None:
    """Return the target when it is a path of this site, else None. The only judge of `next`."""
    if not target or len(target) > 2000:
        return None
    plain = unquote(target)
    if any(ord(c) < 33 or ord(c) == 127 or c == "\\" for c in plain):
        return None
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return None
    good = target.startswith("/") and not plain.startswith("//") and not target.startswith("//")
    return target if good else None


_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def device_words(user_agent: str) -> str:
    """Return browser and system, `Firefox · Android`; empty when neither is known."""
    found = []
    for table in (_BROWSERS, _SYSTEMS):
        found += [name for sign, name in table if sign in user_agent][:1]
    return " · ".join(found)


def _mark(device: str, person: str) -> str:
    key = f"device:{get_settings().secret_key!s}".encode()
    return hmac.new(key, f"{device}\n{person}".encode(), hashlib.sha256).hexdigest()[:20]


def known_device(cookie: str, person: str) -> str | None:
    """Return the browser's own id when the person signed in there before, else None."""
    device, _, marks = cookie.partition(".")
    mark = _mark(device, person)
    known = any(hmac.compare_digest(mark, found) for found in marks.split("-"))
    return device if device and known else None


def with_known_person(cookie: str, person: str, fresh: str) -> str:
    """Return the browser's cookie once the person signed in there; `fresh` is an id if needed."""
    device, _, marks = cookie.partition(".")
    if not re.fullmatch(r"[\w-]{16,64}", device, re.ASCII):
        device, marks = fresh, ""
    mark = _mark(device, person)
    others: Sequence[str] = [m for m in marks.split("-") if re.fullmatch(r"[0-9a-f]{20}", m)]
    kept = [mark, *(m for m in others if m != mark)][:DEVICES_KEPT]
    return f"{device}.{'-'.join(kept)}"

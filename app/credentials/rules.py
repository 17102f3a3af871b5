"""How a credential stands, how a typed number is read, and what two documents differ in. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

MOST_REASON = 500
_NUMBER = re.compile(r"[A-Za-z0-9_-]{22}")
State = Literal["valid", "revoked", "replaced", "expired", "erased"]


class Standing(Protocol):
    """What the state depends on."""

    name: str
    name_ar: str
    revoked_at: datetime | None
    replaced_at: datetime | None
    expires_at: datetime | None


def state_of(found: Standing, now: datetime) -> State:
    """Return how a credential stands; what was taken back stays so for good."""
    if found.revoked_at:
        return "revoked"
    if found.replaced_at:
        return "replaced"
    if not (found.name or found.name_ar):
        return "erased"
    if found.expires_at and found.expires_at <= now:
        return "expired"
    return "valid"


def read_number(typed: str) -> str:
    """Return the number in what somebody typed, or in an address; "" when there is none."""
    path = urlsplit(typed.strip()).path if "/" in typed else typed
    last = path.strip().strip("/").rsplit("/", 1)[-1].removesuffix(".json").replace(" ", "")
    return last if _NUMBER.fullmatch(last) else ""


def said_by(document: Mapping[str, Any]) -> dict[str, str]:
    """Return what a credential says, by the words of `Fact`; whatever its shape, never raises."""
    subject = _dict(document.get("credentialSubject"))
    achievement = _dict(subject.get("achievement"))
    found = {
        "number": read_number(_text(document.get("id"))),
        "course": _text(achievement.get("name")),
        "cohort": _text(subject.get("term")),
        "person": ", ".join(
            _text(one.get("identityHash"))
            for one in _dicts(subject.get("identifier"))
            if one.get("identityType") == "name"
        ),
        "earned": _text(document.get("awardedDate"))[:10],
        "until": _text(document.get("validUntil"))[:10],
    }
    for one in _dicts(subject.get("result")):
        key = _text(one.get("resultDescription")).rsplit(":", 1)[-1]
        if key in ("hours", "level"):
            found[key] = _text(one.get("value"))
    for one in _dicts(document.get("evidence")):
        if one.get("genre") in ("center", "sponsor"):
            found[one["genre"]] = _text(one.get("name"))
    return found


def differences(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return (fact, what the paper says, what the record says) for each that differs."""
    said, kept = said_by(theirs), said_by(ours)
    return [
        (key, said.get(key, ""), kept.get(key, ""))
        for key in FACTS
        if said.get(key, "") != kept.get(key, "")
    ]


FACTS = (
    "person", "course", "level", "hours", "cohort", "center", "sponsor", "earned", "until",
    "number",
)  # fmt: skip


def _dict(thing: Any) -> dict[str, Any]:
    return thing if isinstance(thing, dict) else {}


def _dicts(thing: Any) -> list[dict[str, Any]]:
    found = thing if isinstance(thing, list) else [thing]
    return [one for one in found if isinstance(one, dict)]


def _text(thing: Any) -> str:
    return thing[:300] if isinstance(thing, str) else ""

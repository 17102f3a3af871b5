"""The verdict on a file with nothing but keys and lists: no site, no network, no database. Pure."""

import base64
import json
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.credentials import baking, proofs, rules, statements
from app.credentials.documents import SLOTS
from app.credentials.proofs import Outcome

VALID, NOT_GENUINE, COUNTS_NO_MORE, EXPIRED, UNSURE = 0, 1, 3, 4, 5
"""What the command exits with; 2 is for arguments that cannot be."""
_LIST = re.compile(r"https?://[^/#?]+(?:/[^#?]*)?/credentials/status/([0-9]{1,5})")
_BROKEN = {
    Outcome.UNSIGNED: "This certificate is not signed in the way that counts.",
    Outcome.UNKNOWN_KEY: "This certificate is signed with a key that is not among those given.",
    Outcome.BROKEN: "This certificate was changed after it was signed, or was never signed.",
}


@dataclass(frozen=True)
class KnownList:
    """A list of credentials that count no more: its address, as of when it is, its bits."""

    address: str
    as_of: str
    bits: bytes

    def marks(self, index: int) -> bool:
        """Tell whether a place is marked."""
        return bool(self.bits[index // 8] & 0x80 >> index % 8)


@dataclass(frozen=True)
class Trusted:
    """What a check believes: keys by name, lists by issuer and number."""

    keys: Mapping[str, Ed25519PublicKey]
    lists: Mapping[tuple[str, int], KnownList] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """The verdict: what the command exits with, a sentence, as of when, and what the file says."""

    code: int
    sentence: str
    as_of: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)


class Unusable(ValueError):
    """These are no keys, or no list that they signed."""


def trust(did: Mapping[str, Any], listed: Iterable[Mapping[str, Any]]) -> Trusted:
    """Return the keys of a `did.json`, and the lists that they signed. Raises Unusable."""
    keys = {}
    try:
        for one in did["verificationMethod"]:
            key = proofs.read_multikey(one["publicKeyMultibase"])
            if key is not None and one["id"].startswith(f"{did['id']}#"):
                keys[one["id"]] = key
    except (KeyError, TypeError, AttributeError) as error:
        raise Unusable("this is no did.json") from error
    lists = {}
    for document in listed:
        known = _read_list(document, keys)
        number = _LIST.fullmatch(known.address)
        if number is None:
            raise Unusable("this is no list of a site like this one")
        lists[proofs.issuer_of(document) or "", int(number[1])] = known
    return Trusted(keys, lists)


def _read_list(document: Mapping[str, Any], keys: Mapping[str, Ed25519PublicKey]) -> KnownList:
    try:
        if proofs.check(document, keys.get) is not Outcome.GOOD:
            raise Unusable("a list was not signed with these keys")
        subject = document["credentialSubject"]
        packed = base64.urlsafe_b64decode(subject["encodedList"].removeprefix("u") + "==")
        bits = zlib.decompressobj(31).decompress(packed, SLOTS // 8 + 1)
        right = (subject["type"], subject["statusPurpose"]) == ("BitstringStatusList", "revocation")
        found = KnownList(document["id"], document["validFrom"], bits)
    except (KeyError, TypeError, AttributeError, ValueError, zlib.error) as error:
        raise error if isinstance(error, Unusable) else Unusable("this is no list") from error
    if not right or len(bits) != SLOTS // 8:
        raise Unusable("this is no list of what was revoked")
    return found


def verify(content: bytes, trusted: Trusted, now: datetime) -> Finding:
    """Return the verdict on a credential, a picture with one in it, or a statement."""
    if len(content) > baking.MOST_BYTES:
        return Finding(NOT_GENUINE, "This file is too large for a certificate.")
    try:
        if content.startswith(baking.PNG) or baking.begins_as_xml(content):
            content = baking.read_badge(content)
        text = content.decode("utf-8-sig").strip()
        if text.startswith("{"):
            return _on_document(json.loads(text), trusted, now)
        return _on_statement("".join(text.rpartition("#")[2].split()), trusted, now.date())
    except baking.NoBadge:
        return Finding(NOT_GENUINE, "There is no certificate in this picture.")
    except (ValueError, TypeError, RecursionError):
        return Finding(NOT_GENUINE, "This is no certificate: it cannot be read as one.")


def _on_document(document: Mapping[str, Any], trusted: Trusted, now: datetime) -> Finding:
    if "OpenBadgeCredential" not in document.get("type", []):
        raise ValueError("a credential of another kind")
    outcome = proofs.check(document, trusted.keys.get)
    if outcome is not Outcome.GOOD:
        return _broken(outcome)
    status = document.get("credentialStatus")
    status = status if isinstance(status, dict) else {}
    number = _LIST.fullmatch(str(status.get("statusListCredential", "")))
    index = str(status.get("statusListIndex", ""))
    known = None
    if number and re.fullmatch("[0-9]{1,6}", index) and int(index) < SLOTS:
        known = trusted.lists.get((proofs.issuer_of(document) or "", int(number[1])))
        known = known if known and known.address == number[0] else None
    until = str(document.get("validUntil", ""))
    is_over = bool(until) and datetime.fromisoformat(until) <= now
    return _standing(known, int(index) if known else 0, is_over, rules.said_by(document))


def _on_statement(text: str, trusted: Trusted, today: date) -> Finding:
    outcome, made = statements.check(text, trusted.keys.get)
    if outcome is not Outcome.GOOD:
        return _broken(outcome)
    pairs = {
        "person": (made.name, made.name_ar),
        "course": (made.title, made.title_ar),
        "center": (made.center, made.center_ar),
        "sponsor": (made.sponsor, made.sponsor_ar),
    }
    facts = {
        "number": made.number,
        **{name: " · ".join(filter(None, pair)) for name, pair in pairs.items()},
        "level": made.level,
        "hours": format(made.minutes / 60, ".4g"),
        "earned": made.earned_on.isoformat(),
        "until": made.until.isoformat() if made.until else "",
    }
    known = trusted.lists.get((made.method.partition("#")[0], made.status_list))
    is_over = made.until is not None and made.until < today
    return _standing(known, made.status_index, is_over, facts)


def _broken(outcome: Outcome) -> Finding:
    return Finding(NOT_GENUINE, _BROKEN[outcome])


def _standing(
    known: KnownList | None, index: int, is_over: bool, facts: Mapping[str, str]
) -> Finding:
    as_of = known.as_of if known else ""
    if known and known.marks(index):
        code, sentence = COUNTS_NO_MORE, "It is genuine, and was revoked or replaced."
    elif is_over:
        code, sentence = EXPIRED, "It is genuine, and has expired."
    elif known:
        code, sentence = VALID, "This certificate is valid."
    else:
        code, sentence = UNSURE, "It is genuine; whether it still counts is not known."
    return Finding(code, sentence, as_of, {name: said for name, said in facts.items() if said})

"""Signing and checking JSON-LD with Ed25519: Data Integrity, suite eddsa-rdfc-2022. Pure.

Only this suite is made and accepted, so that nobody chooses a weaker one. What a context does not
know would not be signed: such documents are refused, at both ends.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.credentials.contexts import Unreadable

SUITE = "eddsa-rdfc-2022"
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519 = b"\xed\x01"
_PROOF = {"type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "proofValue"}


class Outcome(Enum):
    """What checking a signature showed."""

    GOOD = "good"
    UNSIGNED = "unsigned"
    """No proof of the one kind that counts."""
    UNKNOWN_KEY = "unknown key"
    BROKEN = "broken"
    """The key is known, and the document is not what it signed."""


def base58(data: bytes) -> str:
    """Return bytes in the alphabet of multibase `z`."""
    number, text = int.from_bytes(data, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = _ALPHABET[rest] + text
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + text


def unbase58(text: str) -> bytes:
    """Return the bytes again. Raises ValueError."""
    number = 0
    for sign in text:
        number = number * 58 + _ALPHABET.index(sign)
    zeros = len(text) - len(text.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8, "big")


def multikey(public: Ed25519PublicKey) -> str:
    """Return a public key as a Multikey."""
    return "z" + base58(_ED25519 + public.public_bytes_raw())


def read_multikey(text: str) -> Ed25519PublicKey | None:
    """Return the key that `multikey` was given; None for anything else."""
    if len(text) > 100 or not text.startswith("z"):
        return None
    try:
        raw = unbase58(text[1:])
        return Ed25519PublicKey.from_public_bytes(raw[2:]) if raw.startswith(_ED25519) else None
    except ValueError:
        return None


def canonical(document: Mapping[str, Any]) -> bytes:
    """Return the statements of a document in their one order. Raises Unreadable."""
    from app.credentials.canonical import canonize  # PyLD takes 5 MB where nothing is signed

    return canonize(document)


def sign(
    document: Mapping[str, Any], key: Ed25519PrivateKey, method: str, created: datetime
) -> dict[str, Any]:
    """Return the document with a proof; `method` names the key. Raises Unreadable."""
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": stamp(created),
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    value = "z" + base58(key.sign(_digest(document, proof)))
    return {**document, "proof": {**proof, "proofValue": value}}


def stamp(moment: datetime) -> str:
    """Return a moment as credentials write it: UTC, to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _digest(document: Mapping[str, Any], proof: Mapping[str, Any]) -> bytes:
    config = canonical({"@context": document["@context"], **proof})
    return hashlib.sha256(config).digest() + hashlib.sha256(canonical(document)).digest()


def proof_of(document: Mapping[str, Any]) -> dict[str, str] | None:
    """Return the one proof of a document if it is of the one kind that counts."""
    proof = document.get("proof")
    if isinstance(proof, list) and len(proof) == 1:
        proof = proof[0]
    if not isinstance(proof, dict) or set(proof) != _PROOF:
        return None
    fixed = (proof["type"], proof["cryptosuite"], proof["proofPurpose"])
    if fixed != ("DataIntegrityProof", SUITE, "assertionMethod"):
        return None
    return proof if all(isinstance(value, str) for value in proof.values()) else None


def check(
    document: Mapping[str, Any], find_key: Callable[[str], Ed25519PublicKey | None]
) -> Outcome:
    """Tell whether a document is what its proof says; `find_key` knows keys by name.

    The key must be one of the document's issuer. Raises Unreadable.
    """
    proof = proof_of(document)
    if proof is None or "@context" not in document:
        return Outcome.UNSIGNED
    method = proof["verificationMethod"]
    mine = hmac.compare_digest(method.split("#")[0].encode(), (issuer_of(document) or "").encode())
    key = find_key(method) if mine else None
    if key is None:
        return Outcome.UNKNOWN_KEY
    plain = {name: value for name, value in document.items() if name != "proof"}
    config = {name: value for name, value in proof.items() if name != "proofValue"}
    try:
        key.verify(unbase58(proof["proofValue"][1:101]), _digest(plain, config))
    except (InvalidSignature, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        return Outcome.BROKEN
    return Outcome.GOOD if proof["proofValue"].startswith("z") else Outcome.BROKEN


def issuer_of(document: Mapping[str, Any]) -> str | None:
    """Return who a document says has issued it."""
    issuer = document.get("issuer")
    found = issuer.get("id") if isinstance(issuer, dict) else issuer
    return found if isinstance(found, str) else None


def base64url(data: bytes) -> str:
    """Return bytes as multibase `u` has them, without the letter."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

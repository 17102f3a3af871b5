"""The heads of the audit trail as they are kept outside the database: signed lines. Pure.

A line is JSON: when, which site, length and head of each chain, the hash of the line before, and
an Ed25519 signature over all of that in one canonical form.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

Heads = Mapping[int, tuple[int, str]]


@dataclass(frozen=True)
class KeptHeads:
    """What one line says, and what is wrong with the line itself (empty when it is good)."""

    at: str
    heads: Heads
    fault: str = ""


def _canonical(content: dict[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def line_hash(line: str) -> str:
    """Return what the next line names this one by; empty for no line."""
    return hashlib.sha256(line.strip().encode()).hexdigest() if line.strip() else ""


def write_line(
    heads: Heads, *, at: datetime, site: str, before: str, key: Ed25519PrivateKey
) -> str:
    """Return the signed line for these heads; it holds no space and no line break."""
    content: dict[str, Any] = {
        "at": at.isoformat(timespec="seconds"),
        "before": line_hash(before),
        "heads": {str(center): [length, head] for center, (length, head) in heads.items()},
        "site": site,
    }
    signature = base64.b64encode(key.sign(_canonical(content))).decode()
    return _canonical({**content, "signature": signature}).decode()


def read_line(line: str, key: Ed25519PublicKey) -> KeptHeads:
    """Return what a line says; its fault says whether the site's key signed it."""
    try:
        content = json.loads(line)
        at = str(content["at"])
        heads = {int(c): (int(length), str(head)) for c, (length, head) in content["heads"].items()}
        signature = base64.b64decode(content.pop("signature"), validate=True)
    except (ValueError, TypeError, KeyError, AttributeError):
        return KeptHeads("", {}, "it cannot be read")
    try:
        key.verify(signature, _canonical(content))
    except InvalidSignature:
        return KeptHeads(at, heads, "its signature is not of this site's key")
    return KeptHeads(at, heads)


def read_lines(lines: Iterable[str], key: Ed25519PublicKey, *, whole: bool) -> list[KeptHeads]:
    """Return what lines say. In a `whole` file each must name the one before it."""
    found, before = [], ""
    for line in (given.strip() for given in lines):
        if not line:
            continue
        kept = read_line(line, key)
        if whole and not kept.fault and json.loads(line).get("before") != line_hash(before):
            kept = KeptHeads(kept.at, kept.heads, "a line before it was removed or changed")
        found.append(kept)
        before = line
    return found

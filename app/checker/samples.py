"""Certificates to try a verifier on: valid, revoked and tampered with, in every form. Pure.

They are signed by keys that are thrown away, of an issuer that does not exist.
"""

import base64
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.credentials import baking, documents, proofs, statements

ISSUER = documents.Issuer("https://certificates.example.org", "Example")
KINDS = ("valid", "revoked", "tampered")
REVOKED_AT = 7


def make(now: datetime) -> dict[str, bytes]:
    """Return the files by name: certificates, the keys and the list."""
    private = Ed25519PrivateKey.generate()
    keys = documents.keys_document(ISSUER, [(1, proofs.multikey(private.public_key()))])
    listed = documents.list_document(1, [REVOKED_AT], ISSUER, now)
    files = {
        "did.json": _packed(keys),
        "status-1.json": _packed(_signed(listed, private, now)),
    }
    for place, kind in enumerate(KINDS):
        award = _award(bytes([place + 1] * 16), REVOKED_AT if kind == "revoked" else 40, now)
        document = _signed(documents.document_of(award, ISSUER), private, now)
        made = statements.compose(award, ISSUER, 1)
        text = statements.sign(made, private)
        if kind == "tampered":
            document["credentialSubject"]["result"][1]["value"] = "advanced"
            better = statements.encode(replace(made, level="advanced"))
            _, _, signature = statements.read(text)
            text = statements.write_text(better + signature)
        files |= {f"{kind}.{form}": content for form, content in _forms(document, text)}
    return files


def _award(number: bytes, index: int, now: datetime) -> documents.Award:
    return documents.Award(
        base64.urlsafe_b64encode(number).decode().rstrip("="),
        ["Amina El Idrissi", "أمينة الإدريسي"],
        documents.identity_of("amina@example.org", "example"),
        {
            "title": {"fr": "Python et données", "ar": "بايثون والبيانات"},
            "summary": {},
            "source": "fr",
            "slug": "python-donnees",
            "revision": "ab" * 32,
            "level": "beginner",
            "hours": 40.0,
            "skills": [],
            "cohort": "DA-7",
            "center": ["Kénitra", "القنيطرة"],
            "sponsor": [],
            "why": {"fr": "Cours terminé."},
            "earned_at": proofs.stamp(now),
        },
        now,
        None,
        1,
        index,
    )


def _signed(document: Mapping[str, Any], key: Ed25519PrivateKey, now: datetime) -> dict[str, Any]:
    return proofs.sign(document, key, ISSUER.method(1), now)


def _packed(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _forms(document: Mapping[str, Any], text: str) -> Iterator[tuple[str, bytes]]:
    """Go through the forms of a certificate; its pictures show its code."""
    address, packed = ISSUER.statement(text), _packed(document)
    picture: Any = io.BytesIO()
    statements.make_qr(address).save(picture, kind="png", scale=4, border=4)
    yield "json", packed
    yield "txt", address.encode()
    yield "png", baking.bake_png(picture.getvalue(), packed.decode())
    yield "svg", baking.bake_svg(statements.draw_qr(address), packed.decode()).encode()

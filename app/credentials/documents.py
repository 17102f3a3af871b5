"""What is signed: a credential, the list of those that count no more, the keys. Pure.

Open Badges 3.0 on Verifiable Credentials 2.0; what is in it and why: docs/decisions/0014.
"""

import gzip
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

from app.credentials.contexts import BADGES, CREDENTIALS, EXTENSIONS
from app.credentials.proofs import base64url, stamp

SLOTS = 131_072
"""Places in one list of credentials that count no more: the least that the standard allows."""
FRAMEWORKS = {
    "DigComp": "https://joint-research-centre.ec.europa.eu/digcomp",
    "ESCO": "https://esco.europa.eu",
    "EQF": "https://europass.europa.eu/europass-digital-tools/european-qualifications-framework",
}


@dataclass(frozen=True)
class Issuer:
    """The site that signs."""

    url: str
    name: str

    @property
    def did(self) -> str:
        """Return the site's name as an issuer."""
        return "did:web:" + quote(urlsplit(self.url).netloc, safe=".-")

    def method(self, number: int) -> str:
        """Return the name of one of the site's keys."""
        return f"{self.did}#key-{number}"

    def credential(self, public_id: str) -> str:
        """Return the address of a credential."""
        return f"{self.url}/credentials/{public_id}"

    def statement(self, text: str) -> str:
        """Return the address that a printed code holds: what follows the `#` reaches no server."""
        return f"{self.url}/c/#{text}"

    def status_list(self, number: int) -> str:
        """Return the address of a list of credentials that count no more."""
        return f"{self.url}/credentials/status/{number}"


@dataclass(frozen=True)
class Award:
    """What a credential says; `facts` as `services.facts_of` froze them."""

    public_id: str
    names: Sequence[str]
    identity: Mapping[str, str] | None
    facts: Mapping[str, Any]
    issued_at: datetime
    expires_at: datetime | None
    status_list: int
    status_index: int


def identity_of(email: str, salt: str) -> dict[str, str]:
    """Return an e-mail address as Open Badges hold it: who knows it can recognize it."""
    digest = hashlib.sha256(f"{email.strip().lower()}{salt}".encode()).hexdigest()
    return {"hash": f"sha256${digest}", "salt": salt}


def document_of(award: Award, issuer: Issuer) -> dict[str, Any]:
    """Return the credential, not signed yet."""
    facts = award.facts
    here = issuer.status_list(award.status_list)
    title = " · ".join(dict.fromkeys(facts["title"].values()))
    expires = {"validUntil": stamp(award.expires_at)} if award.expires_at else {}
    return {
        "@context": [CREDENTIALS, BADGES, EXTENSIONS],
        "id": issuer.credential(award.public_id),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": title,
        "issuer": {
            "id": issuer.did, "type": ["Profile"], "name": issuer.name, "url": issuer.url
        },
        "validFrom": stamp(award.issued_at),
        "awardedDate": facts["earned_at"],
        **expires,
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": _identifiers(award),
            **({"term": facts["cohort"]} if facts["cohort"] else {}),
            "achievement": _achievement(award, issuer, title),
            "result": [
                {"type": ["Result"], "resultDescription": _result_id(award, key), "value": value}
                for key, _, value in _results(facts)
            ],
        },
        "evidence": [
            {"type": ["Evidence"], "genre": genre, "name": name}
            for genre in ("center", "sponsor")
            if (name := " · ".join(filter(None, facts[genre])))
        ],
        "credentialSchema": [
            {
                "id": "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/"
                "ob_v3p0_achievementcredential_schema.json",
                "type": "1EdTechJsonSchemaValidator2019",
            }
        ],
        "credentialStatus": {
            "id": f"{here}#{award.status_index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(award.status_index),
            "statusListCredential": here,
        },
    }  # fmt: skip


def _identifiers(award: Award) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "type": "IdentityObject", "hashed": False, "identityType": "name",
            "identityHash": name,
        }
        for name in award.names
    ]  # fmt: skip
    if award.identity:
        found.append(
            {
                "type": "IdentityObject",
                "hashed": True,
                "identityType": "emailAddress",
                "identityHash": award.identity["hash"],
                "salt": award.identity["salt"],
            }
        )
    return found


def _results(facts: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return [
        ("hours", "ext:Hours", format(facts["hours"], "g")),
        ("level", "ext:Level", str(facts["level"])),
    ]


def _result_id(award: Award, key: str) -> str:
    return f"urn:credential:{award.public_id}:{key}"


def _achievement(award: Award, issuer: Issuer, title: str) -> dict[str, Any]:
    facts = award.facts
    source = facts["source"]
    address = f"{issuer.url}/{source}/courses/{facts['slug']}"
    return {
        "id": f"{address}#{facts['revision'][:12]}",
        "type": ["Achievement"],
        "achievementType": "CertificateOfCompletion",
        "inLanguage": source,
        "name": title,
        "description": facts["summary"].get(source) or title,
        "version": facts["revision"],
        "criteria": {"narrative": facts["why"].get(source) or next(iter(facts["why"].values()))},
        "alignment": [
            {
                "type": ["Alignment"],
                "targetName": f"{skill['framework']} {skill['version']} {skill['code']}",
                "targetUrl": FRAMEWORKS.get(skill["framework"], address),
                "targetCode": skill["code"],
                "targetFramework": f"{skill['framework']} {skill['version']}",
            }
            for skill in facts["skills"]
        ],
        "resultDescription": [
            {
                "id": _result_id(award, key),
                "type": ["ResultDescription"],
                "name": key.capitalize(),
                "resultType": kind,
            }
            for key, kind, _ in _results(facts)
        ],
    }


def list_document(
    number: int, indexes: Iterable[int], issuer: Issuer, at: datetime
) -> dict[str, Any]:
    """Return the list of credentials that count no more, not signed yet."""
    bits = bytearray(SLOTS // 8)
    for index in indexes:
        bits[index // 8] |= 0x80 >> index % 8  # the first place is the most significant bit
    here = issuer.status_list(number)
    return {
        "@context": [CREDENTIALS],
        "id": here,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer.did,
        "validFrom": stamp(at),
        "credentialSubject": {
            "id": f"{here}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": "u" + base64url(gzip.compress(bytes(bits), mtime=0)),
        },
    }


def keys_document(issuer: Issuer, keys: Sequence[tuple[int, str]]) -> dict[str, Any]:
    """Return `did.json`: every key that ever signed, by number."""
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": issuer.did,
        "verificationMethod": [
            {
                "id": issuer.method(number),
                "type": "Multikey",
                "controller": issuer.did,
                "publicKeyMultibase": public,
            }
            for number, public in keys
        ],
        "assertionMethod": [issuer.method(number) for number, _ in keys],
    }

"""A credential as its pages show it, in the language of the moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from app.accounts.queries import display_name
from app.catalog.routes import LEVEL_NAMES
from app.credentials.documents import Issuer
from app.credentials.hooks import CredentialLink, CredentialPictures
from app.credentials.models import Credential
from app.credentials.rules import state_of
from app.kernel import i18n
from app.kernel.hooks import hooks
from app.kernel.i18n import ZONE, Sentence, say

STATES = {
    "valid": (say("Valid"), "mint"),
    "revoked": (say("Revoked"), "clay"),
    "replaced": (say("Replaced"), "plain"),
    "expired": (say("Expired"), "plain"),
    "erased": (say("Erased"), "plain"),
}
FACTS = {
    "person": say("Person"),
    "course": say("Course"),
    "level": say("Level"),
    "hours": say("Hours"),
    "cohort": say("Cohort"),
    "center": say("Center"),
    "sponsor": say("Financed by"),
    "earned": say("Earned on"),
    "until": say("Counts until"),
    "number": say("Number"),
}


@dataclass(frozen=True)
class Shown:
    """What a page says of a credential; `other` is the name in the other script, if any."""

    number: str
    name: str
    other: str
    course: str
    level: Sentence | str
    hours: float
    cohort: str
    center: str
    sponsor: str
    why: str
    earned_on: date
    until: date | None
    state: Sentence
    tone: str
    is_standing: bool
    is_signed: bool
    is_private: bool


def show(row: Credential, now: datetime, *, is_signed: bool = False) -> Shown:
    """Return a credential for a page; `is_signed` where its file can be had."""
    facts, language = row.facts, i18n.language.get()
    state = state_of(row, now)
    name = display_name(row)
    label, tone = STATES[state]
    return Shown(
        row.public_id,
        name or "–",
        next((one for one in (row.name, row.name_ar) if one and one != name), ""),
        _said(facts["title"], facts["source"], language),
        LEVEL_NAMES.get(facts["level"], ""),
        facts["hours"],
        facts["cohort"],
        _named(facts["center"], language),
        _named(facts["sponsor"], language),
        _said(facts["why"], facts["source"], language),
        datetime.fromisoformat(facts["earned_at"]).astimezone(ZONE).date(),
        (row.expires_at - timedelta(seconds=1)).astimezone(ZONE).date() if row.expires_at else None,
        label,
        tone,
        state in ("valid", "expired"),
        is_signed,
        row.is_private,
    )


def _said(words: dict[str, str], source: str, language: str) -> str:
    return words.get(language) or words.get(source) or next(iter(words.values()), "")


def _named(pair: list[str], language: str) -> str:
    latin, arabic = pair or ("", "")
    return (arabic or latin) if language == "ar" else (latin or arabic)


def pictures_of(row: Shown) -> CredentialPictures | None:
    """Return where pictures of a credential are had; None for one that stands no more."""
    found = next((one for _, one in hooks.collect(CredentialPictures)), None)
    return found if row.is_standing and row.is_signed else None


def linkedin_of(row: Shown, address: str, site: str) -> str:
    """Return the address at LinkedIn that adds a credential to the profile of who follows it."""
    given = {
        "startTask": "CERTIFICATION_NAME", "name": row.course, "organizationName": site,
        "issueYear": row.earned_on.year, "issueMonth": row.earned_on.month,
        "certUrl": address, "certId": row.number,
    }  # fmt: skip
    if row.until:
        given |= {"expirationYear": row.until.year, "expirationMonth": row.until.month}
    return f"https://www.linkedin.com/profile/add?{urlencode(given)}"


def described(row: Shown, facts: Mapping[str, Any], site: Issuer) -> dict[str, Any]:
    """Return a credential in the words of schema.org, for search engines and other programs.

    It says nothing of whose it is.
    """
    said = {
        "@context": "https://schema.org",
        "@type": "EducationalOccupationalCredential",
        "name": row.course,
        "url": site.credential(row.number),
        "identifier": row.number,
        "credentialCategory": "certificate",
        "educationalLevel": facts["level"],
        "validFrom": row.earned_on.isoformat(),
        "expires": row.until.isoformat() if row.until else "",
        "recognizedBy": {"@type": "Organization", "name": site.name, "url": site.url},
        "competencyRequired": [
            {
                "@type": "DefinedTerm",
                "termCode": skill["code"],
                "inDefinedTermSet": f"{skill['framework']} {skill['version']}",
            }
            for skill in facts["skills"]
        ],
    }
    return {name: value for name, value in said.items() if value}


def links_of(page: str) -> list[CredentialLink]:
    """Return what stands beside a credential on a page, in its order."""
    found = [one for _, one in hooks.collect(CredentialLink) if one.page == page]
    return sorted(found, key=lambda one: one.order)

"""A credential as its pages show it, in the language of the moment."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.accounts.queries import display_name
from app.catalog.routes import LEVEL_NAMES
from app.credentials.hooks import CredentialLink
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
    )


def _said(words: dict[str, str], source: str, language: str) -> str:
    return words.get(language) or words.get(source) or next(iter(words.values()), "")


def _named(pair: list[str], language: str) -> str:
    latin, arabic = pair or ("", "")
    return (arabic or latin) if language == "ar" else (latin or arabic)


def links_of(page: str) -> list[CredentialLink]:
    """Return what stands beside a credential on a page, in its order."""
    found = [one for _, one in hooks.collect(CredentialLink) if one.page == page]
    return sorted(found, key=lambda one: one.order)

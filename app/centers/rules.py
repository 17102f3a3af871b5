"""What needs no database: rows of lists, names for addresses, a center's standing, clean text."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from app.accounts.rules import display_name
from app.kernel.errors import Invalid
from app.kernel.i18n import language, say, translate

Standing = Literal["planned", "open", "closed"]
MAX_NAME = 120
STATES = ("planned", "open", "closed")
_GAPS = re.compile(r"[^a-z0-9]+")
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_JOINERS = "\u200c\u200d"


@dataclass(frozen=True)
class CenterRow:
    """A center in the list of centers."""

    id: int
    slug: str
    name: str
    name_ar: str
    city: str
    standing: Standing
    opens_on: date | None
    people: int


@dataclass(frozen=True)
class PersonRow:
    """A person of a center as its staff sees them; addresses are hidden in part."""

    id: int
    public_id: str
    name: str
    name_ar: str
    is_suspended: bool
    last_seen_at: datetime | None
    joined_at: datetime
    addresses: tuple[str, ...] = ()
    cohorts: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """Return the name in the script of whoever reads, or the only one there is."""
        return display_name(self.name, self.name_ar, language.get())


@dataclass(frozen=True)
class CohortRow:
    """A cohort in a list."""

    id: int
    public_id: str
    center_id: int
    name: str
    starts_on: date
    ends_on: date
    members: int


@dataclass(frozen=True)
class StaffRow:
    """Somebody who holds a role in a center or a cohort."""

    id: int
    public_id: str
    name: str
    role: str
    email: str = ""


@dataclass(frozen=True)
class PeoplePage:
    """Some people of a center, and the mark after which the next page begins."""

    rows: list[PersonRow] = field(default_factory=list)
    following: str = ""


def slug_of(text: str, limit: int = 60) -> str:
    """Return the text as it may stand in an address; empty when no Latin letter is in it."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _GAPS.sub("-", plain).strip("-")[:limit].strip("-")


CITIES = {
    slug_of(name.text): name
    for name in (
        say("Agadir"),
        say("Béni Mellal"),
        say("Casablanca"),
        say("Dakhla"),
        say("El Jadida"),
        say("Errachidia"),
        say("Fès"),
        say("Kénitra"),
        say("Khouribga"),
        say("Laâyoune"),
        say("Marrakech"),
        say("Meknès"),
        say("Mohammedia"),
        say("Nador"),
        say("Ouarzazate"),
        say("Oujda"),
        say("Rabat"),
        say("Safi"),
        say("Salé"),
        say("Settat"),
        say("Tanger"),
        say("Tétouan"),
    )
}
"""Cities that have a name in each language; others are shown as they were typed."""


def city_name(city: str) -> str:
    """Return the name of a city in the language of whoever reads."""
    return translate(CITIES.get(slug_of(city), city))


def is_slug(text: str) -> bool:
    """Tell whether the text can stand in an address as it is."""
    return bool(text) and len(text) <= 60 and slug_of(text) == text


def clean_line(text: str) -> str:
    """Return one line without control and direction characters, gaps made single."""
    kept = "".join(
        " " if c.isspace() else c
        for c in unicodedata.normalize("NFC", text)
        if c.isspace() or c in _JOINERS or unicodedata.category(c) not in _UNSEEN
    )
    return " ".join(kept.split())


def clean_text(text: str) -> str:
    """Return several lines, each cleaned; at most one empty line in a row."""
    lines = [clean_line(line) for line in text.replace("\r\n", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def standing(state: str, opens_on: date | None, today: date) -> Standing:
    """Return what a center is today: one that opens on a later day is planned until then."""
    if state == "closed":
        return "closed"
    if state == "open" and (opens_on is None or opens_on <= today):
        return "open"
    return "planned"


def mask(value: str) -> str:
    """Return an address so that its owner knows it and nobody else learns it."""
    name, at, domain = value.partition("@")
    if at:
        return f"{name[:1]}•••@{domain}"
    return f"{value[:5]}•••{value[-2:]}" if len(value) > 8 else "•••"


def formula_safe(value: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else value


def starts_like_formula(value: str) -> bool:
    """Tell whether a spreadsheet would take the text for a formula."""
    return value.lstrip(" ")[:1] in ("=", "+", "-", "@") or value[:1] in ("\t", "\r")


def like(text: str) -> str:
    """Return a pattern for LIKE with `\\` as the escape that finds the text anywhere."""
    plain = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"


def check_names(name: str, name_ar: str) -> tuple[str, str]:
    """Return both names cleaned. Raises Invalid when both are empty or one is too long."""
    name, name_ar = clean_line(name), clean_line(name_ar)
    if not (name or name_ar):
        raise Invalid(say("A name is missing, in Latin or in Arabic letters."))
    if max(len(name), len(name_ar)) > MAX_NAME:
        raise Invalid(say("A name has at most %(most)s characters.", most=MAX_NAME))
    return name or name_ar, name_ar


def check_slug(slug: str) -> None:
    """Raise Invalid for what cannot stand in an address."""
    if not is_slug(slug):
        raise Invalid(
            say("A short name has small Latin letters, figures and single hyphens only."),
            todo=say("For instance: kenitra, da-7."),
        )


def check_dates(starts_on: date, ends_on: date) -> None:
    """Raise Invalid for an end before the beginning."""
    if ends_on < starts_on:
        raise Invalid(say("The last day comes before the first: nothing was changed."))


def check_state(state: str) -> str:
    """Return the state of a center. Raises Invalid for a word that is none."""
    if state not in STATES:
        raise Invalid(say("A center is planned, open or closed."))
    return state


def write_csv(rows: Iterable[Iterable[object]]) -> str:
    """Return rows as CSV that no spreadsheet takes for formulas, with a mark for UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([formula_safe("" if cell is None else str(cell)) for cell in row])
    return "\ufeff" + out.getvalue()

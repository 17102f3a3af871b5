"""What stands on paper, as values: cleaned, bounded, in French and Arabic. Pure."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.content.media import pixels
from app.kernel.i18n import Sentence, format_date, format_number, say

MOST_BYTES = 200_000
"""A certificate weighs at most so much: it is sent through phones."""
MOST_WORDS = 200
MOST_PICTURE_BYTES = 60_000
MOST_PIXELS = 2_000_000
_LONG_WORD = 24
_STARTS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_JOINERS = "\u200c\u200d"
COLORS = {
    "ocean": {"night": "#1E2670", "main": "#2E3A9F"},
    "mint": {"night": "#0B3D32", "main": "#0A6650"},
    "clay": {"night": "#5E2410", "main": "#A93F1C"},
}


@dataclass(frozen=True)
class Signatory:
    """Who signs by hand, and as what, in both scripts."""

    name: str = ""
    role: str = ""
    name_ar: str = ""
    role_ar: str = ""


@dataclass(frozen=True)
class Logo:
    """A picture, and whose logo it is: what a screen reader says."""

    content: bytes
    alt: str


@dataclass(frozen=True)
class Look:
    """What a template adds to every certificate that is printed with it."""

    color: str = "ocean"
    sentence: str = ""
    sentence_ar: str = ""
    signatories: tuple[Signatory, ...] = ()
    logos: tuple[Logo, ...] = ()


@dataclass(frozen=True)
class Place:
    """A place for a logo, and whose it is: a new picture, one that is kept by id, or nothing."""

    alt: str = ""
    content: bytes = b""
    kept: int = 0


def stored(look: Look, places: Sequence[tuple[int, str] | None]) -> dict[str, Any]:
    """Return a look as it is kept; each place names a picture and whose logo it is."""
    return {
        "color": look.color,
        "sentence": look.sentence,
        "sentence_ar": look.sentence_ar,
        "signatories": [vars(one) for one in look.signatories],
        "logos": [{"picture": one[0], "alt": one[1]} if one else None for one in places],
    }


def restored(content: Mapping[str, Any], pictures: Mapping[int, bytes]) -> Look:
    """Return a look again, with the pictures that it names, by id."""
    return Look(
        content["color"],
        content["sentence"],
        content["sentence_ar"],
        tuple(Signatory(**one) for one in content["signatories"]),
        tuple(Logo(pictures[one["picture"]], one["alt"]) for one in content["logos"] if one),
    )


@dataclass(frozen=True)
class Sheet:
    """One certificate as it is printed. `code` is what the QR holds, `address` where it is checked.

    `title`, `center` and `sponsor` are pairs: in French, in Arabic.
    """

    name: str
    name_ar: str
    title: tuple[str, str]
    level: str
    hours: float
    cohort: str
    center: tuple[str, str]
    sponsor: tuple[str, str]
    earned_on: date
    until: date | None
    issuer: str
    number: str
    address: str
    check_page: str
    code: str
    look: Look = field(default_factory=Look)


def values_of(sheet: Sheet) -> dict[str, Any]:
    """Return what the page is made of: plain text, each of it clean and not too long."""
    look = sheet.look
    sentences = (look.sentence, look.sentence_ar)
    return {
        "document": {
            "title": f"Certificat : {plain(sheet.name or sheet.name_ar)}",
            "author": plain(sheet.issuer),
        },
        "colors": COLORS.get(look.color, COLORS["ocean"]),
        "logos": [{"bytes": [*logo.content], "alt": plain(logo.alt)} for logo in look.logos],
        "issuer": plain(sheet.issuer, 60),
        "name": plain(sheet.name),
        "name_ar": plain(sheet.name_ar),
        "level": sheet.level,
        "cohort": plain(sheet.cohort, 80),
        "fr": _column(sheet, "fr", 0, sentences),
        "ar": _column(sheet, "ar", 1, sentences),
        "signatories": [
            {key: plain(text, 60) for key, text in vars(one).items()} for one in look.signatories
        ],
        "number": sheet.number,
        "address": sheet.address,
        "check_page": sheet.check_page,
    }


def _column(sheet: Sheet, lang: str, at: int, sentences: Sequence[str]) -> dict[str, str]:
    return {
        "course": plain(sheet.title[at]),
        "hours": format_number(sheet.hours, lang) if sheet.hours else "",
        "center": plain(sheet.center[at], 120),
        "sponsor": plain(sheet.sponsor[at], 120),
        "sentence": plain(sentences[at]),
        "earned": format_date(sheet.earned_on, lang),
        "until": format_date(sheet.until, lang) if sheet.until else "",
    }


def plain(text: str, most: int = MOST_WORDS) -> str:
    """Return a text on one line without signs that cannot be seen; words too long may break."""
    signs = (
        sign if sign in _JOINERS or not unicodedata.category(sign).startswith("C") else " "
        for sign in unicodedata.normalize("NFC", text)
    )
    words = "".join(signs).split()
    kept = " ".join(words)
    if len(kept) > most:
        words = (kept[: most - 1].rstrip() + "…").split()
    return " ".join(_breakable(word) for word in words)


def _breakable(word: str) -> str:
    parts = [word[at : at + _LONG_WORD] for at in range(0, len(word), _LONG_WORD)]
    return "\u200b".join(parts)


def refuse_picture(content: bytes) -> Sentence | None:
    """Return why a logo is not taken, or None: told by its first bytes, nothing is unpacked."""
    if not content.startswith(_STARTS):
        return say("A logo is a PNG or JPEG picture. Nothing was kept.")
    width, height = pixels(content)
    if len(content) > MOST_PICTURE_BYTES or not 0 < width * height <= MOST_PIXELS:
        return say(
            "A logo weighs at most 60 kB and has at most 2 million pixels. Nothing was kept."
        )
    return None


def in_both(texts: Mapping[str, str], source: str) -> tuple[str, str]:
    """Return a text of a course in French and in Arabic; what is missing, in its own language."""
    own = texts.get(source) or next(iter(texts.values()), "")
    return texts.get("fr") or own, texts.get("ar") or own


def both_names(pair: Sequence[str]) -> tuple[str, str]:
    """Return a name in Latin and in Arabic script, the other one where only one is there."""
    latin, arabic = pair or ("", "")
    return latin or arabic, arabic or latin

"""When two short texts are the same answer, in French, Arabic and English.

Patterns run in RE2, whose time grows with the length of the text and with nothing else.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Any

import re2

MAX_LENGTH = 1_000
MAX_PATTERN = 200

_REMOVED = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u2069\u061c\ufeff\u0640"  # marks that nobody sees, tatweel
    "\u064b-\u065f\u0670\u06d6-\u06ed]"  # vowel signs
)
_SIGNS = str.maketrans(
    {
        "’": "'", "‘": "'", "ʼ": "'", "`": "", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
        "–": "-", "—": "-", "−": "-", "\u2010": "-", "\u2011": "-", "،": ",", "؛": ";", "؟": "?",
        "œ": "oe", "æ": "ae", "ß": "ss",
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه",
        "ک": "ك", "ڭ": "ك", "گ": "ك",
        **{sign: str(n % 10) for n, sign in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")},
    }
)  # fmt: skip
_BEFORE_SIGNS = re.compile(r"\s+(?=[:;,.!?%)\]])")
_EDGES = " \t\n\"'.,;:!?"


def tidy(text: str) -> str:
    """Return the text with single spaces and without signs that nobody sees."""
    plain = unicodedata.normalize("NFKC", text[:MAX_LENGTH])
    return " ".join(_REMOVED.sub("", plain).split()) if text else ""


def fold(text: str) -> str:
    """Return what is left of a text when case, accents, vowel signs and quotes do not count."""
    plain = tidy(text).casefold().translate(_SIGNS)
    plain = "".join(
        sign for sign in unicodedata.normalize("NFD", plain) if not unicodedata.combining(sign)
    )
    plain = unicodedata.normalize("NFC", " ".join(_BEFORE_SIGNS.sub("", plain).split()))
    return plain.strip(_EDGES) or plain


def is_pattern(text: str) -> bool:
    """Tell whether an accepted answer is a pattern: /colou?r/."""
    return len(text) > 2 and text.startswith("/") and text.endswith("/")


@lru_cache(maxsize=1_000)
def compile_pattern(text: str, exact: bool) -> Any:
    """Return a pattern ready to match; raises ValueError when it cannot be used."""
    if len(text) > MAX_PATTERN + 2:
        raise ValueError("too long")
    options = re2.Options()
    options.case_sensitive = exact
    options.log_errors = False
    options.max_mem = 1 << 20
    try:
        return re2.compile(text[1:-1], options)
    except re2.error as mistake:
        raise ValueError(_said(mistake)) from None


def _said(mistake: Exception) -> str:
    reason = mistake.args[0] if mistake.args else ""
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)


def same(given: str, accepted: str, exact: bool) -> bool:
    """Tell whether an answer is the accepted one, or matches it where it is a pattern."""
    if len(given) > MAX_LENGTH:
        return False
    if is_pattern(accepted):
        pattern = compile_pattern(accepted, exact)
        forms = {tidy(given)} if exact else {tidy(given), fold(given)}
        return any(pattern.fullmatch(form) is not None for form in forms)
    if exact:
        return tidy(given) == tidy(accepted.strip("`"))
    return fold(given) == fold(accepted)

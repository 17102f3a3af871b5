"""Names and addresses as people write them, and which role stands below which."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

import phonenumbers

REGION = "MA"
NAME_LENGTH = 100
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\"\\]{1,64}@(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}")
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"

BELOW: dict[str, tuple[str, ...]] = {
    "admin": ("learner", "instructor", "manager", "partner", "office"),
    "manager": ("learner", "instructor"),
}
STAFF = ("instructor", "manager", "partner", "office", "admin")


@dataclass(frozen=True)
class ParsedAddress:
    """An address in the one way in which it is kept: lower-case e-mail, or E.164 number."""

    kind: Literal["email", "phone"]
    value: str


def parse_address(text: str) -> ParsedAddress | None:
    """Return what somebody typed as an address, or None when it is neither e-mail nor phone."""
    text = unicodedata.normalize("NFKC", text).strip()
    if "@" in text:
        value = text.lower()
        good = len(value) <= 254 and _EMAIL.fullmatch(value) and ".." not in value
        return ParsedAddress("email", value) if good else None
    try:
        number = phonenumbers.parse(text[:40], REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return ParsedAddress(
        "phone", phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    )


def shown_address(value: str) -> str:
    """Return an address as people read it: phone numbers in groups."""
    if not value.startswith("+"):
        return value
    number = phonenumbers.parse(value, None)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def clean_name(text: str) -> str:
    """Return a name without signs that cannot be seen, in composed form, at most 100 long."""
    text = unicodedata.normalize("NFC", text)
    signs = (
        c if c in _JOINERS or not unicodedata.category(c).startswith("C") else " " for c in text
    )
    return " ".join("".join(signs).split())[:NAME_LENGTH].strip()


def is_arabic(text: str) -> bool:
    """Tell whether the first letter is Arabic."""
    letters = (c for c in text if c.isalpha())
    return unicodedata.name(next(letters, " "), "").startswith("ARABIC")


def sort_names(name: str, name_ar: str) -> tuple[str, str]:
    """Return both names cleaned, each in the place of its script where only one was given."""
    name, name_ar = clean_name(name), clean_name(name_ar)
    if name and not name_ar and is_arabic(name):
        return "", name
    if name_ar and not name and not is_arabic(name_ar):
        return name_ar, ""
    return name, name_ar


def display_name(name: str, name_ar: str, language: str) -> str:
    """Return the name to show to somebody who reads `language`."""
    return (name_ar or name) if language == "ar" else (name or name_ar)


def stands_below(role: str, own: str) -> bool:
    """Tell whether somebody with the role `own` may hand out `role`: only what is strictly less."""
    return role in BELOW.get(own, ())

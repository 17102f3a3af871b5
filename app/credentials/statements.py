"""What a certificate says in so few bytes that a printed code holds it, signed. Pure.

The format is public: docs/certificate-statement.md. One statement has one form: what is read is
refused unless writing it again gives the same bytes, and there is no algorithm to choose.
"""

import base64
import io
import re
import struct
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import segno
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.credentials.documents import SLOTS, Award, Issuer
from app.credentials.proofs import Outcome
from app.kernel.i18n import ZONE

VERSION = 1
DOMAIN = b"certificate statement 1\0"
"""Stands before what is signed, so that no signature made for anything else is one of these."""
LEVELS = ("", "beginner", "intermediate", "advanced")
MOST = 340
"""Bytes that a statement should have at most: a code of them is read from a photocopy."""
LONGEST = 255
MOST_BYTES = 2400
"""Bytes that a statement can have at most, and more."""
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-+$/:"
"""Signs that codes pack densely and addresses hold as they are; the last two end no pair."""
_UNKNOWN = 255
_PLACES = bytes(
    ALPHABET.index(chr(code)) if chr(code) in ALPHABET else _UNKNOWN for code in range(256)
)
_SIGNATURE = 64
_EPOCH = date(1970, 1, 1)
_ISSUER = re.compile(r"[A-Za-z0-9.%-]+")
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_TEXTS = (
    "issuer", "name", "name_ar", "title", "title_ar", "center", "center_ar", "sponsor",
    "sponsor_ar",
)  # fmt: skip
_NUMBERS = {
    "version": 1, "key": 2, "number": 16, "status_list": 2, "status_index": 3, "earned": 2,
    "until": 2, "level": 1, "minutes": 3,
}  # fmt: skip
HEAD = sum(_NUMBERS.values())


class Unreadable(ValueError):
    """This is no statement."""


@dataclass(frozen=True)
class Statement:
    """What a statement says; `issuer` is the rest of `did:web:`, `key` the number of the key.

    Of each pair of words one may be "", which says nothing in that script.
    """

    issuer: str
    key: int
    number: str
    status_list: int
    status_index: int
    earned_on: date
    until: date | None
    level: str
    minutes: int
    name: str
    name_ar: str
    title: str
    title_ar: str
    center: str = ""
    center_ar: str = ""
    sponsor: str = ""
    sponsor_ar: str = ""

    @property
    def method(self) -> str:
        """Return the name of the key that signed it, as `did.json` has it."""
        return f"did:web:{self.issuer}#key-{self.key}"


def compose(award: Award, issuer: Issuer, key: int) -> Statement:
    """Return what a credential says. Where it would be too long, what matters least is shorter."""
    facts, until = award.facts, award.expires_at
    title, title_ar = _title(facts["title"], facts["source"])
    names = [_clean(name) for name in award.names]
    made = Statement(
        issuer.did.removeprefix("did:web:"),
        key,
        award.public_id,
        award.status_list,
        award.status_index,
        datetime.fromisoformat(facts["earned_at"]).astimezone(ZONE).date(),
        (until - timedelta(seconds=1)).astimezone(ZONE).date() if until else None,
        facts["level"] if facts["level"] in LEVELS else "",
        round(facts["hours"] * 60),
        *_by_script(names),
        title,
        title_ar,
        *(_clean(one) for one in facts["center"] or ("", "")),
        *(_clean(one) for one in facts["sponsor"] or ("", "")),
    )
    *longer, shortest = _shorter(made)
    return next((one for one in longer if len(encode(one)) + _SIGNATURE <= MOST), shortest)


def _title(words: Mapping[str, str], source: str) -> tuple[str, str]:
    latin = next((words[one] for one in (source, "fr", "en") if one != "ar" and one in words), "")
    return _clean(latin), _clean(words.get("ar", ""))


def _by_script(names: list[str]) -> tuple[str, str]:
    """Return the name in Latin and the one in Arabic letters."""
    arabic = next((one for one in names if re.search("[\u0600-\u06ff]", one)), "")
    return next((one for one in names if one != arabic), ""), arabic


def _clean(text: str) -> str:
    """Return a text as statements hold it: composed, nothing hidden, cut where it is too long."""
    text = " ".join(_HIDDEN.sub(" ", unicodedata.normalize("NFC", text)).split())
    return _cut(text, LONGEST)


def _cut(text: str, most: int) -> str:
    if len(text.encode()) <= most:
        return text
    return text.encode()[: most - 3].decode(errors="ignore").rstrip() + "…"


def _shorter(made: Statement) -> Iterator[Statement]:
    """Go through shorter forms: without second scripts first, then with titles and names cut."""
    yield made
    for pair in (("sponsor", "sponsor_ar"), ("center", "center_ar"), ("title", "title_ar")):
        if all(getattr(made, one) for one in pair):
            second: dict[str, Any] = {pair[1]: ""}
            made = replace(made, **second)
            yield made
    for most in (90, 60, 30):
        long: dict[str, Any] = {one: _cut(getattr(made, one), most) for one in _TEXTS[3:]}
        made = replace(made, **long)
        yield made


def encode(made: Statement) -> bytes:
    """Return the bytes that are signed. Raises Unreadable for what no statement can say."""
    head = _head(made)
    if any(not 0 <= value < 256 ** _NUMBERS[name] for name, value in head.items()):
        raise Unreadable("a number is out of range")
    texts = [getattr(made, name).encode() for name in _TEXTS]
    if any(len(text) > LONGEST for text in texts):
        raise Unreadable("a text is too long")
    numbers = b"".join(head[name].to_bytes(size, "big") for name, size in _NUMBERS.items())
    return numbers + b"".join(bytes([len(text)]) + text for text in texts)


def _head(made: Statement) -> dict[str, int]:
    return {
        "version": VERSION,
        "key": made.key,
        "number": int.from_bytes(base64.urlsafe_b64decode(made.number + "=="), "big"),
        "status_list": made.status_list,
        "status_index": made.status_index,
        "earned": (made.earned_on - _EPOCH).days,
        "until": (made.until - _EPOCH).days if made.until else 0,
        "level": LEVELS.index(made.level),
        "minutes": made.minutes,
    }


def decode(body: bytes) -> Statement:
    """Return what the signed bytes say. Raises Unreadable for all that is not their one form."""
    head, at = {}, 0
    for name, size in _NUMBERS.items():
        head[name] = int.from_bytes(body[at : at + size], "big")
        at += size
    texts = []
    for _ in _TEXTS:
        if at >= len(body):
            raise Unreadable("it ends early")
        end = at + 1 + body[at]
        texts.append(body[at + 1 : end])
        at = end
    if at != len(body):
        raise Unreadable("its length is wrong")
    _check_numbers(head)
    words = dict(zip(_TEXTS, map(_word, texts), strict=True))
    if not (_ISSUER.fullmatch(words["issuer"]) and words["name"] + words["name_ar"]):
        raise Unreadable("issuer or name is missing")
    if not words["title"] + words["title_ar"]:
        raise Unreadable("the title is missing")
    number = base64.urlsafe_b64encode(head["number"].to_bytes(16, "big")).decode().rstrip("=")
    return Statement(
        key=head["key"],
        number=number,
        status_list=head["status_list"],
        status_index=head["status_index"],
        earned_on=_EPOCH + timedelta(head["earned"]),
        until=_EPOCH + timedelta(head["until"]) if head["until"] else None,
        level=LEVELS[head["level"]],
        minutes=head["minutes"],
        **words,
    )


def _check_numbers(head: Mapping[str, int]) -> None:
    wrong = (
        head["version"] != VERSION
        or not (head["key"] and head["status_list"])
        or head["status_index"] >= SLOTS
        or head["level"] >= len(LEVELS)
    )
    if wrong:
        raise Unreadable("a number is out of range")


def _word(raw: bytes) -> str:
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        raise Unreadable("a text is no UTF-8") from error
    if _HIDDEN.search(text) or unicodedata.normalize("NFC", text) != text:
        raise Unreadable("a text holds hidden or loose signs")
    return text


def write_text(data: bytes) -> str:
    """Return bytes in 41 signs: two bytes in three, the least first; one left over in two."""
    signs = []
    for at in range(0, len(data), 2):
        pair = data[at : at + 2]
        number = int.from_bytes(pair, "big")
        for _ in range(len(pair) + 1):
            number, rest = divmod(number, 41)
            signs.append(ALPHABET[rest])
    return "".join(signs)


def read_text(text: str) -> bytes:
    """Return the bytes again. Raises Unreadable for any other text than `write_text` makes."""
    if len(text) > MOST_BYTES * 3 // 2 or len(text) % 3 == 1:
        raise Unreadable("its length is wrong")
    places = text.encode("ascii", "replace").translate(_PLACES)
    if _UNKNOWN in places:
        raise Unreadable("a sign is unknown")
    whole = len(places) // 3 * 3
    groups = zip(places[:whole:3], places[1:whole:3], places[2:whole:3], strict=True)
    numbers = [first + 41 * second + 1681 * third for first, second, third in groups]
    tail = [places[-2] + 41 * places[-1]] if whole < len(places) else []
    if max(numbers, default=0) > 0xFFFF or max(tail, default=0) > 0xFF:
        raise Unreadable("a group is too large")
    return struct.pack(f">{len(numbers)}H", *numbers) + bytes(tail)


def sign(made: Statement, private: Ed25519PrivateKey) -> str:
    """Return the signed statement as text; `private` is the key that `made.key` numbers.

    Raises Unreadable for what would not be read as it was given.
    """
    body = encode(made)
    if decode(body) != made:
        raise Unreadable("it would be read as another one")
    return write_text(body + private.sign(DOMAIN + body))


def read(text: str) -> tuple[Statement, bytes, bytes]:
    """Return what a text says, the bytes that were signed and the signature. Raises Unreadable."""
    data = read_text(text)
    if len(data) <= HEAD + _SIGNATURE:
        raise Unreadable("it ends early")
    body, signature = data[:-_SIGNATURE], data[-_SIGNATURE:]
    return decode(body), body, signature


def make_qr(address: str) -> segno.QRCode:
    """Return an address as a QR code; what follows the `#` is packed densely if a statement."""
    start, mark, text = address.partition("#")
    parts: Any = [one for one in (start + mark, text) if one]
    return segno.make(parts, error="m", micro=False, boost_error=False)


def draw_qr(address: str) -> str:
    """Return an address as a QR code in SVG, with its quiet edge: dark on light, as cameras want.

    It scales without loss: at 2.5 cm or more a statement is read from a photocopy.
    """
    drawn = io.BytesIO()
    make_qr(address).save(
        drawn, kind="svg", border=4, dark="#000", light="#fff", omitsize=True, xmldecl=False,
        svgclass=None, lineclass=None, nl=False,
    )  # fmt: skip
    return drawn.getvalue().decode()


def check(
    text: str, find_key: Callable[[str], Ed25519PublicKey | None]
) -> tuple[Outcome, Statement]:
    """Tell whether a text is what its key signed, and what it says; `find_key` knows keys by name.

    It says nothing of revocation. Raises Unreadable.
    """
    made, body, signature = read(text)
    key = find_key(made.method)
    if key is None:
        return Outcome.UNKNOWN_KEY, made
    try:
        key.verify(signature, DOMAIN + body)
    except InvalidSignature:
        return Outcome.BROKEN, made
    return Outcome.GOOD, made

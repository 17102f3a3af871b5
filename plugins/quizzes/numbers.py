"""Reads the numbers that people write: `19,5`, `1 000`, `٣٫١٤`, `−2`, `5 DH`."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

MAX_LENGTH = 64
LARGEST = Decimal("1e30")
_DIGITS = {ord(sign): str(n % 10) for n, sign in enumerate("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹")}
_SIGNS = {
    ord("−"): "-", ord("–"): "-", ord("٫"): ".", ord("٬"): "'", ord("’"): "'", ord("،"): ",",
    ord("٪"): "%", ord("\N{ARABIC LETTER MARK}"): None, ord("\N{LEFT-TO-RIGHT MARK}"): None,
    ord("\N{RIGHT-TO-LEFT MARK}"): None,
}  # fmt: skip
_NUMBER = re.compile(r"^[+-]?(?=[.,]?\d)[\d ',.]*(?:[eE][+-]?\d{1,3})?", re.ASCII)
_SPACED = re.compile(r"(?<=\d)[ '](?=\d{3}(?!\d))", re.ASCII)
_GROUPS = re.compile(r"^\d{1,3}(?P<mark>[.,])\d{3}(?:(?P=mark)\d{3})*$", re.ASCII)
_PLAIN = re.compile(r"^\d*\.?\d*$", re.ASCII)
_RANGE = re.compile(r"^(?P<low>.+?)\s*(?:\.\.\.?|…)\s*(?P<high>.+)$")
_AROUND = re.compile(r"^(?P<middle>.+?)\s*(?:±|\+/-|\+-)\s*(?P<by>[^%]+?)\s*(?P<percent>%?)$")


def read_number(text: str, units: Sequence[str] = ()) -> tuple[tuple[Decimal, ...], str]:
    """Return what the number may mean, and the unit behind it that is none of `units`.

    Nothing is returned for what is no number. `1,000` may mean one (French) or a thousand
    (English): both are returned, and whoever compares takes the better one.
    """
    if len(text) > MAX_LENGTH:
        return (), ""
    clean = " ".join(text.translate(_SIGNS).translate(_DIGITS).split())
    clean = re.sub(r"^([+-]) (?=\d)", r"\1", clean)
    found = _NUMBER.match(clean)
    if found is None:
        return (), ""
    rest = clean[found.end() :].strip()
    return tuple(_meanings(found[0].strip())), "" if _is_unit(rest, units) else rest


def _is_unit(rest: str, units: Sequence[str]) -> bool:
    known = {unit.strip().casefold() for unit in units}
    return not rest or rest.casefold() in known or (rest == "%" and not units)


def _meanings(text: str) -> Iterator[Decimal]:
    sign = -1 if text.startswith("-") else 1
    body, _, exponent = text.lstrip("+-").lower().partition("e")
    body = _SPACED.sub("", body)
    seen = set()
    for plain in _plain_forms(body):
        if _PLAIN.match(plain) and plain not in ("", "."):
            value = sign * Decimal(plain).scaleb(int(exponent or 0))
            if abs(value) <= LARGEST and value not in seen:
                seen.add(value)
                yield value


def _plain_forms(body: str) -> Iterator[str]:
    """Yield the number with a point for decimals and nothing between thousands."""
    if "," in body and "." in body:
        mark = "," if body.rindex(",") > body.rindex(".") else "."
        other = "." if mark == "," else ","
        yield body.replace(other, "").replace(mark, ".")
        return
    yield body.replace(",", ".")
    groups = _GROUPS.match(body)
    if groups:
        yield body.replace(groups["mark"], "")


def read_bounds(text: str) -> tuple[Decimal, Decimal] | None:
    """Return what an author accepts: `5`, `19.5 ± 0.01`, `200 ± 5%` or `3..5`; None if unclear."""
    around = _AROUND.match(text)
    if around:
        middle, by = _single(around["middle"]), _single(around["by"])
        if middle is None or by is None or by < 0:
            return None
        if around["percent"]:
            by = abs(middle) * by / 100
        return middle - by, middle + by
    between = _RANGE.match(text)
    if between:
        low, high = _single(between["low"]), _single(between["high"])
        return (low, high) if low is not None and high is not None and low <= high else None
    single = _single(text)
    return None if single is None else (single, single)


def _single(text: str) -> Decimal | None:
    """Return the number as authors write it: the first meaning is the decimal one."""
    meanings, rest = read_number(text.strip())
    return meanings[0] if meanings and not rest else None


def plain(value: Decimal) -> str:
    """Return a number in its shortest form: 19.5, not 19.500 nor 2E+1."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") or "0" if "." in text else text

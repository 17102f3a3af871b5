"""Reads what stands between the braces of a GIFT question."""

import re
from decimal import Decimal
from itertools import pairwise

from app.sdk import Sentence, say
from plugins.question_exchange.items import FORMATS, Choice, Item, Number, Pair, Text

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_FORMAT = re.compile(r"^\s*\[(moodle|html|markdown|plain)\]")
_MARKS = re.compile(r"\\.|[=~]", re.DOTALL)
_GENERAL = re.compile(r"(?<!\\)####")
_HASH = re.compile(r"\\.|#", re.DOTALL)
_WEIGHT = re.compile(r"^\s*%(-?\d{1,3}(?:\.\d{1,9})?)%")
_TRUTH = re.compile(r"^\s*(?P<word>T|F|(?i:true|false))\s*(?=#|$)")
_ARROW = re.compile(r"(?<!\\)->")
_NUMBER = re.compile(r"^[+-]?\d{1,30}(?:[.,]\d{1,30})?(?:[eE][+-]?\d{1,2})?$", re.ASCII)
_EMPTY = Text("", "moodle")


class CannotRead(ValueError):
    """One question cannot be read."""

    def __init__(self, message: Sentence, remedy: Sentence) -> None:
        super().__init__(message.text)
        self.message = message
        self.remedy = remedy


def unescape(text: str) -> str:
    r"""Return the text without GIFT's backslashes; `\n` is a line end."""

    def plain(found: re.Match[str]) -> str:
        sign = found[1]
        return "\n" if sign == "n" else sign if sign in "~=#{}:\\" else found[0]

    return _ESCAPE.sub(plain, text)


def text_of(raw: str, inherited: str) -> Text:
    """Return words with their format, by default the one of the question."""
    found = _FORMAT.match(raw)
    name = found[1] if found else inherited
    body = raw[found.end() :] if found else raw
    if name not in FORMATS:
        name = "moodle"
    body = " ".join(body.split()) if name in ("moodle", "plain") else body.strip()
    return Text(unescape(body), name)


def answers(inside: str, inherited: str) -> Item:
    """Return the kind of question with its answers; its stem comes from elsewhere."""
    general = _GENERAL.search(inside)
    feedback = text_of(inside[general.end() :], inherited) if general else None
    body = inside[: general.start()] if general else inside
    stripped = body.strip()
    if not stripped:
        return Item("essay", _EMPTY, feedback=feedback)
    if stripped.startswith("#"):
        return Item("number", _EMPTY, choices=_numbers(stripped[1:], inherited), feedback=feedback)
    truth = _TRUTH.match(stripped)
    if truth:
        return _truth(truth["word"], stripped[truth.end() :], inherited, feedback)
    return _choices(stripped, inherited, feedback)


def _truth(word: str, rest: str, inherited: str, feedback: Text | None) -> Item:
    first, second = (*_cut_all(rest)[1:3], "", "")[:2]
    return Item(
        "truefalse",
        _EMPTY,
        truth=word.upper().startswith("T"),
        if_wrong=_said(first, inherited),
        if_right=_said(second, inherited),
        feedback=feedback,
    )


def _said(raw: str, inherited: str) -> Text | None:
    text = text_of(raw, inherited)
    return text if text.text else None


def _cut_all(raw: str) -> list[str]:
    """Cut at each # that is not escaped."""
    places = [found.start() for found in _HASH.finditer(raw) if found[0] == "#"]
    edges = [-1, *places, len(raw)]
    return [raw[start + 1 : end] for start, end in pairwise(edges)]


def _pieces(body: str) -> list[tuple[str, str]]:
    """Return (mark, text) for each answer; what has no mark is one right answer."""
    marks = [found.start() for found in _MARKS.finditer(body) if found[0] in "=~"]
    if not marks or body[: marks[0]].strip():
        if marks:
            raise CannotRead(
                say("“%(text)s” stands before the first answer.", text=body[: marks[0]][:40]),
                say("Begin each answer with = or ~; put \\ before one that belongs to the text."),
            )
        return [("=", body)]
    edges = [*marks, len(body)]
    return [(body[start], body[start + 1 : end]) for start, end in pairwise(edges)]


def _choices(body: str, inherited: str, feedback: Text | None) -> Item:
    pieces = _pieces(body)
    only_right = all(mark == "=" for mark, _ in pieces)
    weighted = any(_WEIGHT.match(raw) for _, raw in pieces)
    if only_right and not weighted and all(_ARROW.search(raw) for _, raw in pieces):
        pairs = tuple(_pair(raw, inherited) for _, raw in pieces)
        return Item("match", _EMPTY, pairs=pairs, feedback=feedback)
    choices = tuple(_choice(mark, raw, inherited) for mark, raw in pieces)
    if only_right:
        return Item("text", _EMPTY, choices=choices, feedback=feedback)
    several = not any(choice.right for choice in choices)
    return Item("choice", _EMPTY, choices=choices, several=several, feedback=feedback)


def _pair(raw: str, inherited: str) -> Pair:
    left, right = _ARROW.split(raw, maxsplit=1)
    return Pair(text_of(left, inherited), text_of(right, "plain"))


def _weight(raw: str) -> tuple[Decimal | None, str]:
    found = _WEIGHT.match(raw)
    if found is None:
        return None, raw
    weight = Decimal(found[1])
    if not -100 <= weight <= 100:
        raise CannotRead(
            say("An answer is worth %(weight)s%%.", weight=found[1]),
            say("A weight is from -100 to 100."),
        )
    return weight, raw[found.end() :]


def _choice(mark: str, raw: str, inherited: str) -> Choice:
    weight, rest = _weight(raw)
    words, *comments = _cut_all(rest)
    text = text_of(words, inherited)
    if not text.text:
        raise CannotRead(say("One answer is empty."), say("Write it, or delete its = or ~."))
    return Choice(text, mark == "=", weight, _said("#".join(comments), inherited))


def _numbers(body: str, inherited: str) -> tuple[Choice, ...]:
    if not any(found[0] in "=~" for found in _MARKS.finditer(body)):
        return (_number("=", body, inherited),)
    return tuple(_number(mark, raw, inherited) for mark, raw in _pieces(body.strip()))


def _number(mark: str, raw: str, inherited: str) -> Choice:
    weight, rest = _weight(raw)
    words, *comments = _cut_all(rest)
    feedback = _said("#".join(comments), inherited)
    plain = words.strip()
    if plain in ("", "*"):
        return Choice(Text("*"), mark == "=" and weight is None, weight, feedback)
    number = read_number(plain)
    if number is None:
        raise CannotRead(
            say("“%(text)s” is no number.", text=plain[:40]),
            say("Write 5, 5:0.1 or 4.9..5.1."),
        )
    return Choice(Text(plain, "plain"), mark == "=", weight, feedback, number)


def read_number(text: str) -> Number | None:
    """Return the number of `5`, `5:0.1` or `4.9..5.1`."""
    if ".." in text:
        low, high = (decimal(part) for part in text.split("..", 1))
        return None if low is None or high is None or low > high else Number(low=low, high=high)
    value, _, by = text.partition(":")
    around = decimal(by) if by else None
    middle = decimal(value)
    if middle is None or (by and around is None):
        return None
    return Number(middle, around)


def decimal(text: str) -> Decimal | None:
    """Return a plain number, or None."""
    plain = text.strip().replace(",", ".")
    return Decimal(plain) if _NUMBER.match(plain) else None

"""Reads Moodle's embedded answers: `{1:SHORTANSWER:=Rabat~%50%Rabbat#nearly}`."""

import re
from itertools import pairwise

from app.sdk import say
from plugins.question_exchange.gift_answers import CannotRead, decimal
from plugins.question_exchange.items import GAP, Choice, Gap, Text

MAX_GAPS = 50
_EMBEDDED = re.compile(
    r"\{\d{0,3}:(?P<kind>[A-Z_]{1,20}):(?P<inside>(?:\\.|[^{}\\])*)\}", re.DOTALL
)
_TILDE = re.compile(r"\\.|~", re.DOTALL)
_ANSWER = re.compile(
    r"^(?:(?P<right>=)|%(?P<weight>-?\d{1,3}(?:\.\d+)?)%)?(?P<text>(?:\\.|[^#\\])*)", re.DOTALL
)
_TYPED = ("SHORTANSWER", "SA", "MW", "SHORTANSWER_C", "SAC", "MWC", "NUMERICAL", "NM")
_CHOSEN = (
    "MULTICHOICE", "MC", "MULTICHOICE_V", "MCV", "MULTICHOICE_H", "MCH", "MULTICHOICE_S", "MCS",
)  # fmt: skip


def read(stem: str) -> tuple[str, tuple[Gap, ...]]:
    """Return the text with a mark where a gap is, and the gaps; raises CannotRead."""
    gaps: list[Gap] = []

    def place(found: re.Match[str]) -> str:
        gaps.append(_gap(f"g{len(gaps) + 1}", found["kind"], found["inside"]))
        return GAP.format(key=gaps[-1].key)

    words = _EMBEDDED.sub(place, stem)
    if not gaps or len(gaps) > MAX_GAPS:
        raise CannotRead(
            say("This text has no gap that can be read, or too many."),
            say("Look at it in Moodle; a gap is written {1:SHORTANSWER:=word}."),
        )
    return words, tuple(gaps)


def _gap(key: str, kind: str, inside: str) -> Gap:
    if kind not in (*_TYPED, *_CHOSEN):
        raise CannotRead(
            say("There is no place here for gaps of type “%(type)s”.", type=kind),
            say("Write it again by hand, with another type."),
        )
    tildes = [found.start() for found in _TILDE.finditer(inside) if found[0] == "~"]
    edges = [-1, *tildes, len(inside)]
    choices = tuple(
        choice
        for start, end in pairwise(edges)
        if (choice := _choice(inside[start + 1 : end])) is not None
    )
    typed = kind in _TYPED
    right = tuple(choice for choice in choices if choice.right)
    if not right:
        raise CannotRead(say("A gap has no right answer."), say("Complete the question in Moodle."))
    return Gap(key, right if typed else choices, typed)


def _choice(raw: str) -> Choice | None:
    found = _ANSWER.match(raw)
    if found is None or not found["text"].strip():
        return None
    text = re.sub(r"\\(.)", r"\1", found["text"]).strip()
    weight = decimal(found["weight"]) if found["weight"] else None
    right = bool(found["right"]) or weight == 100
    return Choice(Text(text.split(":")[0] if _is_tolerant(text) else text, "plain"), right)


def _is_tolerant(text: str) -> bool:
    """Tell whether it is a number with a tolerance behind it."""
    value, _, by = text.partition(":")
    return bool(by) and decimal(value) is not None and decimal(by) is not None

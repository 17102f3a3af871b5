"""Writes GIFT. What GIFT has no place for goes into a comment that others pass over."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from plugins.question_exchange import gift
from plugins.question_exchange.conversion import more_for, to_data, without_keys
from plugins.question_exchange.items import Choice, Item, Number, Text
from plugins.question_exchange.outgoing import from_data

_SPECIAL = re.compile(r"[~=#{}:\\]")
_NEEDS_FORMAT = re.compile(r"^\s*(?:\[|%|$)")
NATIVE = frozenset({"choice", "truefalse", "text", "number", "match", "essay"})
"""Other kinds are written as essays that only this platform reads back as they were."""


def write(questions: Iterable[Mapping[str, Any]]) -> bytes:
    """Return a file of the questions, given in their plain form."""
    return "\n".join(_question(without_keys(data)) for data in questions).encode("utf-8")


def _question(data: dict[str, Any]) -> str:
    item = from_data(data)
    text = f"// [id:{_in_mark(item.id)}]{_tags(item)}\n"
    body = _written(item)
    (back,) = gift.read((text + body).encode("utf-8")).items
    native, _ = to_data(back)
    more = more_for(data, native)
    comment = json.dumps(more, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text + (f"// rihla {comment}\n" if more else "") + body


def _tags(item: Item) -> str:
    return "".join(f" [tag:{_in_mark(tag)}]" for tag in item.tags)


def _in_mark(text: str) -> str:
    return re.sub(r"([\]\\])", r"\\\1", " ".join(text.split()))


def _written(item: Item) -> str:
    stem = f"::{escape(item.id)}::[markdown]{escape(item.stem.text)}"
    general = f"\n\t####{_said(item.feedback)}" if item.feedback else ""
    return f"{stem}{{{_answers(item)}{general}\n}}\n"


def _answers(item: Item) -> str:
    if item.kind == "truefalse":
        word = "TRUE" if item.truth else "FALSE"
        comments = [_said(item.if_wrong), _said(item.if_right)]
        return word + ("#" + "#".join(comments) if any(comments) else "")
    if item.kind == "number":
        return "#" + _lines(item.choices)
    if item.kind == "match":
        pairs = (f"\n\t={escape(p.left.text)} -> {escape(p.right.text)}" for p in item.pairs)
        return "".join(pairs)
    return _lines(item.choices) if item.kind in NATIVE else ""


def _lines(choices: Sequence[Choice]) -> str:
    return "".join(f"\n\t{_choice(choice)}" for choice in choices)


def _choice(choice: Choice) -> str:
    typed = choice.number is not None or choice.text.format == "plain"
    mark = "=" if choice.right or (typed and choice.weight is not None) else "~"
    weight = "" if choice.weight is None else f"%{choice.weight:f}%"
    feedback = f"#{_said(choice.feedback)}" if choice.feedback else ""
    return f"{mark}{weight}{_text(choice)}{feedback}"


def _text(choice: Choice) -> str:
    if choice.number is not None:
        return _number(choice.number)
    words = escape(choice.text.text)
    if choice.text.format == "plain":
        return words
    return f"[markdown]{words}" if _NEEDS_FORMAT.match(words) else words


def _number(number: Number) -> str:
    if number.low is not None and number.high is not None:
        return f"{number.low:f}..{number.high:f}"
    by = f":{number.tolerance:f}" if number.tolerance is not None else ""
    return f"{number.value:f}{by}"


def _said(text: Text | None) -> str:
    if text is None:
        return ""
    words = escape(text.text)
    return f"[markdown]{words}" if _NEEDS_FORMAT.match(words) else words


def escape(text: str) -> str:
    r"""Return words that GIFT takes as they are; line ends become `\n`."""
    return _SPECIAL.sub(lambda sign: "\\" + sign[0], text).replace("\n", "\\n")

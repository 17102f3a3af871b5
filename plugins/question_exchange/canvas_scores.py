"""Reads how QTI 1.2 marks: conditions, what they are worth, what they show."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from xml.etree.ElementTree import Element

from plugins.question_exchange.documents import words
from plugins.question_exchange.gift_answers import decimal

_LOW, _HIGH = ("vargte", "vargt"), ("varlte", "varlt")


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition: (response, value) that must be chosen, bounds of numbers, worth, feedback."""

    chosen: tuple[tuple[str, str], ...]
    bounds: tuple[tuple[Decimal, Decimal], ...]
    score: Decimal
    shows: str


def conditions(item: Element) -> list[Condition]:
    """Return the conditions of a question, in their order."""
    return [_condition(entry) for entry in item.iter("respcondition")]


def _condition(entry: Element) -> Condition:
    variables = entry.find("conditionvar")
    found = list(_asked(variables)) if variables is not None else []
    shown = entry.find("displayfeedback")
    return Condition(
        tuple((node.get("respident", ""), words(node).strip()) for node in found
              if node.tag in ("varequal", "varsubstring")),
        tuple(_bounds(found)),
        sum((decimal(words(node)) or Decimal(0) for node in entry.iterfind("setvar")
             if node.get("action", "Set") in ("Set", "Add")), Decimal(0)),
        shown.get("linkrefid", "") if shown is not None else "",
    )  # fmt: skip


def _asked(node: Element) -> Iterator[Element]:
    """Yield what is asked, without what must not be."""
    for inner in node:
        if inner.tag in ("and", "or"):
            yield from _asked(inner)
        elif inner.tag != "not":
            yield inner


def _bounds(found: list[Element]) -> Iterator[tuple[Decimal, Decimal]]:
    lows = [decimal(words(node)) for node in found if node.tag in _LOW]
    highs = [decimal(words(node)) for node in found if node.tag in _HIGH]
    for low, high in zip(lows, highs, strict=False):
        if low is not None and high is not None and low <= high:
            yield low, high

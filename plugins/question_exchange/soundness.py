"""Checks what a comment in a file claims about a question: anybody could have written it."""

from collections.abc import Mapping
from typing import Any

from app.sdk import BLOCK_ID
from plugins.question_exchange.gift_answers import decimal

_KINDS = frozenset(
    {"one", "many", "truefalse", "number", "text", "match", "order", "cloze", "formula", "essay"}
)
_TEXTS = frozenset({"prompt", "body", "solution", "text", "feedback", "left", "right", "tolerance"})
_NUMBERS = frozenset({"points", "share", "low", "high", "step", "cost"})
_FLAGS = frozenset({"shuffle", "exact", "whole"})
_LISTS: Mapping[str, frozenset[str]] = {
    "options": frozenset({"key", "text", "right", "share", "feedback"}),
    "accepted": frozenset({"text", "share", "feedback", "low", "high"}),
    "pairs": frozenset({"key", "left", "right"}),
    "steps": frozenset({"key", "text"}),
    "gaps": frozenset({"key", "options", "accepted"}),
    "variables": frozenset({"name", "low", "high", "step", "values"}),
    "rubric": frozenset({"key", "points"}),
    "hints": frozenset({"text", "cost"}),
}
_NEEDED: Mapping[str, frozenset[str]] = {
    "options": frozenset({"text"}),
    "accepted": frozenset({"text"}),
    "pairs": frozenset({"left", "right"}),
    "steps": frozenset({"text"}),
    "gaps": frozenset({"key"}),
    "variables": frozenset({"name"}),
    "rubric": frozenset({"key", "points"}),
    "hints": frozenset({"text"}),
}


def is_sound(fields: Any) -> bool:
    """Tell whether these are fields of a question, each with the kind of value that it takes."""
    return isinstance(fields, dict) and all(_fits(name, value) for name, value in fields.items())


def _fits(name: str, value: Any) -> bool:
    if name == "kind":
        return value in _KINDS if isinstance(value, str) else False
    if name in _LISTS:
        return (
            isinstance(value, list)
            and len(value) <= 200
            and all(_is_part(name, part) for part in value)
        )
    if name == "formula":
        return (
            isinstance(value, dict)
            and set(value) <= {"text", "tolerance"}
            and "text" in value
            and all(isinstance(item, str) for item in value.values())
        )
    return _is_plain(name, value)


def _is_plain(name: str, value: Any) -> bool:
    if name in _FLAGS or (name == "right" and not isinstance(value, str)):
        return isinstance(value, bool)
    if name in _NUMBERS:
        return isinstance(value, str) and decimal(value) is not None
    if name in ("id", "key", "name"):
        return isinstance(value, str) and (name == "name" or bool(BLOCK_ID.match(value)))
    if name in ("units", "tags"):
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if name == "values":
        return isinstance(value, list) and all(_is_plain("low", item) for item in value)
    return name in _TEXTS and isinstance(value, str)


def _is_part(name: str, part: Any) -> bool:
    return (
        isinstance(part, dict)
        and set(part) <= _LISTS[name]
        and set(part) >= _NEEDED[name]
        and all(_fits(inner, value) for inner, value in part.items())
    )

"""The shape of answers: one key, several keys, a text, or keys and texts by key."""

from dataclasses import dataclass
from typing import TypeGuard

from plugins.quizzes.questions import Question

Value = object
"""What was kept: None, a text, a list of keys, or a mapping; whatever was sent is borne."""

MAX_TEXT = 100_000


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it was kept, and how many hints had been opened.

    `value` is a key (one, truefalse), keys (many, order), a text (number, text, formula, essay),
    left keys with right keys (match) or gaps with a key or a text (cloze).
    """

    value: Value
    hints: int = 0


def is_empty(value: Value) -> bool:
    """Tell whether nothing was answered."""
    if value is None or value in ("", [], (), {}):
        return True
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, dict):
        return all(is_empty(item) for item in value.values())
    return False


def is_text(value: Value) -> TypeGuard[str]:
    """Tell whether it is a text of bearable length."""
    return isinstance(value, str) and len(value) <= MAX_TEXT


def keys_in(value: Value) -> tuple[str, ...]:
    """Return the keys of an answer that chooses or orders; nothing for another shape."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list | tuple) and all(isinstance(key, str) for key in value):
        return tuple(dict.fromkeys(value))
    return ()


def given_in(value: Value) -> dict[str, str]:
    """Return what was given by key, without what was left empty; nothing for another shape."""
    if not isinstance(value, dict):
        return {}
    found = {str(key): item for key, item in value.items() if not is_empty(item)}
    return {key: item for key, item in found.items() if isinstance(item, str)}


def is_readable(question: Question, value: Value) -> bool:
    """Tell whether an answer speaks of this version: its shape fits and its keys exist.

    One key may be written as a list of one, so that a question may change between one and many.
    """
    if question.kind in ("number", "text", "formula", "essay"):
        return is_text(value)
    if question.kind == "match":
        return _fits_pairs(question, value)
    if question.kind == "cloze":
        return _fits_gaps(question, value)
    keys = keys_in(value)
    if question.kind == "order":
        return set(keys) == {step.key for step in question.steps}
    known = {option.key for option in question.options}
    return bool(keys) and set(keys) <= known and (question.kind == "many" or len(keys) == 1)


def _fits_pairs(question: Question, value: Value) -> bool:
    given = given_in(value)
    lefts = {pair.key for pair in question.pairs if pair.left}
    rights = {pair.right_key for pair in question.pairs}
    return bool(given) and set(given) <= lefts and set(given.values()) <= rights


def _fits_gaps(question: Question, value: Value) -> bool:
    given = given_in(value)
    gaps = {gap.key: gap for gap in question.gaps}
    return bool(given) and all(
        key in gaps
        and (not gaps[key].options or any(option.key == item for option in gaps[key].options))
        for key, item in given.items()
    )

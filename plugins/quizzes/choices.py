"""What an answer chose, for who asks what answers tell about a question."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.sdk import Choice
from plugins.quizzes.answers import Answer, given_in, is_empty, is_text, keys_in
from plugins.quizzes.marking import mark
from plugins.quizzes.questions import FULL, Question, from_dict
from plugins.quizzes.texts import fold, is_pattern

MOST_WORDS = 80


def choices(document: Mapping[str, Any], value: Any) -> tuple[Choice, ...]:
    """Return the choices that an answer holds; with None those that the question offers.

    Typed words and numbers are choices too, each under one spelling; what was drawn, put in order
    or written at length is none.
    """
    question = from_dict(document)
    if question.kind in ("number", "text"):
        return tuple(_typed(question, value))
    offered = {choice.key: choice for choice in _offered(question)}
    if value is None:
        return tuple(offered.values())
    keys = (
        keys_in(value) if question.options else [_joined(*one) for one in given_in(value).items()]
    )
    return tuple(offered[key] for key in keys if key in offered)


def _offered(question: Question) -> Iterator[Choice]:
    for option in question.options:
        yield Choice(option.key, _cut(option.text), option.right)
    for pair in question.pairs:
        if pair.left:
            for key, right in {one.right_key: one.right for one in question.pairs}.items():
                words = _cut(f"{pair.left} → {right}")
                yield Choice(_joined(pair.key, key), words, key == pair.right_key)
    for gap in question.gaps:
        for option in gap.options:
            yield Choice(_joined(gap.key, option.key), _cut(option.text), option.right)


def _typed(question: Question, value: Any) -> Iterator[Choice]:
    if value is None:
        for one in question.accepted:
            if one.share >= FULL and not is_pattern(one.text):
                yield Choice(fold(one.text), _cut(one.text), True)
    elif is_text(value) and not is_empty(value):
        is_right = mark(question, "", Answer(value)).state == "right"
        yield Choice(fold(value), _cut(value), is_right)


def _joined(part: str, key: str) -> str:
    return f"{part}={key}"


def _cut(words: str) -> str:
    return words if len(words) <= MOST_WORDS else words[: MOST_WORDS - 1] + "…"

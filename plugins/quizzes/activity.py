"""A quiz as an activity of the core: what it asks, an answer out of a form, what it is worth."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from app.sdk import Activity, ActivityType, BlockNode, BlockTexts, ByHand, Item, Marked
from plugins.quizzes import marking
from plugins.quizzes.answers import Answer
from plugins.quizzes.carrying import read_carried
from plugins.quizzes.comparison import adopt, joined
from plugins.quizzes.questions import Quiz, from_dict, to_dict, with_keys
from plugins.quizzes.writer import write_quiz

Form = Mapping[str, Sequence[str]]


Key = tuple[str, str, tuple[tuple[str, str], ...], int, str]
"""A block by its content: what is read from it is kept, for every reader of the lesson."""


def key_of(node: BlockNode) -> Key:
    """Return the key of a block."""
    return node.id, node.body, tuple(node.attrs.items()), node.line, node.carried


def quiz_of(node: BlockNode) -> Quiz:
    """Return the quiz of a block."""
    return _read(key_of(node))


@lru_cache(maxsize=1000)
def _read(key: Key) -> Quiz:
    block, body, attrs, line, carried = key
    return read_carried(BlockNode("quiz", block, dict(attrs), body, line, carried))


def shown_quiz(texts: BlockTexts, language: str) -> Quiz:
    """Return the quiz in a language, with the keys of its source."""
    return _adopted(key_of(texts.source), key_of(texts.shown(language)))


@lru_cache(maxsize=1000)
def _adopted(source: Key, shown: Key) -> Quiz:
    return _read(source) if source == shown else adopt(_read(source), _read(shown))


def read(texts: BlockTexts) -> Activity:
    """Return what is asked and marked: what is right in any language is right."""
    return _activity(key_of(texts.source), tuple(key_of(node) for node in texts.others.values()))


@lru_cache(maxsize=1000)
def _activity(source_key: Key, others_keys: tuple[Key, ...]) -> Activity:
    source = _read(source_key)
    twins = [_adopted(source_key, key) for key in others_keys if key != source_key]
    items = []
    for question in source.questions:
        others = [twin for quiz in twins if (twin := quiz.question(question.id)) is not None]
        items.append(
            Item(
                question.id,
                to_dict(joined(question, others)),
                _hundredths(question.points),
                len(question.hints),
                question.tags,
            )
        )
    return Activity(tuple(items), source.attempts)


def take(document: Mapping[str, Any], form: Form) -> Any:
    """Return the answer in a plain form; None when nothing was answered."""
    question = from_dict(document)
    given = list(form.get("given", ()))
    if question.kind == "many":
        return given or None
    if question.kind in ("match", "cloze"):
        keys = [p.key for p in question.pairs if p.left] or [gap.key for gap in question.gaps]
        found = {key: _first(form, key) for key in keys}
        return {key: value for key, value in found.items() if value} or None
    if question.kind == "order":
        return _ordered([step.key for step in question.steps], form)
    return given[0] if given and given[0].strip() else None


def _first(form: Form, key: str) -> str:
    return next(iter(form.get(f"given-{key}", ())), "").strip()


def _ordered(keys: Sequence[str], form: Form) -> list[str] | None:
    """Read the place that was chosen for each step; None until each has one of its own."""
    places = {key: _first(form, key) for key in keys}
    numbers = [int(place) for place in places.values() if place.isdecimal() and len(place) < 3]
    if len(numbers) < len(keys) or len(set(numbers)) < len(keys):
        return None
    return sorted(keys, key=lambda key: int(places[key]))


def mark(document: Mapping[str, Any], seed: str, value: Any, hints: int) -> Marked:
    """Return what an answer is worth, with the verdict on each of its parts."""
    question = from_dict(document)
    return as_marked(marking.mark(question, seed, Answer(value, hints)))


def as_marked(result: marking.Result) -> Marked:
    """Return a result as the core keeps it."""
    return Marked(
        _hundredths(result.points),
        _hundredths(result.max),
        result.state,
        {"parts": [[part.key, part.verdict] for part in result.parts]},
    )


def _texts(document: Mapping[str, Any], value: Any) -> tuple[str, str]:
    question = from_dict(document)
    return "\n\n".join(filter(None, (question.prompt, question.body))), str(value)


def _lines(document: Mapping[str, Any]) -> Sequence[tuple[str, int]]:
    question = from_dict(document)
    return [(line.key, _hundredths(line.points)) for line in marking.rubric_of(question)]


def _mark_by_hand(document: Mapping[str, Any], hints: int, given: Mapping[str, int]) -> Marked:
    points = {key: Decimal(value) / 100 for key, value in given.items()}
    result = marking.mark_by_rubric(from_dict(document), points, Answer(None, hints))
    return Marked(_hundredths(result.points), _hundredths(result.max), result.state)


BY_HAND = ByHand(_texts, _lines, _mark_by_hand)


def write(block_id: str, documents: Sequence[Mapping[str, Any]]) -> str:
    """Return questions as a block of Markdown, which `read` reads back."""
    questions = tuple(from_dict(with_keys(document)) for document in documents)
    return write_quiz(Quiz(block_id, questions=questions))


def _hundredths(points: Decimal) -> int:
    return int(points * 100)


TYPE = ActivityType(read, take, mark, BY_HAND, write=write)

"""What a learner may see of a question before it is marked: an allow-list, built field by field.

A field that is not copied here does not exist for the browser. Hints are only counted; their text
comes when one is opened.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from plugins.quizzes.draws import draw_values, mixed, order_of
from plugins.quizzes.numbers import plain
from plugins.quizzes.questions import Question
from plugins.quizzes.variables import NAME


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose, to match or to put in order."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class PublicGap:
    """A gap; without choices it is typed."""

    key: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class PublicQuestion:
    """A question as one attempt sees it, in the order drawn for it."""

    id: str
    kind: str
    prompt: str
    body: str
    points: Decimal
    choices: tuple[Choice, ...] = ()
    lefts: tuple[Choice, ...] = ()
    gaps: tuple[PublicGap, ...] = ()
    unit: str = ""
    rubric: tuple[tuple[str, Decimal], ...] = ()
    hint_costs: tuple[Decimal, ...] = ()


def public(question: Question, seed: str) -> PublicQuestion:
    """Return what the attempt with this seed may see.

    `choices` are the options, the right sides to match, or the steps to order.
    """
    values = draw_values(question, seed)
    return PublicQuestion(
        id=question.id,
        kind=question.kind,
        prompt=filled(question.prompt, values),
        body=filled(question.body, values),
        points=question.points,
        choices=_choices(question, seed),
        lefts=tuple(Choice(pair.key, pair.left) for pair in question.pairs if pair.left),
        gaps=_gaps(question, seed),
        unit=question.units[0] if question.units else "",
        rubric=tuple((criterion.key, criterion.points) for criterion in question.rubric),
        hint_costs=tuple(hint.cost for hint in question.hints),
    )


def filled(text: str, values: Mapping[str, Decimal]) -> str:
    """Return the text with the drawn values in it."""
    return NAME.sub(lambda name: plain(values[name[1]]) if name[1] in values else name[0], text)


def hint_text(question: Question, seed: str, number: int) -> str:
    """Return the text of one hint, counted from 1, for an attempt that opens it."""
    return filled(question.hints[number - 1].text, draw_values(question, seed))


def to_plain(question: PublicQuestion) -> dict[str, Any]:
    """Return the public question as plain JSON data."""

    def plainly(value: Any) -> Any:
        if isinstance(value, Decimal):
            return plain(value)
        if isinstance(value, dict):
            return {name: plainly(item) for name, item in value.items()}
        return [plainly(item) for item in value] if isinstance(value, tuple | list) else value

    data: dict[str, Any] = plainly(asdict(question))
    return data


def _choices(question: Question, seed: str) -> tuple[Choice, ...]:
    if question.pairs:
        rights = {pair.right_key: pair.right for pair in question.pairs}
        return order_of(_sorted(rights), seed, question.id, "rights")
    if question.steps:
        found = tuple(Choice(step.key, step.text) for step in question.steps)
        return mixed(found, seed, question.id, "steps")
    found = tuple(Choice(option.key, option.text) for option in question.options)
    return order_of(found, seed, question.id, "options") if question.shuffle else found


def _gaps(question: Question, seed: str) -> tuple[PublicGap, ...]:
    """The first option of a gap is the right one in the source: the order is always drawn."""
    return tuple(
        PublicGap(
            gap.key,
            order_of(
                _sorted({option.key: option.text for option in gap.options}),
                seed, question.id, "gap", gap.key,
            ),
        )
        for gap in question.gaps
    )  # fmt: skip


def _sorted(found: Mapping[str, str]) -> Sequence[Choice]:
    return [Choice(key, text) for key, text in sorted(found.items())]

"""The right answer of a question, for whoever has earned to see it."""

from plugins.quizzes.answers import Answer, Value
from plugins.quizzes.checking import ANYTHING, expected
from plugins.quizzes.draws import draw_values
from plugins.quizzes.numbers import plain
from plugins.quizzes.public import filled
from plugins.quizzes.questions import FULL, Gap, Question
from plugins.quizzes.texts import is_pattern


def solution_text(question: Question, seed: str) -> str:
    """Return the solution as this attempt may read it once it is shown."""
    return filled(question.solution, draw_values(question, seed))


def right_answer(question: Question, seed: str) -> Answer | None:
    """Return an answer that earns all the points; None where only a person or a pattern knows."""
    value = _SOLVERS.get(question.kind, lambda question, seed: None)(question, seed)
    return None if value is None else Answer(value)


def _one(question: Question, seed: str) -> Value:
    return next((o.key for o in question.options if o.right or o.share == FULL), None)


def _many(question: Question, seed: str) -> Value:
    if any(option.share is not None for option in question.options):
        return [o.key for o in question.options if (o.share or 0) > 0 or o.right]
    return [option.key for option in question.options if option.right]


def _written(question: Question, seed: str) -> Value:
    return next(
        (
            plain(answer.low + (answer.high - answer.low) / 2)
            if answer.low is not None and answer.high is not None
            else answer.text
            for answer in question.accepted
            if answer.share == FULL and answer.text != ANYTHING and not is_pattern(answer.text)
        ),
        None,
    )


def _gap(gap: Gap) -> str | None:
    if gap.options:
        return next((option.key for option in gap.options if option.right), None)
    texts = (a.text for a in gap.accepted if a.share == FULL and not is_pattern(a.text))
    return next(texts, None)


def _cloze(question: Question, seed: str) -> Value:
    found = {gap.key: _gap(gap) for gap in question.gaps}
    return None if None in found.values() else found


def _formula(question: Question, seed: str) -> Value:
    bounds = expected(question, seed)
    return None if bounds is None else plain(bounds[0] + (bounds[1] - bounds[0]) / 2)


_SOLVERS = {
    "one": _one,
    "truefalse": _one,
    "many": _many,
    "number": _written,
    "text": _written,
    "match": lambda q, seed: {pair.key: pair.right_key for pair in q.pairs if pair.left},
    "order": lambda q, seed: [step.key for step in q.steps],
    "cloze": _cloze,
    "formula": _formula,
}

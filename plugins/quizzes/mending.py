"""A question in a new version, for the core: what differs, what answers are worth, in words."""

from collections.abc import Mapping
from typing import Any

from app.sdk import Change, Marked, Sentence, say
from plugins.quizzes.activity import as_marked
from plugins.quizzes.answers import Answer, given_in, keys_in
from plugins.quizzes.changes import essence, kinds_of_change
from plugins.quizzes.questions import Question, from_dict
from plugins.quizzes.regrading import result_of

MOST_WORDS = 120
LABELS: Mapping[str, Sentence] = {
    "deletion": say("taken out"),
    "type": say("another kind of question"),
    "key": say("another right answer"),
    "options": say("other options"),
    "points": say("other points"),
    "hints": say("other hints"),
    "order": say("another order"),
}
"""The first that applies names the edit."""


def compare(old: Mapping[str, Any], new: Mapping[str, Any] | None) -> Change:
    """Return what an edit of a question is, and whether marks depend on it."""
    before, after = from_dict(old), from_dict(new) if new is not None else None
    kinds = kinds_of_change(before, after)
    label = next((words for name, words in LABELS.items() if name in kinds), say("words only"))
    return Change(
        (after or before).prompt,
        label,
        after is None or essence(before) != essence(after),
        before.is_seeded or (after is not None and after.is_seeded),
    )


def remark(
    old: Mapping[str, Any], new: Mapping[str, Any], seed: str, value: Any, hints: int
) -> Marked | None:
    """Return what an answer to the old version is worth now; None where a person must look."""
    result = result_of(from_dict(old), from_dict(new), seed, Answer(value, hints))
    return None if result is None else as_marked(result)


def say_answer(document: Mapping[str, Any], value: Any) -> str:
    """Return what was answered in the words of the question, cut where it is long."""
    question = from_dict(document)
    words = _words(question)
    given = given_in(value)
    if given:
        said = " · ".join(f"{words.get(k, k)} → {words.get(v, v)}" for k, v in given.items())
    else:
        said = " · ".join(words.get(key, key) for key in keys_in(value))
    return said if len(said) <= MOST_WORDS else said[: MOST_WORDS - 1] + "…"


def _words(question: Question) -> dict[str, str]:
    words = {option.key: option.text for option in question.options}
    words |= {step.key: step.text for step in question.steps}
    words |= {pair.key: pair.left for pair in question.pairs if pair.left}
    words |= {pair.right_key: pair.right for pair in question.pairs}
    return words | {option.key: option.text for gap in question.gaps for option in gap.options}

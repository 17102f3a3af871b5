"""Showing a quiz in a lesson: each question as a form that works without JavaScript."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import render_template
from markupsafe import Markup

from app.sdk import (
    BlockContext,
    BlockNode,
    BlockTexts,
    BlockType,
    Frame,
    ItemState,
    Problem,
    Shown,
    State,
    as_html,
    as_inline,
    say,
    show_item,
    states_of,
    texts_of,
    translate,
)
from plugins.quizzes import marking
from plugins.quizzes.activity import key_of, quiz_of, shown_quiz
from plugins.quizzes.answers import Answer, given_in, keys_in
from plugins.quizzes.carrying import carry
from plugins.quizzes.comparison import compare
from plugins.quizzes.public import PublicQuestion, hint_text, public
from plugins.quizzes.questions import Question
from plugins.quizzes.reader import read_quiz
from plugins.quizzes.solving import right_answer, solution_text

LANGUAGE = say("Your answer")
"""A word of the controls: it differs by the language of the interface."""
MOST_KEPT = 3000
_kept: dict[tuple[Any, ...], Shown] = {}


def validate(node: BlockNode) -> Sequence[Problem]:
    """Return everything that is wrong with a quiz."""
    return read_quiz(node)[1]


def text(node: BlockNode) -> str:
    """Return what search may find: what is asked, never an option or a key."""
    quiz = quiz_of(node)
    return " ".join([quiz.intro, *(question.prompt for question in quiz.questions)])


def render(node: BlockNode, states: Mapping[str, State], context: BlockContext) -> str:
    """Return the quiz as whoever reads has it."""
    texts, language = texts_of(node, context), context.language
    quiz, state = shown_quiz(texts, language), states.get(node.id, State())
    keys = key_of(texts.source), key_of(texts.shown(language))
    parts = [as_html(quiz.intro, language)] if quiz.intro else []
    for number, question in enumerate(quiz.questions, 1):
        known = state.items.get(question.id)
        frame = Frame(
            number,
            len(quiz.questions),
            state.tries_left(question.id, quiz.attempts),
            known,
            state.is_over(question.id, quiz.attempts),
        )
        opened = state.hints.get(question.id, 0)
        if known is None:
            key = (*keys, question.id, state.seed, opened, language, translate(LANGUAGE))
            shown = _untouched(key, question)
        else:
            shown = _shown(question, state.seed, known, opened, frame.is_over, language)
        parts.append(show_item(node, question.id, shown, frame, context))
    return "".join(parts)


def show(
    texts: BlockTexts,
    item: str,
    seed: str,
    language: str,
    state: ItemState | None,
    explained: bool,
) -> Shown:
    """Return one question for an exam: with all that may be said of it, or with nothing of it."""
    question = shown_quiz(texts, language).question(item)
    if question is None:
        return Shown(Markup(""), Markup(""))
    if explained:
        return _shown(question, seed, state, 0, True, language)
    known = replace(state, details={}) if state else None
    seen = public(question, seed)
    return Shown(as_inline(seen.prompt, language), _inputs(seen, known, False, language))


def _untouched(key: tuple[Any, ...], question: Question) -> Shown:
    """Return a question that nobody answered yet; it is kept for who draws the same."""
    found = _kept.get(key)
    if found is None:
        *_, seed, opened, language, _reader = key
        found = _shown(question, seed, None, opened, False, language)
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[key] = found
    return found


def _shown(
    question: Question,
    seed: str,
    known: ItemState | None,
    opened: int,
    over: bool,
    language: str,
) -> Shown:
    seen, hints = public(question, seed), question.hints
    wanted = bool(question.solution) or not (known and known.is_right)
    return Shown(
        heading=as_inline(seen.prompt, language),
        inputs=_inputs(seen, known, over, language),
        verdict=_verdict(question, seed, known, language) if known else Markup(""),
        solution=_solution(question, seen, seed, language) if over and wanted else Markup(""),
        hints=tuple(
            as_html(hint_text(question, seed, number), language)
            for number in range(1, min(opened, len(hints)) + 1)
        ),
        next_hint=int(hints[opened].cost * 100) if opened < len(hints) else None,
        by_hand=question.kind == "essay",
    )


def _inputs(seen: PublicQuestion, known: ItemState | None, over: bool, language: str) -> Markup:
    value = known.value if known else None
    page = render_template(
        "quizzes/_inputs.html",
        question=seen,
        body=as_html(seen.body, language) if seen.body and seen.kind != "cloze" else "",
        gaps=_gap_parts(seen, language) if seen.kind == "cloze" else (),
        chosen=keys_in(value),
        given=given_in(value),
        written=value if isinstance(value, str) else "",
        places=_places(seen, value),
        verdicts=dict(known.details.get("parts", ())) if known else {},
        over=over,
        inline=lambda words: as_inline(words, language),
        language=language,
    )
    return Markup(page)  # noqa: S704  (a template, autoescaped)


def _places(seen: PublicQuestion, value: Any) -> dict[str, int]:
    keys = keys_in(value)
    return {key: place for place, key in enumerate(keys, 1)} if seen.kind == "order" else {}


def _gap_parts(seen: PublicQuestion, language: str) -> list[tuple[Markup, Any]]:
    """Return the text before each gap and the gap; the last one has none."""
    found, rest = [], seen.body
    for gap in seen.gaps:
        before, _, rest = rest.partition(f"[[{gap.key}]]")
        found.append((as_inline(before, language), gap))
    return [*found, (as_inline(rest, language), None)]


def _verdict(question: Question, seed: str, known: ItemState, language: str) -> Markup:
    """Return the feedback on what was answered, in the language of the lesson."""
    result = marking.mark(question, seed, Answer(known.value, known.hints))
    return Markup("").join(
        as_html(part.feedback, language) for part in result.parts if part.feedback
    )


def _solution(question: Question, seen: PublicQuestion, seed: str, language: str) -> Markup:
    right = right_answer(question, seed)
    page = render_template(
        "quizzes/_solution.html",
        question=seen,
        text=as_html(solution_text(question, seed), language) if question.solution else "",
        chosen=keys_in(right.value) if right else (),
        given=given_in(right.value) if right else {},
        written=right.value if right and isinstance(right.value, str) else "",
        inline=lambda words: as_inline(words, language),
    )
    return Markup(page.strip())  # noqa: S704  (a template, autoescaped)


BLOCK = BlockType(
    "quiz",
    validate=validate,
    text=text,
    compare=compare,
    prepare=states_of,
    render=render,
    carry=carry,
)

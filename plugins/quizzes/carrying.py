"""A quiz in a new revision: what is the same part as before keeps its key, so answers stay true."""

import json
from collections.abc import Sequence
from dataclasses import replace

from app.sdk import BlockNode, Problem, say
from plugins.quizzes.changes import Doubt, carry_over
from plugins.quizzes.comparison import names_of, renamed
from plugins.quizzes.questions import Question, Quiz
from plugins.quizzes.reader import read_quiz


def read_carried(node: BlockNode) -> Quiz:
    """Return the quiz of a block with the keys that it keeps of the revision before."""
    quiz = read_quiz(node)[0]
    if not node.carried:
        return quiz
    names = json.loads(node.carried)
    questions = [
        renamed(question, names[question.id]) if question.id in names else question
        for question in quiz.questions
    ]
    return replace(quiz, questions=tuple(questions))


def carry(before: BlockNode, node: BlockNode) -> tuple[str, Sequence[Problem]]:
    """Return the keys that parts of a new quiz keep, and where it is not sure that they should."""
    old, new = read_carried(before), read_quiz(node)[0]
    names, problems = {}, []
    for question in new.questions:
        was = old.question(question.id)
        if was is None:
            continue
        carried, doubts = carry_over(was, question)
        if names_of(carried) != names_of(question):
            names[question.id] = names_of(carried)
        problems += [_problem(question, doubt) for doubt in doubts]
    text = json.dumps(names, ensure_ascii=False, separators=(",", ":")) if names else ""
    return text, problems


def _problem(question: Question, doubt: Doubt) -> Problem:
    return Problem(
        "warning",
        "",
        question.line,
        1,
        say(
            "“%(after)s” is taken for what was “%(before)s”: its answers stay with it.",
            after=doubt.after,
            before=doubt.before,
        ),
        say("If it is another part, write a key of its own behind it, as {#new}."),
    )

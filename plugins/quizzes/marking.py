"""What an answer is worth: a pure function of (question's version, seed, answer).

It never raises for anything that somebody may send, asks no clock and no database, and gives the
same result for ever. To mark again is to call it again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from app.sdk import Sentence, say
from plugins.quizzes import answers, checking
from plugins.quizzes.answers import Answer
from plugins.quizzes.checking import Earned, Part
from plugins.quizzes.numbers import plain
from plugins.quizzes.questions import Criterion, Question

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Result:
    """What an answer is worth, and why.

    `state` is right, partial, wrong, empty, waiting (a person marks it) or unreadable (it does
    not fit this version of the question). `parts` speaks only of what was answered, so that it
    tells nothing about options that were not chosen. `arithmetic` is the way to the points, a
    sentence a line.
    """

    points: Decimal
    max: Decimal
    state: str
    parts: tuple[Part, ...] = ()
    arithmetic: tuple[Sentence, ...] = ()


def mark(question: Question, seed: str, answer: Answer) -> Result:
    """Return what the answer is worth."""
    if answers.is_empty(answer.value):
        return Result(Decimal(0), question.points, "empty", (), (say("There is no answer."),))
    if not answers.is_readable(question, answer.value):
        return Result(
            Decimal(0),
            question.points,
            "unreadable",
            (),
            (say("The answer does not fit the question as it is now."),),
        )
    if question.kind == "essay":
        return Result(
            Decimal(0), question.points, "waiting", (), (say("A person marks this answer."),)
        )
    return _result(question, answer, _CHECKS[question.kind](question, seed, answer.value))


def mark_by_rubric(question: Question, given: dict[str, Decimal], answer: Answer) -> Result:
    """Return what a person's marking of an essay is worth: points for each line of the rubric.

    Without a rubric there is one line, `points`. Points beyond a line's own are cut to it.
    """
    total = Decimal(0)
    arithmetic = []
    for line in rubric_of(question):
        points = min(max(given.get(line.key, Decimal(0)), Decimal(0)), line.points)
        total += points
        arithmetic.append(
            say("%(line)s: %(points)s of %(max)s",
                line=line.key, points=plain(points), max=plain(line.points))
        )  # fmt: skip
    total, costs = _after_hints(question, answer, total)
    state = "right" if total == question.points else "partial" if total else "wrong"
    return Result(_cents(total), question.points, state, (), (*arithmetic, *costs))


def rubric_of(question: Question) -> Sequence[Criterion]:
    """Return the lines by which a person marks; a question without a rubric has one."""
    return question.rubric or (Criterion("points", question.points),)


def _result(question: Question, answer: Answer, earned: Earned) -> Result:
    share = min(max(earned.share, Fraction(0)), Fraction(1))
    if share > Fraction(9998, 10_000):  # three thirds of 33.33333 % are a whole
        share = Fraction(1)
    arithmetic = [*earned.arithmetic]
    if question.whole and share < 1:
        share = Fraction(0)
        arithmetic.append(say("Only an answer that is right in all its parts counts."))
    state = "right" if share == 1 else "partial" if share else "wrong"
    exact = Fraction(question.points) * share
    points = _cents(Decimal(exact.numerator) / Decimal(exact.denominator))
    arithmetic.append(
        say(
            "%(share)s of %(max)s points: %(points)s",
            share=fraction(share), max=plain(question.points), points=plain(points),
        )
    )  # fmt: skip
    total, costs = _after_hints(question, answer, points)
    return Result(_cents(total), question.points, state, earned.parts, (*arithmetic, *costs))


def _after_hints(
    question: Question, answer: Answer, points: Decimal
) -> tuple[Decimal, Sequence[Sentence]]:
    opened = question.hints[: max(0, answer.hints)]
    cost = sum((hint.cost for hint in opened), Decimal(0))
    if not cost or not points:
        return points, ()
    left = max(Decimal(0), points - cost)
    return left, (
        say("Hints opened: − %(cost)s, which leaves %(left)s", cost=plain(cost), left=plain(left)),
    )


def _cents(points: Decimal) -> Decimal:
    return points.quantize(CENT, ROUND_HALF_UP)


def fraction(value: Fraction) -> str:
    """Return a share as people read it: 2/3, or in percent where it comes from percents."""
    if value.denominator <= 60:
        return f"{value.numerator}/{value.denominator}" if value.denominator > 1 else str(value)
    return f"{float(value * 100):.2f}%"


_CHECKS: dict[str, Callable[[Question, str, answers.Value], Earned]] = {
    "one": checking.one,
    "truefalse": checking.one,
    "many": checking.many,
    "number": checking.number,
    "text": checking.text,
    "match": checking.match,
    "order": checking.order,
    "cloze": checking.cloze,
    "formula": checking.formula,
}

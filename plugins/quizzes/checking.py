"""How each kind of question is checked: which share of its points an answer earns."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from app.sdk import Sentence, say
from plugins.quizzes import formulas, numbers, texts
from plugins.quizzes.answers import Value, given_in, keys_in
from plugins.quizzes.draws import draw_values
from plugins.quizzes.questions import Accepted, Gap, Option, Question

ANYTHING = "*"
"""A foreseen answer that stands for whatever no other one is: for its feedback."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is to say about one part of an answer; `verdict` is right, partial or wrong."""

    key: str
    verdict: str
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class Earned:
    """A share of the points (it may be below 0 or above 1), and how it came about."""

    share: Fraction
    parts: tuple[Part, ...] = ()
    arithmetic: tuple[Sentence, ...] = ()


def one(question: Question, seed: str, value: Value) -> Earned:
    """Check a single choice."""
    (key,) = keys_in(value)
    option = next(option for option in question.options if option.key == key)
    share = _share(option)
    return Earned(share, (Part(key, _verdict(share), option.feedback),))


def many(question: Question, seed: str, value: Value) -> Earned:
    """Check several choices: what is right adds, what is wrong takes away."""
    keys = set(keys_in(value))
    chosen = [option for option in question.options if option.key in keys]
    if any(option.share is not None for option in question.options):
        return _weighted(chosen)
    right = [option for option in chosen if option.right]
    wrong = [option for option in chosen if not option.right]
    all_right = sum(option.right for option in question.options)
    all_wrong = len(question.options) - all_right
    plus = Fraction(len(right), all_right) if all_right else Fraction(0)
    minus = Fraction(len(wrong), all_wrong) if all_wrong else Fraction(0)
    arithmetic = [
        say("Right options chosen: %(n)s of %(all)s", n=len(right), all=all_right),
        say("Wrong options chosen: %(n)s of %(all)s", n=len(wrong), all=all_wrong),
        say("%(plus)s − %(minus)s", plus=str(plus), minus=str(minus)),
    ]
    parts = tuple(Part(o.key, "right" if o.right else "wrong", o.feedback) for o in chosen)
    return Earned(plus - minus, parts, tuple(arithmetic))


def _weighted(chosen: Sequence[Option]) -> Earned:
    shares = [(option, _share(option)) for option in chosen]
    parts = tuple(Part(o.key, _verdict(share), o.feedback) for o, share in shares)
    total = sum((share for _, share in shares), Fraction(0))
    sums = " + ".join(f"{_percent(share)}%" for _, share in shares)
    return Earned(total, parts, (say("Shares of the options chosen: %(sum)s", sum=sums),))


def _percent(share: Fraction) -> str:
    return numbers.plain(Decimal(round(float(share * 100), 5)).quantize(Decimal("0.01")))


def _share(option: Option) -> Fraction:
    if option.share is not None:
        return Fraction(option.share) / 100
    return Fraction(int(option.right))


def _verdict(share: Fraction) -> str:
    return "right" if share >= 1 else "partial" if share > 0 else "wrong"


def number(question: Question, seed: str, value: Value) -> Earned:
    """Check a number; its unit may be missing, but not be another one."""
    meanings, other = numbers.read_number(str(value), question.units)
    if not meanings:
        return _otherwise(question.accepted, say("This is no number."))
    if other:
        return _otherwise(
            question.accepted,
            say("“%(unit)s” is not the unit that is asked for.", unit=other[:20])
            if question.units
            else say("“%(rest)s” does not belong to the number.", rest=other[:20]),
        )
    found = [
        answer
        for answer in question.accepted
        if answer.low is not None
        and answer.high is not None
        and any(answer.low <= meaning <= answer.high for meaning in meanings)
    ]
    return _best(question, found)


def text(question: Question, seed: str, value: Value) -> Earned:
    """Check a short text."""
    found = [
        answer
        for answer in question.accepted
        if answer.text != ANYTHING and texts.same(str(value), answer.text, question.exact)
    ]
    return _best(question, found)


def _best(question: Question, found: Sequence[Accepted]) -> Earned:
    if not found:
        return _otherwise(question.accepted)
    best = max(found, key=lambda answer: answer.share)
    share = Fraction(best.share) / 100
    return Earned(share, (Part("", _verdict(share), best.feedback),))


def _otherwise(accepted: Sequence[Accepted], *why: Sentence) -> Earned:
    feedback = next((answer.feedback for answer in accepted if answer.text == ANYTHING), "")
    return Earned(Fraction(0), (Part("", "wrong", feedback),), why)


def match(question: Question, seed: str, value: Value) -> Earned:
    """Check pairs: each right one earns the same."""
    given = given_in(value)
    pairs = [pair for pair in question.pairs if pair.left]
    right = [pair for pair in pairs if given.get(pair.key) == pair.right_key]
    parts = tuple(
        Part(pair.key, "right" if pair in right else "wrong") for pair in pairs if pair.key in given
    )
    return Earned(
        Fraction(len(right), len(pairs)),
        parts,
        (say("Right pairs: %(n)s of %(all)s", n=len(right), all=len(pairs)),),
    )


def order(question: Question, seed: str, value: Value) -> Earned:
    """Check an order: the longest run of steps that follow each other rightly, less the first.

    Somebody who misplaces one step of five keeps 3/4; the reverse of the right order earns nothing.
    """
    keys = keys_in(value)
    place = {step.key: number for number, step in enumerate(question.steps)}
    ends: list[int] = []
    for key in keys:
        at = bisect_left(ends, place[key])
        ends[at : at + 1] = [place[key]]
    size = len(place)
    parts = tuple(
        Part(key, "right" if place[key] == number else "wrong") for number, key in enumerate(keys)
    )
    return Earned(
        Fraction(len(ends) - 1, size - 1) if size > 1 else Fraction(1),
        parts,
        (
            say(
                "Steps in the right order to each other: %(n)s of %(all)s; one alone earns nothing",
                n=len(ends),
                all=size,
            ),
        ),
    )


def cloze(question: Question, seed: str, value: Value) -> Earned:
    """Check gaps: each right one earns the same."""
    given = given_in(value)
    parts = tuple(
        _gap(gap, given[gap.key], question.exact) for gap in question.gaps if gap.key in given
    )
    right = sum(part.verdict == "right" for part in parts)
    total = sum((_gap_share(gap, given.get(gap.key), question.exact) for gap in question.gaps),
                Fraction(0))  # fmt: skip
    return Earned(
        total / len(question.gaps),
        parts,
        (say("Right gaps: %(n)s of %(all)s", n=right, all=len(question.gaps)),),
    )


def _gap(gap: Gap, given: str, exact: bool) -> Part:
    share = _gap_share(gap, given, exact)
    found = next((option for option in gap.options if option.key == given), None)
    return Part(gap.key, _verdict(share), found.feedback if found else "")


def _gap_share(gap: Gap, given: str | None, exact: bool) -> Fraction:
    if given is None:
        return Fraction(0)
    if gap.options:
        return max((_share(o) for o in gap.options if o.key == given), default=Fraction(0))
    shares = (
        Fraction(answer.share) / 100
        for answer in gap.accepted
        if texts.same(given, answer.text, exact)
    )
    return max(shares, default=Fraction(0))


def formula(question: Question, seed: str, value: Value) -> Earned:
    """Check a result that was calculated from the drawn values."""
    meanings, other = numbers.read_number(str(value), question.units)
    if not meanings or other:
        return number(question, seed, value)
    bounds = expected(question, seed)
    if bounds is None:
        return Earned(Fraction(0), (), (say("The formula has no result with these values."),))
    right = any(bounds[0] <= meaning <= bounds[1] for meaning in meanings)
    return Earned(Fraction(int(right)), (Part("", "right" if right else "wrong"),))


def expected(question: Question, seed: str) -> tuple[Decimal, Decimal] | None:
    """Return the bounds of the right result in an attempt; None where there is none."""
    if question.formula is None:
        return None
    try:
        tree = _parsed(question.formula.text)
        value = formulas.evaluate(tree, draw_values(question, seed))
    except formulas.FormulaError:
        return None
    by = question.formula.tolerance
    if by.endswith("%"):
        off = abs(value) * Decimal(by[:-1].strip().replace(",", ".")) / 100
    else:
        bounds = numbers.read_bounds(f"0 ± {by}") if by else None
        off = bounds[1] if bounds else max(abs(value), Decimal(1)) * Decimal("1e-9")
    return value - off, value + off


_parsed = lru_cache(maxsize=500)(formulas.parse)

"""Chance that can be repeated for ever: everything is drawn from a seed, by SHA-256.

The language's own generator may change between versions; this one may not. Each purpose has a
stream of its own, so that what is added to one question moves nothing in another.
"""

import hashlib
from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar

from plugins.quizzes.questions import Question, Variable

T = TypeVar("T")
_SPAN = 1 << 64


class Draws:
    """A stream of numbers that follows from its seeds alone."""

    def __init__(self, *seeds: str) -> None:
        self._key = hashlib.sha256("\x1f".join(seeds).encode("utf-8", "surrogatepass")).digest()
        self._count = 0

    def below(self, limit: int) -> int:
        """Return a number from 0 to `limit` - 1, each equally likely; 1 ≤ limit ≤ 2⁶⁴."""
        fair = _SPAN - _SPAN % limit
        while True:
            block = hashlib.sha256(self._key + self._count.to_bytes(8, "big")).digest()
            self._count += 1
            number = int.from_bytes(block[:8], "big")
            if number < fair:
                return number % limit

    def shuffled(self, items: Sequence[T]) -> tuple[T, ...]:
        """Return the items in a drawn order (Fisher–Yates)."""
        left = list(items)
        for last in range(len(left) - 1, 0, -1):
            other = self.below(last + 1)
            left[last], left[other] = left[other], left[last]
        return tuple(left)

    def sample(self, items: Sequence[T], count: int) -> tuple[T, ...]:
        """Return `count` of the items, or all where there are fewer, in a drawn order."""
        return self.shuffled(items)[: max(0, count)]


def order_of(items: Sequence[T], seed: str, *purpose: str) -> tuple[T, ...]:
    """Return the items in the order that this attempt sees."""
    return Draws(seed, *purpose).shuffled(items)


def mixed(items: Sequence[T], seed: str, *purpose: str) -> tuple[T, ...]:
    """Return the items in a drawn order that is never the one they came in."""
    found = order_of(items, seed, *purpose)
    if len(found) > 1 and found == tuple(items):
        return (*found[1:], found[0])
    return found


def count_of(variable: Variable) -> int:
    """Return how many values a variable can take."""
    if variable.values:
        return len(variable.values)
    return int((variable.high - variable.low) / variable.step) + 1


def value_of(variable: Variable, number: int) -> Decimal:
    """Return the value with that number, counted from 0."""
    if variable.values:
        return variable.values[number]
    return variable.low + variable.step * number


def draw_values(question: Question, seed: str) -> dict[str, Decimal]:
    """Return the values of a question's variables in the attempt with that seed."""
    return {
        variable.name: value_of(
            variable, Draws(seed, question.id, "variable", variable.name).below(count_of(variable))
        )
        for variable in question.variables
    }


def draw_questions(
    bank: Sequence[Question], tags: Sequence[str], count: int, seed: str
) -> tuple[Question, ...]:
    """Draw `count` questions that have all these tags; the order of the bank does not matter."""
    fit = sorted((q for q in bank if set(tags) <= set(q.tags)), key=lambda question: question.id)
    return Draws(seed, "bank", *sorted(tags)).sample(fit, count)

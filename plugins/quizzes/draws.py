"""What is drawn for one attempt: orders, values, questions; all of it follows from its seed."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar

from app.sdk import Draws
from plugins.quizzes.questions import Question, Variable

T = TypeVar("T")


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

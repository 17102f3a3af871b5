"""Where what is wrong with a question goes, while it is read."""

from collections.abc import Iterable
from typing import Protocol

from app.sdk import Sentence, say
from plugins.quizzes.lines import Part, Raw


class Problems(Protocol):
    """Where problems go."""

    def error(self, line: int, column: int, message: Sentence, remedy: Sentence) -> None:
        """Keep one that stops a publication."""

    def warning(self, line: int, column: int, message: Sentence, remedy: Sentence) -> None:
        """Keep one that does not."""


def missing(problems: Problems, raw: Raw, message: Sentence, remedy: Sentence) -> None:
    """Keep an error at the header of the question: something that it lacks."""
    problems.error(raw.line, raw.column, message, remedy)


def check_twins(problems: Problems, found: Iterable[tuple[Part, str]]) -> None:
    """Keep an error for each part that says what another one says."""
    seen: dict[str, int] = {}
    for part, text in found:
        if text in seen:
            problems.error(
                part.line,
                part.column,
                say("Line %(line)s says the same.", line=seen[text]),
                say("Change or delete one of the two."),
            )
        seen.setdefault(text, part.line)

"""How terms are compared, and what a block of a lesson says. Pure."""

from collections.abc import Iterator

MOST = 200
"""Terms of a center, and lines of a block."""


def fold(term: str) -> str:
    """Return a term as it is looked for: neither case nor spaces matter."""
    return " ".join(term.casefold().split())


def read_lines(body: str) -> Iterator[tuple[int, str, str]]:
    """Give number, term and meaning of each line of a block; the meaning may be empty."""
    for number, line in enumerate(body.splitlines()):
        term, _, meaning = line.partition(":")
        if line.strip():
            yield number, term.strip(), meaning.strip()

"""Marking with a rubric: levels, the order of answers, likeness. Plain values."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

LEVELS = 5
MOST_COMMENT = 2_000
SHORTEST = 4
"""Words in a row that count as the same when two answers share them."""
ALIKE = 0.5
_WORD = re.compile(r"\w+")


def level_points(level: int, most: int) -> int:
    """Return what a level of a line is worth, in hundredths: the first nothing, the last all."""
    exact = Decimal(most) * (level - 1) / (LEVELS - 1)
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def level_of(points: int, most: int) -> int | None:
    """Return which level gives these points, or None."""
    levels = range(1, LEVELS + 1)
    return next((one for one in levels if level_points(one, most) == points), None)


def blind_order(marker_id: int, answers: Iterable[int]) -> list[int]:
    """Return ids of answers in an order that is each marker's own and the same each time.

    So two who mark at once seldom meet, and nobody is always marked first.
    """
    return sorted(
        answers, key=lambda one: hashlib.sha256(f"{marker_id}:{one}".encode()).hexdigest()
    )


def find_alike(text: str, others: Mapping[int, str]) -> int | None:
    """Return which other answer shares at least half of its runs of words with a text, or None."""
    own = _runs(text)
    best, most = None, ALIKE
    for key, other in others.items():
        runs = _runs(other)
        shared = len(own & runs) / (min(len(own), len(runs)) or 1)
        if shared >= most and own:
            best, most = key, shared
    return best


def _runs(text: str) -> frozenset[tuple[str, ...]]:
    words: Sequence[str] = _WORD.findall(text.casefold())
    return frozenset(tuple(words[at : at + SHORTEST]) for at in range(len(words) - SHORTEST + 1))

"""The eight-pointed star as a path, and the colors of the house: for all that is drawn. Pure."""

import math
from collections.abc import Sequence

CLAY, MINT, NIGHT, OCEAN, SAFFRON, SAND = (
    "#D9663B", "#2BA88A", "#1E2670", "#2E3A9F", "#F2B23E", "#F6E3BB",
)  # fmt: skip


def coordinate(value: float) -> str:
    """Write a coordinate in as few characters as a tenth of a unit needs."""
    text = f"{value:.1f}".removesuffix(".0").replace("0.", ".", 1 if abs(value) < 1 else 0)
    return "0" if text in ("-0", "-.0", ".0") else text


def star_path(radius: float) -> str:
    """Return the star as a path relative to its center; its sides are two crossed squares."""
    a, b = coordinate(radius * (1 - math.sqrt(0.5))), coordinate(radius * (math.sqrt(2) - 1))
    return (
        f"m{coordinate(radius)} 0l-{a} {a}v{b}h-{b}l-{a} {a}-{a}-{a}h-{b}v-{b}"
        f"l-{a}-{a} {a}-{a}v-{b}h{b}l{a}-{a} {a} {a}h{b}v{b}z"
    )


def turned_star_path(radius: float) -> str:
    """Return the star turned by a sixteenth, as it stands within another."""
    inner = radius * math.sqrt(0.5) / math.cos(math.pi / 8)
    angles = [(k + 1) * math.pi / 8 for k in range(16)]
    lengths = [inner if k % 2 else radius for k in range(16)]
    corners = [
        (round(r * math.cos(t), 1), round(r * math.sin(t), 1))
        for r, t in zip(lengths, angles, strict=True)
    ]
    (x, y), steps = corners[0], []
    for right, below in corners[1:]:
        steps += [coordinate(right - x), coordinate(below - y)]
        x, y = right, below
    return f"m{coordinate(corners[0][0])} {coordinate(corners[0][1])}l{_tight(steps)}z"


def _tight(numbers: Sequence[str]) -> str:
    return " ".join(numbers).replace(" -", "-")

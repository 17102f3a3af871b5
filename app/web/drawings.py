"""Everything drawn: icons, the eight-pointed star and its tilings, bars, lines.

No picture is loaded. Each function is pure and gives the same SVG for the same arguments; colors
come from the style sheet. Shapes are relative paths drawn where they stand: compressed, that is
lighter than a sprite in the page (2.9 kB against 3.0 to 3.5 for a lesson) and saves the request of
a sprite beside it. A drawing that carries meaning takes its `label`, translated; the others are
hidden from screen readers.
"""

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from hashlib import shake_128

from markupsafe import Markup, escape

from app.web.stars import (
    CLAY,
    MINT,
    NIGHT,
    OCEAN,
    SAFFRON,
    SAND,
    coordinate,
    star_path,
    turned_star_path,
)

ICONS = {
    "back": "M19 12H5m6-6l-6 6 6 6",
    "book": "M5 5.5A2.5 2.5 0 017.5 3H19v15H7.5A2.5 2.5 0 005 20.5zA2.5 2.5 0 007.5 21H19",
    "check": "M5 13l4 4L19 7",
    "chev": "M6 9l6 6 6-6",
    "clock": "M12 3a9 9 0 100 18 9 9 0 000-18zm0 4v5l3 2",
    "copy": "M9 9h11v11H9zM5 15H4V4h11v1",
    "cross": "M6 6l12 12M18 6L6 18",
    "down": "M12 4v11m-5-5l5 5 5-5M5 20h14",
    "eye": "M2 12s4-7 10-7 10 7 10 7-4 7-10 7S2 12 2 12zm10-3a3 3 0 100 6 3 3 0 000-6z",
    "flag": "M6 21V4h11l-2 4 2 4H6",
    "fwd": "M5 12h14m-6-6l6 6-6 6",
    "globe": "M12 3a9 9 0 100 18 9 9 0 000-18zM3 12h18M12 3c5 5 5 13 0 18-5-5-5-13 0-18z",
    "info": "M12 3a9 9 0 100 18 9 9 0 000-18zm0 8v5.5M12 7.6v.1",
    "key": "M8 11a4 4 0 100 8 4 4 0 000-8zm3 1l8-8m-4 4l3 3",
    "lock": "M6 11h12v9H6zM9 11V8a3 3 0 016 0v3",
    "mail": "M3 6h18v13H3zm0 0l9 7 9-7",
    "menu": "M4 7h16M4 12h16M4 17h16",
    "pin": "M12 21s7-6.5 7-11a7 7 0 10-14 0c0 4.5 7 11 7 11zm0-14a3 3 0 100 6 3 3 0 000-6z",
    "play": "M7 5l12 7-12 7z",
    "plus": "M12 5v14M5 12h14",
    "search": "M11 4a7 7 0 100 14 7 7 0 000-14zm5 12l4.5 4.5",
    "undo": "M4 9h10a5 5 0 010 10H8M4 9l4-4M4 9l4 4",
    "up": "M12 20V9m-5 5l5-5 5 5M5 4h14",
    "user": "M12 4a4 4 0 100 8 4 4 0 000-8zM4.5 20.5c.7-4 3.6-6 7.5-6s6.8 2 7.5 6",
    "wait": "M7 3h10M7 21h10M8 3c0 5 8 5 8 9s-8 4-8 9m8-18c0 5-8 5-8 9s8 4 8 9",
    "warn": "M12 4L2.5 20h19L12 4zm0 6v5m0 2.5v.1",
}
__all__ = [
    "bar", "goal", "icon", "mark", "share_star", "star", "star_row", "trend", "zellige",
    "zellige_border", "zellige_fading",
]  # fmt: skip
TILE = 34  # a star of radius 17 has all its corners on whole numbers, within half a percent


def _svg(text: str) -> Markup:
    """Mark a drawing as safe: every text that came from outside was escaped in it."""
    return Markup(text)  # noqa: S704


STAR = f"M18 18{star_path(17)}"
_OUTER, _INNER = star_path(TILE / 2), turned_star_path(TILE / 4)


@lru_cache
def icon(name: str, cls: str = "") -> Markup:
    """Draw one icon of `ICONS`; add `flip` for arrows, which point the other way in Arabic."""
    extra = f" {cls}" if cls else ""
    return _svg(
        f'<svg class="i{extra}" viewBox="0 0 24 24" aria-hidden="true">'
        f'<path d="{ICONS[name]}"/></svg>'
    )


@lru_cache
def star(done: float, cls: str = "") -> Markup:
    """Draw where somebody is: 1 is done, 0 is still to do, anything between is under way."""
    state = "done" if done >= 1 else "now" if done > 0 else "todo"
    tick = '<path d="M11 18.5l5 5L26 13"/>' if state == "done" else ""
    extra = f" {cls}" if cls else ""
    return _svg(
        f'<svg class="star {state}{extra}" viewBox="0 0 36 36" aria-hidden="true">'
        f'<path d="{STAR}"/>{tick}</svg>'
    )


@lru_cache
def share_star(share: float, cls: str = "star") -> Markup:
    """Draw a star filled from its foot: the share (0 to 1) of the marks obtained."""
    top = round(36 * (1 - min(max(share, 0), 1)), 1)
    filled = (
        f'<svg y="{coordinate(top)}" width="36" height="{coordinate(36 - top)}"'
        f' viewBox="0 {coordinate(top)} 36 {coordinate(36 - top)}">'
        f'<path d="{STAR}" fill="var(--mint)"/></svg>'
        if share > 0
        else ""
    )
    return _svg(
        f'<svg class="{escape(cls)} share" viewBox="0 0 36 36" aria-hidden="true">{filled}'
        f'<path d="{STAR}" fill="none" stroke="var(--mint)" stroke-width="2"/></svg>'
    )


def star_row(groups: Sequence[tuple[int, str]], label: str, per_row: int = 12) -> Markup:
    """Draw one star for each person, test or place; groups are (how many, tone).

    Tones: `up`, `taken`, `me`, `kept`, `free`. Say in a legend what one star stands for.
    """
    size, paths, n = 40, [], 0
    for count, tone in groups:
        stars = "".join(
            f"M{k % per_row * size + 20} {k // per_row * size + 20}{_OUTER}"
            for k in range(n, n + count)
        )
        n += count
        if stars:
            paths.append(f'<path class="s-{escape(tone)}" d="{stars}"/>')
    rows = max(math.ceil(n / per_row), 1)
    return _svg(
        f'<svg class="stars mirror" viewBox="0 0 {per_row * size} {rows * size}" role="img"'
        f' aria-label="{escape(label)}">{"".join(paths)}</svg>'
    )


@lru_cache
def mark() -> Markup:
    """Draw the product's mark."""
    return _svg(
        '<svg width="34" height="34" viewBox="0 0 34 34" aria-hidden="true">'
        f'<path d="M17 17{_OUTER}" fill="{NIGHT}"/>'
        f'<path d="M17 17{turned_star_path(9.5)}" fill="{SAFFRON}"/>'
        f'<circle cx="17" cy="17" r="3.6" fill="{CLAY}"/></svg>'
    )


class _Dice:
    """Chance that depends on a seed only, on every version of Python."""

    def __init__(self, seed: str, throws: int) -> None:
        self._bytes = iter(shake_128(seed.encode()).digest(throws))

    def share(self) -> float:
        return next(self._bytes) / 256

    def pick(self, things: Sequence[str]) -> str:
        return things[int(self.share() * len(things))]


@lru_cache(maxsize=512)
def zellige(slug: str, cols: int = 9, rows: int = 3) -> Markup:
    """Draw the tiling that belongs to this slug: the picture of a course."""
    dice = _Dice(slug, 6)
    tones = ["var(--z1)", "var(--z2)", "var(--z3)", "var(--z4)"]
    main = tones.pop(int(dice.share() * 4))
    second = tones.pop(int(dice.share() * 3))
    heart = tones.pop(int(dice.share() * 2))
    step, beat, lean = (2 + int(dice.share() * 2) for _ in range(3))
    layers: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for y in range(rows):
        for x in range(cols):
            outer = main if (x + y) % step else second
            inner = heart if (lean * x + y) % (beat + 1) else "var(--paper)"
            layers.setdefault((_OUTER, outer), []).append((x, y))
            layers.setdefault((_INNER, inner), []).append((x, y))
    return _tiling(cols, rows, layers)


@lru_cache(maxsize=64)
def zellige_fading(slug: str, cols: int, rows: int) -> Markup:
    """Draw a tiling that dissolves towards its start: the ground of a page's first screen."""
    dice = _Dice(slug, cols * rows * 3)
    layers: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for y in range(rows):
        for x in range(cols):
            here = dice.share() <= 0.15 + (x + 0.5) / cols * 1.15
            outer = dice.pick(["#3B48B8"] * 3 + [SAFFRON, "#E0703F", MINT])
            inner = dice.pick(["#2A3490", "#2A3490", SAFFRON])
            if not here:
                continue
            layers.setdefault((_OUTER, outer), []).append((x, y))
            inner = inner if outer == "#3B48B8" else NIGHT
            layers.setdefault((_INNER, inner), []).append((x, y))
    return _tiling(cols, rows, layers)


def _tiling(cols: int, rows: int, layers: dict[tuple[str, str], list[tuple[int, int]]]) -> Markup:
    """Draw one path for each shape and color, the inner stars above the outer ones."""
    paths = []
    for (shape, color), places in sorted(layers.items(), key=lambda item: item[0][0] == _INNER):
        stars = "".join(f"M{x * TILE + 17} {y * TILE + 17}{shape}" for x, y in places)
        paths.append(f'<path fill="{color}" d="{stars}"/>')
    return _svg(
        f'<svg viewBox="0 0 {cols * TILE} {rows * TILE}" preserveAspectRatio="xMidYMid slice"'
        f' aria-hidden="true">{"".join(paths)}</svg>'
    )


@lru_cache
def zellige_border(tile: int = 44) -> str:
    """Return the file of nine tiles that `border-image … round` repeats around a certificate."""
    parts = []
    for place in (0, 1, 2, 3, 5, 6, 7, 8):
        x, y = place % 3 * tile, place // 3 * tile
        corner = place in (0, 2, 6, 8)
        at = f"M{x + tile // 2} {y + tile // 2}"
        outer, inner = (NIGHT, SAFFRON) if corner else (OCEAN, "#FFFFFF")
        parts.append(
            f'<path fill="{SAND}" d="M{x} {y}h{tile}v{tile}h-{tile}z"/>'
            f'<path fill="{outer}" d="{at}{star_path(tile / 2)}"/>'
            f'<path fill="{inner}" d="{at}{turned_star_path(tile / 3.6)}"/>'
            f'<path fill="{CLAY}" d="{at}{star_path(tile / 7)}"/>'
        )
    side = 3 * tile
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}"'
        f' width="{side}" height="{side}">{"".join(parts)}</svg>'
    )


@lru_cache(maxsize=64)
def goal(done: int, reached: int, label: str, total: int = 150) -> Markup:
    """Draw a goal as stars: `done` of `total` are full, those up to `reached` wait.

    Two shapes are drawn, of which the style sheet shows one: wide, and tall for phones. One such
    drawing stands on a page.
    """
    shapes = ((30, "wide"), (15, "tall"))
    return _svg("".join(_goal(done, reached, total, cols, cls, label) for cols, cls in shapes))


def _goal(done: int, reached: int, total: int, cols: int, cls: str, label: str) -> str:
    tile, rows = 24, math.ceil(total / cols)
    reached = min(max(done, reached), total)
    patterns, areas = [], []
    for kind, first, last, outer, inner in (
        ("d", 0, min(done, total), "z1", "z3"),
        ("w", min(done, total), reached, "z3", "paper"),
        ("e", reached, total, "line", "paper"),
    ):
        patterns.append(
            f'<pattern id="{cls}-{kind}" width="{tile}" height="{tile}"'
            f' patternUnits="userSpaceOnUse">'
            f'<path d="M12 12{star_path(11.6)}" fill="var(--{outer})"/>'
            f'<path d="M12 12{turned_star_path(5.5)}" fill="var(--{inner})"/></pattern>'
        )
        areas.append(f'<path d="{_area(first, last, cols, tile)}" fill="url(#{cls}-{kind})"/>')
    return (
        f'<svg class="{cls} mirror" viewBox="0 0 {cols * tile} {rows * tile}" role="img"'
        f' aria-label="{escape(label)}"><defs>{"".join(patterns)}</defs>{"".join(areas)}</svg>'
    )


def _area(first: int, last: int, cols: int, tile: int) -> str:
    """Return the cells from `first` up to, not with, `last`, row by row."""
    path = []
    while first < last:
        row, column = divmod(first, cols)
        end = min(last, (row + 1) * cols)
        path.append(f"M{column * tile} {row * tile}h{(end - first) * tile}v{tile}H{column * tile}z")
        first = end
    return "".join(path)


@lru_cache(maxsize=512)
def bar(percent: float, pace: float | None = None, late: bool = False) -> Markup:
    """Draw a bar of 0 to 100 with the pace expected today; say the same in words beside it."""
    tick = (
        f'<path d="M{coordinate(pace)} -1.5v13" stroke="var(--ink)" stroke-width="2"'
        ' vector-effect="non-scaling-stroke"/>'
        if pace is not None
        else ""
    )
    return _svg(
        '<svg class="mirror" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect y="1" width="100" height="8" rx="1" fill="var(--line)"/>'
        f'<rect y="1" width="{coordinate(min(max(percent, 0), 100))}" height="8" rx="1"'
        f' fill="var(--{"clay" if late else "z1"})"/>{tick}</svg>'
    )


def trend(
    values: Sequence[float],
    label: str,
    first: str,
    last: str,
    rtl: bool = False,
    write: Callable[[float], str] = coordinate,
) -> Markup:
    """Draw a line over time, from `first` to `last` (dates as text); `write` shows a number.

    Time runs left to right in every language: a mirrored line reads as a fall. `rtl` only sets
    the direction in which the two dates are written.
    """
    width, height, base = 360, 150, 128
    ceiling = _ceiling(max(values, default=0))
    span = max(len(values) - 1, 1)

    def y_of(value: float) -> str:
        return coordinate(base - value * 106 / ceiling)

    points = [f"{coordinate(30 + i * 316 / span)},{y_of(v)}" for i, v in enumerate(values)]
    grid = "".join(
        f'<path d="M30 {y_of(g)}H346" stroke="var(--line)"/>'
        f'<text x="24" y="{coordinate(float(y_of(g)) + 4)}" text-anchor="end">'
        f"{escape(write(g))}</text>"
        for g in (0, ceiling / 2, ceiling)
    )
    now = (
        f'<text class="now" x="346" y="{coordinate(float(y_of(values[-1])) - 10)}"'
        f' text-anchor="end">{escape(write(values[-1]))}</text>'
        if values
        else ""
    )
    way, start, end = (' direction="rtl"', "end", "start") if rtl else ("", "start", "end")
    ends = (
        f'<text{way} x="30" y="{height - 2}" text-anchor="{start}">{escape(first)}</text>'
        f'<text{way} x="346" y="{height - 2}" text-anchor="{end}">{escape(last)}</text>'
    )
    return _svg(
        f'<svg class="trend" viewBox="0 0 {width} {height}" role="img"'
        f' aria-label="{escape(label)}" fill="var(--ink-2)">{grid}{_line(points, base)}{now}'
        f"{ends}</svg>"
    )


def _ceiling(top: float) -> float:
    """Return the first of 2, 4, 10, 20, 40, 100… that the line stays under."""
    step = 1.0
    while True:
        for factor in (2, 4, 10):
            if top <= factor * step:
                return factor * step
        step *= 10


def _line(points: Sequence[str], base: int) -> str:
    if not points:
        return ""
    x, y = points[-1].split(",")
    return (
        f'<polygon points="30,{base} {" ".join(points)} {x},{base}" fill="var(--brand-soft)"/>'
        f'<polyline points="{" ".join(points)}" fill="none" stroke="var(--brand)"'
        ' stroke-width="3" stroke-linejoin="round" stroke-linecap="round"/>'
        f'<circle cx="{x}" cy="{y}" r="5" fill="var(--saffron)" stroke="var(--ink)"'
        ' stroke-width="2"/>'
    )

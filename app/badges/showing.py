"""The pictures of a credential: its badge, a star with the course on a ribbon; and a card. Pure.

An SVG that needs nothing from elsewhere; the same for the same words.
"""

from dataclasses import dataclass

from markupsafe import escape

from app.web.stars import (
    CLAY,
    MINT,
    NIGHT,
    OCEAN,
    SAFFRON,
    SAND,
    star_path,
    turned_star_path,
)

LEVELS = ("beginner", "intermediate", "advanced")
_HEARTS = {"beginner": MINT, "intermediate": CLAY, "advanced": OCEAN}
FONT = "Readex Pro, Readex, Noto Sans, Noto Sans Arabic, sans-serif"
SIZES = ((38, 1), (32, 2), (27, 2), (22, 3))
"""Sizes of the title and how many lines of it the ribbon takes: the first that fits is used."""
WIDTH = 500


@dataclass(frozen=True)
class Badge:
    """What the picture says; `below` is the small line under the title."""

    title: str
    below: str
    level: str
    language: str


def draw_badge(badge: Badge) -> str:
    """Return the badge, 640 by 640, with no ground."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 640" width="640" height="640"'
        f' role="img" aria-label="{escape(badge.title)}">{_shapes(badge)}</svg>'
    )


def _shapes(badge: Badge) -> str:
    heart = _HEARTS.get(badge.level, OCEAN)
    at = "M320 310"
    parts = [
        f'<path fill="{NIGHT}" d="{at}{star_path(300)}"/>',
        f'<path fill="none" stroke="{SAFFRON}" stroke-width="4" d="{at}{star_path(282)}"/>',
        f'<path fill="{OCEAN}" d="{at}{turned_star_path(252)}"/>',
        f'<path fill="{SAND}" d="{at}{star_path(200)}"/>',
        f'<path fill="{heart}" d="{at}{turned_star_path(172)}"/>',
        f'<path fill="{SAND}" d="{at}{star_path(124)}"/>',
        f'<path fill="{NIGHT}" d="{at}{turned_star_path(108)}"/>',
        f'<path fill="{SAFFRON}" d="{at}{star_path(70)}"/>',
        f'<path fill="{NIGHT}" d="{at}{turned_star_path(34)}"/>',
        *_ribbon(badge),
        *_steps(badge.level),
    ]
    return "".join(parts)


def _ribbon(badge: Badge) -> list[str]:
    size, lines = fit(badge.title, SIZES, WIDTH)
    step = round(size * 1.32)
    top = 468 - round((len(lines) - 1) * step / 2) - (12 if badge.below else 0)
    return [
        f'<path fill="{CLAY}" d="M8 424h76v117H8l30-58zM632 424h-76v117h76l-30-58z"/>',
        f'<path fill="{NIGHT}" d="M52 523l32 18v-18zM588 523l-32 18v-18z"/>',
        '<path fill="#FFFFFF" d="M52 396h536v127H52z"/>',
        f'<path fill="none" stroke="{SAFFRON}" stroke-width="3" d="M52 405h536M52 514h536"/>',
        *(
            _text(line, 320, top + n * step, size, NIGHT, badge.language, "600")
            for n, line in enumerate(lines)
        ),
        _text(badge.below, 320, 500, 19, NIGHT, badge.language),
    ]


def _steps(level: str) -> list[str]:
    """Return a star for each level there is, full up to this one; none for other levels."""
    reached = LEVELS.index(level) if level in LEVELS else -1
    return [
        f'<path fill="{SAFFRON if n <= reached else "none"}" stroke="{SAFFRON}" stroke-width="2"'
        f' d="M{320 + (n - 1) * 40} 552{star_path(14)}"/>'
        for n in range(len(LEVELS))
        if reached >= 0
    ]


def _text(
    words: str, x: int, y: int, size: int, color: str, language: str, weight: str = "400",
    anchor: str = "middle",
) -> str:  # fmt: skip
    """Return a line of text; Arabic says its direction in its signs, which all programs read."""
    inner = f"\u202b{words}\u202c" if language == "ar" else words
    return (
        f'<text x="{x}" y="{y}" font-family="{FONT}" font-size="{size}" font-weight="{weight}"'
        f' fill="{color}" text-anchor="{anchor}" xml:lang="{escape(language)}">'
        f"{escape(inner)}</text>"
    )


def fit(words: str, sizes: tuple[tuple[int, int], ...], width: int) -> tuple[int, list[str]]:
    """Return the first size in which words fit, and their lines; cut at the smallest."""
    for size, most in sizes:
        lines = _wrapped(words, width / size)
        if len(lines) <= most and all(_length(line) * size <= width for line in lines):
            return size, lines
    lines = [_cut(line, width / size) for line in lines[:most]]
    return size, [*lines[:-1], lines[-1].removesuffix("…") + "…"]


def _cut(words: str, most: float) -> str:
    if _length(words) <= most:
        return words
    while _length(words) > most - 1:
        words = words[:-1]
    return words + "…"


def _length(words: str) -> float:
    """Return about how long words are, in sizes of their letters."""
    return sum(1.1 if s in "MW" else 0.8 if s.isupper() or s in "mw@%" else 0.55 for s in words)


def _wrapped(words: str, most: float) -> list[str]:
    lines = [""]
    for word in words.split():
        if lines[-1] and _length(f"{lines[-1]} {word}") > most:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


@dataclass(frozen=True)
class Card:
    """What the picture for messages says."""

    badge: Badge
    site: str
    label: str
    name: str
    course: str
    where: str


def draw_card(card: Card) -> str:
    """Return the picture for messages, 1200 by 630; in Arabic the badge stands at the right."""
    language = card.badge.language
    right = language == "ar"
    badge_at, edge, anchor = (612, 584, "end") if right else (44, 612, "start")
    name_size, name = fit(card.name, ((60, 1), (50, 1), (44, 2), (36, 2)), 540)
    course_size, course = fit(card.course, ((36, 2), (30, 3)), 540)
    lines = [(card.label, 28, CLAY, "600")]
    lines += [(line, name_size, NIGHT, "600") for line in name]
    lines += [(line, course_size, NIGHT, "400") for line in course]
    lines += [(card.where, 25, OCEAN, "400")]
    gaps = [size * (1.6 if right else 1.4) for _, size, _, _ in lines]
    y = 300 - sum(gaps) / 2
    words = []
    for (line, size, color, weight), gap in zip(lines, gaps, strict=True):
        y += gap
        words.append(_text(line, edge, round(y), size, color, language, weight, anchor))
    tiles = "".join(f"M{x} 602{star_path(20)}" for x in range(20, 1200, 40))
    hearts = "".join(f"M{x} 602{turned_star_path(10)}" for x in range(20, 1200, 40))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1200 630" width="1200" height="630">'
        f'<path fill="#FBF7F0" d="M0 0h1200v630H0z"/><path fill="{SAND}" d="M0 576h1200v54H0z"/>'
        f'<path fill="{NIGHT}" d="{tiles}"/><path fill="{SAFFRON}" d="{hearts}"/>'
        f'<svg x="{badge_at}" y="12" width="544" height="544" viewBox="0 0 640 640">'
        f"{_shapes(card.badge)}</svg>"
        f"{''.join(words)}{_text(card.site, edge, 540, 25, NIGHT, language, '600', anchor)}</svg>"
    )

"""Reads the gaps of a text: `[[right|wrong]]` to choose from, `[[right]]` to type."""

import re

from app.sdk import BLOCK_ID, mask, say
from plugins.quizzes.lines import Raw, solid_lines
from plugins.quizzes.problems import Problems
from plugins.quizzes.questions import Accepted, Gap, Option, Question, key_for

MAX_GAPS = 50
_GAP = re.compile(r"\[\[(?P<inside>(?:\\.|[^\\\n])*?)\]\](?:\{#(?P<key>[^{}\s]*)\})?")
_BAR = re.compile(r"(?<!\\)\|")
_ESCAPED = re.compile(r"\\([|\\\]\[])")
_TYPED = re.compile(r"^=\s+(?=\S)")
MARK = re.compile(r"\[\[([a-z][a-z0-9-]*)\]\]")
"""Where a gap stands in the body of a question that was read."""


def read(problems: Problems, raw: Raw, question: Question) -> tuple[str, tuple[Gap, ...]]:
    """Return the body with `[[key]]` for each gap, and the gaps in the order of the text."""
    lines = [line for _, line in raw.body]
    solid = solid_lines(lines)
    taken: set[str] = set()
    found: list[Gap] = []
    shown = []
    for number, (place, line) in enumerate(raw.body):
        if number in solid:
            shown.append(line)
            continue
        shown.append(_line(problems, question, place, line, taken, found))
    if "[[" in mask([raw.prompt])[0]:
        problems.error(
            raw.line,
            1,
            say("A gap cannot stand in the title of a question."),
            say("Put the text with gaps on the lines below."),
        )
    return "\n".join(shown).strip("\n"), tuple(found[:MAX_GAPS])


def _line(
    problems: Problems, question: Question, place: int, line: str, taken: set[str],
    found: list[Gap],
) -> str:  # fmt: skip
    masked = mask([line], formulas=False)[0]
    shown, position = "", 0
    for opening in re.finditer(r"\[\[", masked):
        if opening.start() < position:
            continue
        gap = _GAP.match(line, opening.start())
        if gap is None:
            problems.error(
                place,
                opening.start() + 1,
                say("This gap is never closed."),
                say("End it with ]] on the same line."),
            )
            continue
        read_gap = _gap(problems, question, place, gap, taken, len(found))
        if read_gap:
            found.append(read_gap)
            shown += line[position : gap.start()] + f"[[{read_gap.key}]]"
            position = gap.end()
    return shown + line[position:]


def _gap(
    problems: Problems, question: Question, place: int, gap: re.Match[str], taken: set[str],
    number: int,
) -> Gap | None:  # fmt: skip
    pieces = _pieces(gap["inside"])
    if not all(pieces) or len(set(pieces)) < len(pieces) or number >= MAX_GAPS:
        problems.error(
            place,
            gap.start() + 1,
            say("This gap is empty, says something twice, or is one too many."),
            say("Write [[right|wrong|wrong]]; \\| for a bar that belongs to a word."),
        )
        return None
    key = _key(problems, question, place, gap, taken, number)
    if all(_TYPED.match(piece) for piece in pieces):
        return Gap(key, (), tuple(Accepted(_TYPED.sub("", piece)) for piece in pieces))
    if len(pieces) == 1:
        return Gap(key, (), (Accepted(pieces[0]),))
    inner: set[str] = set()
    options = tuple(
        Option(key_for(f"{question.id}/{key}", "choice", piece, inner), piece, right=not place_)
        for place_, piece in enumerate(pieces)
    )
    return Gap(key, options)


def _pieces(inside: str) -> list[str]:
    """Cut the inside of a gap at its bars, except those in code."""
    masked = mask([inside], formulas=False)[0]
    cuts = [bar.start() for bar in _BAR.finditer(masked)]
    edges = zip([-1, *cuts], [*cuts, len(inside)], strict=True)
    return [_ESCAPED.sub(r"\1", inside[start + 1 : end].strip()) for start, end in edges]


def _key(
    problems: Problems, question: Question, place: int, gap: re.Match[str], taken: set[str],
    number: int,
) -> str:  # fmt: skip
    key = gap["key"]
    if key is not None and BLOCK_ID.match(key) and key not in taken:
        taken.add(key)
        return key
    if key is not None:
        problems.error(
            place,
            gap.start() + 1,
            say("“%(key)s” cannot be a key.", key=key),
            say("Use small letters a–z, digits and hyphens, each key once."),
        )
    # Never made of what is to be typed: whoever knows the recipe could try words against it.
    seen = (
        sorted(_pieces(gap["inside"])) if "|" in gap["inside"] and "= " not in gap["inside"] else []
    )
    return key_for(question.id, "gap", " ".join(seen) or str(number), taken)

"""Looks at a text before Markdown does, and refuses what would keep it busy for seconds.

The costs that are counted are those of Python-Markdown: for each opening bracket it walks to the
closing one, or to the end of the paragraph; for each run of backticks to the next of its length.
A lesson by a person stays far below these numbers; the hostile texts of the tests far above.
"""

import re
from itertools import pairwise

from app.content.fences import fences
from app.content.rules import Problem, error
from app.kernel.i18n import Sentence, say

MAX_SOURCE = 64_000
MAX_LINE = 8_000
MAX_LINES = 5_000
MAX_SIGNS = 12_000
MAX_WALK = 600_000
MAX_TICK_WALK = 8_000_000
MAX_NESTING = 12
MAX_DEPTH = 40

_SIGNS = re.compile(r"[*_`\[\]!$<>\\&|~^]")
_TICKS = re.compile("`+")
_DEPTH = re.compile(r"^[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t>]+)*")


def hostile(body: str, path: str, first_line: int) -> Problem | None:
    """Return why this text is not rendered, or None."""
    if len(body) > MAX_SOURCE or len(body.encode("utf-8", "replace")) > MAX_SOURCE:
        return _refusal(path, 1, say("This text is larger than %(n)s kB.", n=MAX_SOURCE // 1000))
    lines = body.split("\n")
    for fence in fences(lines):
        lines[fence.start : fence.end] = [""] * (fence.end - fence.start)
    number = _long_or_deep(lines)
    if number is not None:
        message = say("This line is too long, or nested too deeply.")
        return _refusal(path, first_line + number, message)
    prose = "\n".join(lines)
    if len(lines) > MAX_LINES or len(_SIGNS.findall(prose)) > MAX_SIGNS:
        return _refusal(path, first_line, say("This text has too many lines or signs of Markdown."))
    return _paragraphs(lines, path, first_line)


def _long_or_deep(lines: list[str]) -> int | None:
    for number, line in enumerate(lines):
        if len(line) > MAX_LINE:
            return number
        depth = _DEPTH.match(line)
        marks = depth[0] if depth else ""
        if len(marks.replace(" ", "").replace("\t", "")) > MAX_NESTING or len(marks) > MAX_DEPTH:
            return number
    return None


def _paragraphs(lines: list[str], path: str, first_line: int) -> Problem | None:
    walk = ticks = start = 0
    for number in range(len(lines) + 1):
        if number < len(lines) and lines[number].strip():
            continue
        if number > start:
            text = "\n".join(lines[start:number])
            steps, depth = brackets(text)
            walk += steps
            ticks += tick_walk(text)
            if walk > MAX_WALK or ticks > MAX_TICK_WALK or depth > MAX_NESTING:
                message = say("Too many brackets or backticks are left open in this paragraph.")
                return _refusal(path, first_line + start, message)
        start = number + 1
    return None


def brackets(text: str) -> tuple[int, int]:
    """Return the steps that looking for closing brackets takes, and how deep they are nested."""
    open_: list[int] = []
    steps = depth = 0
    for position, sign in enumerate(text):
        if sign in "[(":
            open_.append(position)
            depth = max(depth, len(open_))
        elif sign in "])" and open_:
            steps += position - open_.pop()
    unclosed = len(open_)
    steps += sum(len(text) - position for position in open_)
    return steps, depth - unclosed if depth > unclosed else 0


def tick_walk(text: str) -> int:
    """Return the steps that looking for closing runs of backticks takes."""
    places: dict[int, list[int]] = {}
    for run in _TICKS.finditer(text):
        places.setdefault(len(run[0]), []).append(run.start())
    steps = 0
    for found in places.values():
        steps += sum(after - before for before, after in pairwise(found))
        steps += len(text) - found[-1]
    longest = max(places, default=0)
    return steps * (1 + longest // 8)


def _refusal(path: str, line: int, message: Sentence) -> Problem:
    remedy = say("Close what is left open, leave blank lines, or split the text in two lessons.")
    return error(path, line, 1, message, remedy)

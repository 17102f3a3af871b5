"""Prepares the lines of a lesson for Python-Markdown: slots for fences, lists of CommonMark.

Python-Markdown wants four spaces for what stands inside a list; people and CommonMark follow the
text of the item. Here the lines are re-indented, so that both are understood.
"""

import re
from collections.abc import Callable

from app.content.fences import Fence, displays, fences

SLOT_OPEN, SLOT_CLOSE = "\ue000", "\ue001"
MAX_LIST_DEPTH = 6

_OURS = re.compile("[\ue000-\ue00f\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_ITEM = re.compile(r"^(?P<marker>[-*+]|\d{1,9}[.)])(?P<gap> {1,4}|$)")
_ALONE = re.compile(r"^ {0,3}(?:#{1,6} |(?:\* *){3,}$|(?:- *){3,}$|(?:_ *){3,}$)")
_RULE = re.compile(r"^(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})$")


def slot(number: int) -> str:
    """Return the mark that holds the place of something already rendered."""
    return f"{SLOT_OPEN}{number}{SLOT_CLOSE}"


def plain(text: str) -> str:
    """Return the text without the characters that mark slots, and without control characters."""
    return _OURS.sub("\N{REPLACEMENT CHARACTER}", text)


def with_slots(
    lines: list[str],
    fence_slot: Callable[[Fence], int],
    formula_slot: Callable[[str], int],
) -> list[str]:
    """Return the lines with each fence and display formula replaced by a slot of its own."""
    found: list[str] = []
    position = 0
    for fence in fences(lines):
        found += _formulas(lines[position : fence.start], formula_slot)
        found += _lone(fence.prefix, fence_slot(fence))
        position = fence.end
    return found + _formulas(lines[position:], formula_slot)


def _formulas(lines: list[str], formula_slot: Callable[[str], int]) -> list[str]:
    found: list[str] = []
    position = 0
    for start, end in displays(lines):
        latex = "\n".join(lines[start:end]).strip()[2:-2].strip()
        indent = len(lines[start]) - len(lines[start].lstrip(" "))
        found += lines[position:start]
        found += _lone(" " * indent, formula_slot(latex))
        position = end
    return found + lines[position:]


def _lone(prefix: str, number: int) -> list[str]:
    blank = prefix.rstrip() if ">" in prefix else ""
    return [blank, prefix + slot(number), blank]


class Lists:
    """Re-indents the lines of lists, four spaces for each level."""

    def __init__(self) -> None:
        self._levels: list[int] = []
        self._blank = True
        self._out: list[str] = []

    def run(self, lines: list[str]) -> list[str]:
        """Return the lines as Python-Markdown reads them."""
        for line in lines:
            if line.strip():
                self._line(line.expandtabs(4).rstrip() + ("  " if line.endswith("  ") else ""))
            else:
                self._blank = True
                self._out.append("")
        return self._out

    def _line(self, line: str) -> None:
        indent = len(line) - len(line.lstrip(" "))
        item = None if _RULE.match(line.strip()) else _ITEM.match(line.lstrip(" "))
        if self._blank or item or _RULE.match(line.strip()):
            while self._levels and indent < self._levels[-1]:
                self._levels.pop()
        base = self._levels[-1] if self._levels else 0
        if line.lstrip(" ").startswith(SLOT_OPEN):
            indent = min(indent, base)
        if not self._levels and _ALONE.match(line):
            self._out += ["", line, ""]
            self._blank = True
            return
        if item and indent - base < 4 and len(self._levels) < MAX_LIST_DEPTH:
            self._item(item, indent, line)
        else:
            depth = len(self._levels)
            self._out.append("    " * depth + line[min(indent, base) :])
        self._blank = False

    def _item(self, item: re.Match[str], indent: int, line: str) -> None:
        marker, depth = item["marker"], len(self._levels)
        begins = not self._levels and not self._blank
        if begins and self._out and self._interrupts(marker):
            self._out.append("")
        text = line.lstrip(" ")[item.end() :]
        number = marker[:-1] + "." if marker[-1] in ".)" else "-"
        self._out.append("    " * depth + f"{number} {text}")
        self._levels.append(indent + len(marker) + max(1, len(item["gap"])))

    def _interrupts(self, marker: str) -> bool:
        """Tell whether a list may begin right below a line of text: bullets, or a 1."""
        before = self._out[-1]
        is_item = bool(_ITEM.match(before.strip()))
        return not is_item and (marker in "-*+" or marker[:-1] == "1")

"""One text of a course while it is checked: its lines, masked where they are code."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from app.content.blocks import Anchor, nodes, questions
from app.content.fences import Fence, fences, mask
from app.content.rules import BlockNode, LessonText, Problem, error, warning
from app.kernel.i18n import Sentence

_LINK = re.compile(
    r"(?<!\\)(?P<image>!?)\[(?P<text>(?:[^\[\]]|\[[^\[\]]*\])*)\]"
    r"\(\s*(?:<(?P<angle>[^<>\n]*)>|(?P<plain>[^\s()]*(?:\([^\s()]*\)[^\s()]*)*))"
)
_DEFINITION = re.compile(r"^ {0,3}\[(?!\^)(?P<text>[^\]\n]+)\]:[ \t]*(?P<plain>\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Target:
    """A link or a picture as written."""

    image: bool
    text: str
    target: str
    line: int
    column: int


@dataclass(frozen=True)
class Page:
    """A lesson or a file of questions in one language, already found harmless."""

    text: LessonText
    lesson: str
    source: str
    lines: list[str]
    first_line: int
    anchors: frozenset[str]
    weight: int
    """Bytes of its HTML."""

    @property
    def path(self) -> str:
        """Return its path in the course."""
        return self.text.path

    @cached_property
    def fences(self) -> list[Fence]:
        """Return the fences of the body."""
        return fences(self.lines)

    @cached_property
    def nodes(self) -> list[BlockNode]:
        """Return the blocks and cells, with the lines of the file."""
        return nodes(self.lines, self.first_line)

    @cached_property
    def questions(self) -> list[Anchor]:
        """Return the ids given inside blocks, in order."""
        return [anchor for node in self.nodes if node.name != "cell" for anchor in questions(node)]

    @cached_property
    def outer(self) -> list[str]:
        """Return the lines with blocks, code and formulas blanked."""
        return mask(self.lines, inside_blocks=False)

    @cached_property
    def prose(self) -> str:
        """Return the text with code and formulas blanked; the prose inside blocks is kept."""
        return "\n".join(mask(self.lines))

    @cached_property
    def formulas(self) -> str:
        """Return the text with only code blanked."""
        return "\n".join(mask(self.lines, formulas=False))

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        for line in self.lines:
            starts.append(starts[-1] + len(line) + 1)
        return starts

    def place(self, offset: int) -> tuple[int, int]:
        """Return (line of the file, column) of an offset into the prose."""
        line = bisect_right(self._starts, offset) - 1
        return self.first_line + line, offset - self._starts[line] + 1

    @cached_property
    def targets(self) -> list[Target]:
        """Return every link and picture of the text and of its blocks."""
        return list(self._find())

    def _find(self) -> Iterator[Target]:
        for found in _LINK.finditer(self.prose):
            line, column = self.place(found.start())
            target = found["angle"] if found["angle"] is not None else found["plain"]
            yield Target(bool(found["image"]), found["text"], target, line, column)
        for found in _DEFINITION.finditer(self.prose):
            line, column = self.place(found.start())
            yield Target(False, found["text"], found["plain"], line, column)

    def error(self, line: int, column: int, message: Sentence, remedy: Sentence) -> Problem:
        """Return an error in this file."""
        return error(self.path, line, column, message, remedy)

    def warning(self, line: int, column: int, message: Sentence, remedy: Sentence) -> Problem:
        """Return a warning in this file."""
        return warning(self.path, line, column, message, remedy)

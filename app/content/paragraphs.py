"""Digests of a lesson's paragraphs, by which a translation knows that its source has moved on.

Paragraph 0 is what the front matter shows to learners (title, objectives, rubric); the others are
the pieces of the body between blank lines. An ordinary code fence is one piece, a block is cut like
the text around it, so that one changed question does not make its neighbors look changed.
"""

import hashlib
import re
from dataclasses import dataclass

from app.content.fences import fences
from app.content.frontmatter import split

_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A piece of a lesson: six hex digits of its text, its line in the file, the text itself."""

    digest: str
    line: int
    text: str

    @property
    def opening(self) -> str:
        """Return the first words, enough for an author to find the place."""
        words = _SPACE.sub(" ", self.text).strip()
        return words if len(words) <= 48 else words[:47].rstrip() + "…"


def digest(text: str) -> str:
    """Return six hex digits of the text; spacing and line breaks do not count."""
    plain = _SPACE.sub(" ", text).strip()
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()[:6]


def paragraphs(source: str) -> list[Paragraph]:
    """Cut a lesson (with or without its front matter) into paragraphs; never raises."""
    front, body, first_line = split(source)
    shown = shown_words(front)
    found = [Paragraph(digest(shown), 1, shown)]
    lines = body.split("\n")
    solid = _solid(lines)
    piece: list[str] = []
    start = 0
    for number, line in enumerate([*lines, ""]):
        if line.strip() or number in solid:
            start = start if piece else number
            piece.append(line)
        elif piece:
            text = "\n".join(piece)
            found.append(Paragraph(digest(text), first_line + start, text))
            piece = []
    return found


def _solid(lines: list[str], offset: int = 0) -> set[int]:
    """Return the numbers of the lines where a blank line does not end a paragraph."""
    solid: set[int] = set()
    for fence in fences(lines):
        if fence.is_block:
            solid |= _solid(fence.body.split("\n"), offset + fence.start + 1)
        else:
            solid |= set(range(offset + fence.start, offset + fence.end))
    return solid


def shown_words(front: str) -> str:
    """Return the lines of the front matter that learners read: title, objectives, rubric."""
    kept = []
    within = False
    for line in front.split("\n"):
        if not line.startswith((" ", "-")):
            within = line.startswith(("title:", "objectives:", "rubric:"))
        if within:
            kept.append(line)
    return "\n".join(kept)

"""Cuts the body of a `quiz` block into questions and their parts; what they mean comes later."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.sdk import Sentence, fences

_HEADING = re.compile(r"^#{3,6}[ \t]+(?P<text>.*?)[ \t]*$")
_HEADER = re.compile(r"\{[^{}]*\}$")
_KIND = re.compile(r"(?:^|[\s{])type=\"?([a-z]+)")
_OPTION = re.compile(
    r"^ {0,3}[-*+][ \t]+\[(?P<mark>[xX ]|-?\d{1,3}(?:\.\d{1,5})? ?%)\][ \t]+(?=\S)"
)
_ALMOST = re.compile(r"^ {0,3}[-*+][ \t]*\[[ \txXvVoO✓✔✗✘-]{0,3}\](?![(\[:])")
_ITEM = re.compile(r"^ {0,3}[-*+][ \t]+(?=\S)")
_STEP = re.compile(r"^ {0,3}\d{1,3}[.)][ \t]+(?=\S)")
_ANSWER = re.compile(r"^(?P<mark>[=~])[ \t]+(?=\S)")
_VARS = re.compile(r"^vars:[ \t]*")
_QUOTE = re.compile(r"^(?P<space> *)>[ \t]?")
_NOTE = re.compile(r"^ {0,3}>[ \t]?\[!(?P<name>HINT|SOLUTION)\][ \t]*(?P<rest>.*?)[ \t]*$", re.I)


@dataclass(slots=True)
class Part:
    """An option, a pair, a step or an accepted answer as written, with its feedback."""

    kind: str
    mark: str
    line: int
    column: int
    text: list[str]
    feedback: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        """Return the text of the part."""
        return "\n".join(self.text).strip()

    @property
    def comment(self) -> str:
        """Return its feedback."""
        return "\n".join(self.feedback).strip()


@dataclass(slots=True)
class Note:
    """A hint or a solution."""

    name: str
    line: int
    header: str
    text: list[str]


@dataclass(slots=True)
class Raw:
    """A question as its lines say it; `line` and `column` are where its header begins."""

    line: int
    column: int
    source: str
    prompt: str
    header: str
    kind: str
    body: list[tuple[int, str]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    problems: list[tuple[int, int, Sentence, Sentence]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Return the body of the question."""
        return "\n".join(line for _, line in self.body).strip("\n")

    def of(self, kind: str) -> list[Part]:
        """Return the parts of one kind."""
        return [part for part in self.parts if part.kind == kind]


def cut(body: str, first_line: int) -> tuple[list[tuple[int, str]], list[Raw]]:
    """Return what stands before the first question, and the questions."""
    lines = body.split("\n")
    solid = solid_lines(lines)
    intro: list[tuple[int, str]] = []
    found: list[Raw] = []
    reader = None
    for number, line in enumerate(lines):
        heading = None if number in solid else _HEADING.match(line)
        if heading:
            found.append(_opened(line, heading["text"], first_line + number))
            reader = _Lines(found[-1])
        elif reader is None:
            intro.append((first_line + number, line))
        else:
            reader.take(first_line + number, line, number in solid)
    return intro, found


def solid_lines(lines: list[str]) -> set[int]:
    """Return the numbers of the lines that stand in a fence."""
    return {number for fence in fences(lines) for number in range(fence.start, fence.end)}


def _opened(line: str, text: str, number: int) -> Raw:
    header = _HEADER.search(text)
    inside = header[0] if header and ("#" in header[0] or "=" in header[0]) else ""
    prompt = text[: -len(inside)].rstrip() if inside else text
    kind = _KIND.search(inside)
    column = line.rindex(inside) + 1 if inside else 1
    return Raw(number, column, line, prompt, inside, kind[1] if kind else "")


class _Lines:
    """Takes the lines of one question in their order."""

    def __init__(self, raw: Raw) -> None:
        self._raw = raw
        self._part: Part | None = None
        self._note: Note | None = None

    def take(self, number: int, line: str, solid: bool) -> None:
        if solid:
            self._solid(number, line)
        elif not self._quoted(number, line):
            self._note = None
            if not line.strip():
                self._blank(number, line)
            elif not self._begins(number, line):
                self._continues(number, line)

    def _solid(self, number: int, line: str) -> None:
        self._note = None
        if self._part and line.startswith("  "):
            self._part.text.append(line.removeprefix("  "))
        else:
            self._part = None
            self._raw.body.append((number, line))

    def _blank(self, number: int, line: str) -> None:
        if self._part is None:
            self._raw.body.append((number, line))

    def _quoted(self, number: int, line: str) -> bool:
        note = _NOTE.match(line)
        if note:
            self._part = None
            header, text = _split_note(note["rest"])
            self._note = Note(note["name"].lower(), number, header, [text] if text else [])
            self._raw.notes.append(self._note)
            return True
        quote = _QUOTE.match(line)
        if quote is None or (self._note is None and self._part is None):
            return False
        text = line[quote.end() :]
        (self._note.text if self._note else self._part.feedback if self._part else []).append(text)
        return True

    def _begins(self, number: int, line: str) -> bool:
        found = _part_of(line, self._raw.kind)
        if found is None:
            return False
        kind, mark, start = found
        self._part = Part(kind, mark, number, start + 1, [line[start:].rstrip()])
        self._raw.parts.append(self._part)
        return True

    def _continues(self, number: int, line: str) -> None:
        part = self._part
        if part and line.startswith("  ") and not part.feedback:
            part.text.append(line.strip())
            return
        self._part = None
        self._raw.body.append((number, line))


def _split_note(rest: str) -> tuple[str, str]:
    if rest.startswith("{"):
        header, _, text = rest.partition("}")
        return header + "}", text.strip()
    return "", rest


def _part_of(line: str, kind: str) -> tuple[str, str, int] | None:
    """Return (kind, mark, where its text begins) of a line that begins a part."""
    if kind == "cloze":
        return None
    for name, pattern in _patterns(kind):
        found = pattern.match(line)
        if found:
            mark = found.groupdict().get("mark") or ""
            return name, mark.strip(), found.end()
    return None


def _patterns(kind: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    yield "option", _OPTION
    yield "almost", _ALMOST
    if kind == "match":
        yield "pair", _ITEM
    if kind == "order":
        yield "step", _STEP
    yield "answer", _ANSWER
    if kind == "formula":
        yield "vars", _VARS

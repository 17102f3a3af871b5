"""Finds the fences of a Markdown text: the one scanner that rendering, checking and digests share.

A fence may stand in a list or in a quote; what is inside a fence is never looked into again,
except the body of a block, by whoever reads that block.
"""

import re
from dataclasses import dataclass

_OPEN = re.compile(
    r"^(?P<prefix>(?: *>)* *)(?P<mark>`{3,}|~{3,})[ \t]*(?P<info>[^`\n]*?)[ \t]*$", re.ASCII
)
_BLOCK_INFO = re.compile(r"^(?P<name>[a-z][a-z0-9_-]*)[ \t]*(?P<header>\{.*\})$", re.DOTALL)
_CELL = re.compile(r"\{[^}]*\.cell(?![\w-])")


@dataclass(frozen=True, slots=True)
class Fence:
    """One fence: lines `start`..`end` (0-based, end excluded), its info string and its body."""

    start: int
    end: int
    prefix: str
    mark: str
    info: str
    body: str
    closed: bool

    @property
    def language(self) -> str:
        """Return the first word of the info string, which names the language or the block."""
        word = re.match(r"[\w#.+-]+", self.info)
        return word.group(0) if word else ""

    @property
    def header(self) -> str:
        """Return the part of the info string in braces, or nothing."""
        brace = self.info.find("{")
        return self.info[brace:] if brace >= 0 else ""

    @property
    def is_block(self) -> bool:
        """Tell whether it is a block: four backticks and `name {#id …}`, not in a list or quote."""
        return self.mark == "````" and not self.prefix and bool(_BLOCK_INFO.match(self.info))

    @property
    def is_cell(self) -> bool:
        """Tell whether it is a runnable cell: an ordinary fence with `{.cell}`."""
        return self.mark[0] == "`" and not self.prefix and bool(_CELL.search(self.header))


def _strip(line: str, prefix: str) -> str | None:
    """Return the line without the fence's prefix, or None where the quote around it has ended."""
    quotes = prefix.count(">")
    for _ in range(quotes):
        stripped = line.lstrip(" ")
        if not stripped.startswith(">"):
            return None
        line = stripped[1:]
    if quotes:
        return line[1:] if line.startswith(" ") else line
    indent = len(line) - len(line.lstrip(" "))
    return line[min(indent, len(prefix)) :]


def _closes(line: str, mark: str) -> bool:
    line = line.strip()
    return len(line) >= len(mark) and not line.strip(mark[0]) and line[:1] == mark[0]


def fences(lines: list[str]) -> list[Fence]:
    """Return the fences of these lines in order; one that is never closed runs to the end."""
    found = []
    number = 0
    while number < len(lines):
        opening = _OPEN.match(lines[number]) if _may_open(lines[number]) else None
        if opening is None:
            number += 1
            continue
        fence = _read(lines, number, opening)
        found.append(fence)
        number = fence.end
    return found


def _may_open(line: str) -> bool:
    return "```" in line or "~~~" in line


def _read(lines: list[str], start: int, opening: re.Match[str]) -> Fence:
    prefix, mark, info = opening.group("prefix", "mark", "info")
    body: list[str] = []
    end, closed = start + 1, False
    for end in range(start + 1, len(lines)):
        line = _strip(lines[end], prefix)
        if line is None:
            break
        if _closes(line, mark):
            end, closed = end + 1, True
            break
        body.append(line)
    else:
        end = len(lines)
    return Fence(start, end, prefix, mark, info.strip(), "\n".join(body), closed)


def mask(lines: list[str], *, inside_blocks: bool = True, formulas: bool = True) -> list[str]:
    """Return the lines with every fence, code span and formula blanked, positions kept.

    The prose inside blocks stays readable unless `inside_blocks` is False; formulas stay readable
    when `formulas` is False.
    """
    masked = _mask_fences(lines, inside_blocks)
    if not formulas:
        return [_mask_spans(line, _CODE) for line in masked]
    for start, end in displays(masked):
        for number in range(start, end):
            masked[number] = " " * len(masked[number])
    return [_mask_spans(line, _CODE_OR_FORMULA) for line in masked]


def _mask_fences(lines: list[str], inside_blocks: bool) -> list[str]:
    masked = list(lines)
    for fence in fences(lines):
        first, last = fence.start, fence.end
        if fence.is_block and inside_blocks:
            inner = slice(first + 1, last - fence.closed)
            masked[inner] = _mask_fences(lines[inner], True)
            masked[first] = " " * len(lines[first])
            first = last - fence.closed
        for number in range(first, last):
            masked[number] = " " * len(lines[number])
    return masked


def displays(lines: list[str]) -> list[tuple[int, int]]:
    """Return the line ranges of the formulas written between lines that begin and end with `$$`."""
    found = []
    number = 0
    while number < len(lines):
        line = lines[number].strip()
        end = number + 1
        if line.startswith("$$") and not (len(line) > 4 and line.endswith("$$")):
            while (
                end < len(lines) and lines[end].strip() and not lines[end].rstrip().endswith("$$")
            ):
                end += 1
            if end < len(lines) and lines[end].rstrip().endswith("$$"):
                found.append((number, end + 1))
                end += 1
        elif line.startswith("$$") and line.count("$$") == 2:
            found.append((number, end))
        number = end
    return found


_TICKS = r"(?<![\\`])(?P<ticks>`+)(?!`).+?(?<!`)(?P=ticks)(?!`)"
_CODE = re.compile(_TICKS)
_CODE_OR_FORMULA = re.compile(_TICKS + r"|(?<![\\$])\$\$?(?=[^\s$])[^$`]*?(?<=\S)\$\$?(?!\d)")


def _mask_spans(line: str, pattern: re.Pattern[str]) -> str:
    if "`" not in line and "$" not in line:
        return line
    if len(line) > MAX_LINE:
        return ""
    return pattern.sub(lambda span: "\0" * len(span.group(0)), line)


MAX_LINE = 8_000
"""A longer line of prose is refused; no person wrote it."""

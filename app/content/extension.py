"""What is ours in the Markdown: slots, callouts, formulas, links; no raw HTML."""

import re
from typing import Any
from xml.etree import ElementTree

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor, HashHeaderProcessor
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.util import AtomicString

from app.content.blocks import parse_header
from app.content.formulas import FormulaError, element
from app.content.layout import SLOT_OPEN, Lists
from app.content.words import CALLOUTS, word

MAX_QUOTES = 8

_SLOT = re.compile("^\ue000[0-9]+\ue001$")
_QUOTE = re.compile(r"^ {0,3}> ?(.*)$")
_CALLOUT = re.compile(r"^\[!([A-Za-z]+)\][ \t]*(.*)$")
LATEX = r"(?<![\\$])\$(?P<double>\$?)(?=[^\s$])(?P<latex>[^$]*?[^\s$\\])\$(?P=double)(?![\d$])"


class Lesson(Extension):
    """The extension; it also counts how deep quotes go, and keeps formulas that failed."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self.language = language
        self.failed: list[tuple[str, str]] = []
        self.quotes = 0

    def extendMarkdown(self, md: Markdown) -> None:
        """Register ours, and take out what reads raw HTML."""
        md.preprocessors.deregister("html_block")
        md.inlinePatterns.deregister("html")
        md.parser.blockprocessors.deregister("setextheader")
        md.parser.blockprocessors.register(_Slot(md.parser), "slot", 95)
        md.parser.blockprocessors.register(_Heading(md.parser), "hashheader", 70)
        md.parser.blockprocessors.register(_Quote(md.parser, self), "quote", 20)
        md.inlinePatterns.register(_Formula(LATEX, md, self), "formula", 185)
        md.ESCAPED_CHARS = [*md.ESCAPED_CHARS, "$", "|", "<", "~", "^"]


class _Slot(BlockProcessor):
    """A slot alone becomes an element of its own, numbered and replaced at the end."""

    def test(self, parent: ElementTree.Element, block: str) -> bool:
        return block.startswith(SLOT_OPEN) and bool(_SLOT.match(block.strip()))

    def run(self, parent: ElementTree.Element, blocks: list[str]) -> None:
        node = ElementTree.SubElement(parent, "div", {"class": "slot"})
        node.text = AtomicString(blocks.pop(0).strip())


class _Heading(HashHeaderProcessor):
    """`#hashtag` is text: a heading has a space after its marks. `{#id}` gives it its own id."""

    RE = re.compile(r"(?:^|\n)(?P<level>#{1,6})(?P<header>[ \t]+[^\n]*?)[ \t]*#*[ \t]*(?:\n|$)")

    def run(self, parent: ElementTree.Element, blocks: list[str]) -> None:
        super().run(parent, blocks)
        node = parent[-1] if len(parent) else None
        if node is None or not re.match(r"h[1-6]$", node.tag):
            return
        text = (node.text or "").strip()
        node.text = text
        if text.endswith("}") and "{" in text:
            header = parse_header(text[text.rindex("{") :])
            if header.id and not header.rest:
                node.text = text[: text.rindex("{")].strip()
                node.set("id", header.id)


class _Quote(BlockProcessor):
    """Quotes as CommonMark has them (a blank line ends one), and callouts `> [!NOTE] title`."""

    def __init__(self, parser: Any, lesson: Lesson) -> None:
        super().__init__(parser)
        self.lesson = lesson

    def test(self, parent: ElementTree.Element, block: str) -> bool:
        return block.lstrip(" ").startswith(">") or "\n>" in block.replace("\n ", "\n")

    def run(self, parent: ElementTree.Element, blocks: list[str]) -> None:
        lines = blocks.pop(0).split("\n")
        start = next((n for n, line in enumerate(lines) if _QUOTE.match(line)), len(lines))
        if start:
            before = "\n".join(lines[:start])
            if start == len(lines):
                ElementTree.SubElement(parent, "p").text = before.lstrip()
                return
            self.parser.parseBlocks(parent, [before])
        inside = [self._inside(line) for line in lines[start:]]
        if self.lesson.quotes >= MAX_QUOTES:
            ElementTree.SubElement(parent, "p").text = "\n".join(inside)
            return
        self._fill(parent, inside)

    def _fill(self, parent: ElementTree.Element, inside: list[str]) -> None:
        callout = _CALLOUT.match(inside[0])
        kind = callout[1].lower() if callout else ""
        if callout and kind in CALLOUTS:
            node = ElementTree.SubElement(
                parent, "div", {"class": "note" if kind == "note" else f"note {kind}"}
            )
            title = ElementTree.SubElement(node, "strong")
            title.text = callout[2].strip() or word(kind, self.lesson.language)
            inside = inside[1:]
        else:
            node = ElementTree.SubElement(parent, "blockquote")
        self.lesson.quotes += 1
        self.parser.state.set("blockquote")
        self.parser.parseChunk(node, "\n".join(Lists().run(inside)))
        self.parser.state.reset()
        self.lesson.quotes -= 1

    def _inside(self, line: str) -> str:
        found = _QUOTE.match(line)
        return found[1] if found else line


class _Formula(InlineProcessor):
    """`$…$` in a line of text."""

    def __init__(self, pattern: str, md: Markdown, lesson: Lesson) -> None:
        super().__init__(pattern, md)
        self.lesson = lesson

    def handleMatch(  # type: ignore[override]
        self, m: re.Match[str], data: str
    ) -> tuple[ElementTree.Element, int, int]:
        node = formula(m["latex"], bool(m["double"]), self.lesson.failed)
        return node, m.start(0), m.end(0)


def formula(latex: str, display: bool, failed: list[tuple[str, str]]) -> ElementTree.Element:
    """Return MathML, or the source as code after noting in `failed` what could not be read."""
    try:
        node = element(latex, display)
    except FormulaError as mistake:
        failed.append((latex, str(mistake)))
        node = ElementTree.Element("code", {"class": "formula", "dir": "ltr"})
        node.text = latex
    for part in node.iter():
        part.text = AtomicString(part.text) if part.text else part.text
        part.tail = AtomicString(part.tail) if part.tail else part.tail
    return node

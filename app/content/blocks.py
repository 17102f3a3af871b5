"""Reads the headers of blocks, `name {#id key=value …}`, and of the questions inside them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.content.fences import Fence, fences
from app.content.rules import BlockNode

ID = re.compile(r"^[a-z][a-z0-9-]{0,62}$")
RESERVED_IDS = frozenset({"main", "top", "new", "all"})
"""Ids that addresses of the platform use themselves."""

_ITEM = re.compile(
    r"""\s*(?:
        \#(?P<id>[^\s{}"'=]+)
      | \.(?P<cls>[^\s{}"'=]+)
      | (?P<key>[A-Za-z][\w-]*)=(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s{}"']*))
    )(?=\s|$)""",
    re.VERBOSE,
)
_QUESTION = re.compile(r"^#{3,6}\s.*?(?P<header>\{[^{}]*\})\s*$")
_HEADING = re.compile(r"^(?P<marks>#{1,6})[ \t]+(?P<text>.*?)[ \t]*#*[ \t]*$")


@dataclass(frozen=True, slots=True)
class Header:
    """A header as read; `rest` is what could not be understood, empty when all is well."""

    id: str
    classes: tuple[str, ...]
    attrs: Mapping[str, str]
    rest: str
    repeated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Anchor:
    """An id given inside a block to a question, and where it stands (1-based file line)."""

    id: str
    line: int
    column: int
    tags: tuple[str, ...] = ()


def parse_header(text: str) -> Header:
    """Read `{#id .class key=value key="two words"}`; never raises."""
    inside = text.strip()[1:-1] if text.strip().endswith("}") else text.strip()[1:]
    id_, classes, position = "", [], 0
    attrs: dict[str, str] = {}
    repeated = []
    while position < len(inside):
        item = _ITEM.match(inside, position)
        if item is None:
            break
        position = item.end()
        if item["id"]:
            id_ = item["id"]
        elif item["cls"]:
            classes.append(item["cls"])
        else:
            if item["key"] in attrs:
                repeated.append(item["key"])
            attrs[item["key"]] = item["quoted"] if item["quoted"] is not None else item["bare"]
    return Header(id_, tuple(classes), attrs, inside[position:].strip(), tuple(repeated))


def node_of(fence: Fence, first_line: int) -> BlockNode:
    """Return the node of a block or of a cell; `first_line` is the file line of line 0."""
    header = parse_header(fence.header)
    line = first_line + fence.start
    if fence.is_cell and not fence.is_block:
        attrs = {"language": fence.language, **header.attrs}
        return BlockNode("cell", header.id, attrs, fence.body, line)
    return BlockNode(fence.language, header.id, dict(header.attrs), fence.body, line)


def block_fences(lines: list[str]) -> list[Fence]:
    """Return the fences that are blocks or cells."""
    return [fence for fence in fences(lines) if fence.is_block or fence.is_cell]


def nodes(lines: list[str], first_line: int = 1) -> list[BlockNode]:
    """Return the block nodes of a body in their order."""
    return [node_of(fence, first_line) for fence in block_fences(lines)]


def questions(node: BlockNode) -> Iterator[Anchor]:
    """Yield the ids of the questions in a block: headings of level three or more with `{#id}`."""
    lines = node.body.split("\n")
    for fence in fences(lines):
        lines[fence.start : fence.end] = [""] * (fence.end - fence.start)
    for number, line in enumerate(lines):
        heading = _QUESTION.match(line) if line.startswith("###") else None
        if heading:
            header = parse_header(heading["header"])
            tags = tuple(header.attrs.get("tags", "").split())
            yield Anchor(header.id, node.line + 1 + number, heading.start("header") + 1, tags)


def heading(line: str) -> tuple[int, str, str] | None:
    """Return (level, text, own id) of an ATX heading, or None."""
    found = _HEADING.match(line)
    if found is None:
        return None
    text, own = found["text"], ""
    if text.endswith("}") and "{" in text:
        start = text.rindex("{")
        header = parse_header(text[start:])
        if header.id and not header.rest:
            text, own = text[:start].rstrip(), header.id
    return len(found["marks"]), text, own

"""Reads GIFT, the text format of Moodle."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from app.sdk import say
from plugins.question_exchange import gift_answers
from plugins.question_exchange.gift_answers import CannotRead, text_of
from plugins.question_exchange.items import MAX_ITEMS, MAX_TEXT, Item, Reading, Text, Unread
from plugins.question_exchange.plaintext import decode

MAX_COMMENT = 2_000
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_TITLE = re.compile(r"\s*::((?:\\.|(?!::)[^\\])*)::", re.DOTALL)
_CATEGORY = re.compile(r"^\s*\$CATEGORY:[ \t]*(?P<path>.*?)[ \t]*$")
_MARK = re.compile(r"\[(?P<name>id|tag):(?P<value>(?:\\.|[^\]\\])*)\]")
_MORE = re.compile(r"^\s*//\s*rihla (?P<json>\{.*\})\s*$")
_AFTER = re.compile(r"[ \t]*[.,;:!?…]?[ \t]*(?:\n|$)")


@dataclass(slots=True)
class _Block:
    """The lines of one question, without comments; `lines` says where each stands."""

    lines: list[int]
    texts: list[str]
    id: str = ""
    tags: tuple[str, ...] = ()
    more: dict[str, Any] | None = None


def read(data: bytes) -> Reading:
    """Return what a GIFT file holds; raises Unreadable only for what is no text at all."""
    text, unread = decode(data)
    items: list[Item] = []
    category = ""
    for block in _blocks(text):
        if len(items) >= MAX_ITEMS:
            unread.append(_too_many(block.lines[0]))
            break
        found = _CATEGORY.match(block.texts[0]) if block.texts else None
        if found:
            category = found["path"]
            items.append(Item("category", Text(""), block.lines[0], title=category))
            block.lines, block.texts = block.lines[1:], block.texts[1:]
        for item in _questions(block, unread):
            items.append(replace(item, category=category))
    return Reading("gift", tuple(items), tuple(unread))


def _too_many(line: int) -> Unread:
    return Unread(
        "error",
        line,
        "",
        say("There are more than %(limit)s questions; the rest was left out.", limit=MAX_ITEMS),
        say("Split the file."),
    )


def _blocks(text: str) -> Iterator[_Block]:
    """Cut at blank lines; a blank line within braces ends nothing."""
    block = _Block([], [])
    lines = [*text.split("\n"), ""]
    depth = 0
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith("//"):
            _comment(block, line)
        elif line.strip():
            block.lines.append(number)
            block.texts.append(line)
            depth += _depth(line)
            if _CATEGORY.match(line) and len(block.texts) == 1:
                yield block
                block, depth = _Block([], []), 0
        elif block.texts and (depth <= 0 or _ends_anyway(lines, number)):
            yield block
            block, depth = _Block([], []), 0
        elif block.texts:
            block.lines.append(number)
            block.texts.append("")
    if block.texts:
        yield block


def _ends_anyway(lines: list[str], number: int) -> bool:
    """Tell whether a new question begins here although the braces of the last are not closed."""
    near = lines[number : number + 20]
    first = next((line for line in near if line.strip()), "::").lstrip()
    if first.startswith(("::", "//", "$CATEGORY:")):
        return True
    chunk = "\n".join(near).strip("\n").split("\n\n")[0]
    return "{" in _BRACE.findall(chunk)


def _depth(line: str) -> int:
    signs = [sign for sign in _BRACE.findall(line) if sign in "{}"]
    return signs.count("{") - signs.count("}")


def _comment(block: _Block, line: str) -> None:
    for mark in _MARK.finditer(line[:MAX_COMMENT]):
        value = re.sub(r"\\(.)", r"\1", mark["value"])
        if mark["name"] == "id":
            block.id = value
        else:
            block.tags = (*block.tags, value)
    more = _MORE.match(line)
    if more:
        try:
            found = json.loads(more["json"])
        except (ValueError, RecursionError):
            return
        block.more = found if isinstance(found, dict) else None


def _questions(block: _Block, unread: list[Unread]) -> Iterator[Item]:
    pieces = _pieces("\n".join(block.texts))[: MAX_ITEMS + 1]
    if len(pieces) > 1:
        unread.append(
            Unread(
                "warning",
                block.lines[0],
                "",
                say(
                    "%(n)s questions stand here without a blank line between them. They were read "
                    "one by one; Moodle reads them as one question, and says nothing.",
                    n=len(pieces),
                ),
                say("Put a blank line between questions."),
            )
        )
    whole = "\n".join(block.texts)
    place = counted = 0
    for number, (start, raw) in enumerate(pieces):
        piece = raw.strip("\n")
        start += len(raw) - len(raw.lstrip("\n"))
        place += whole.count("\n", counted, start)
        counted = start
        line = block.lines[min(place, len(block.lines) - 1)] if block.lines else 0
        own = block if number == 0 else _Block([], [])
        try:
            yield replace(
                _question(piece),
                line=line,
                id=own.id,
                tags=own.tags,
                more=own.more or {},
            )
        except CannotRead as mistake:
            unread.append(Unread("error", line, _name(piece), mistake.message, mistake.remedy))


def _name(piece: str) -> str:
    title = _TITLE.match(piece)
    return " ".join((title[1] if title else piece).split())[:60]


def _pieces(text: str) -> list[tuple[int, str]]:
    """Cut what stands together without a blank line: after each closing brace that ends a line."""
    found = []
    start = depth = 0
    signs = [sign for sign in _BRACE.finditer(text) if sign[0] in "{}"]
    last = max((sign.start() for sign in signs if sign[0] == "{"), default=-1)
    for sign in signs:
        depth += 1 if sign[0] == "{" else -1
        after = _AFTER.match(text, sign.end()) if depth == 0 else None
        if after and last > sign.start():
            found.append((start, text[start : after.end()]))
            start = after.end()
    found.append((start, text[start:]))
    return [(start, piece) for start, piece in found if piece.strip()]


def _question(piece: str) -> Item:
    if len(piece) > MAX_TEXT:
        raise CannotRead(
            say("This question is longer than %(limit)s characters.", limit=MAX_TEXT),
            say("Look for a brace that is never closed."),
        )
    title = _TITLE.match(piece)
    body = piece[title.end() :] if title else piece
    name = gift_answers.unescape(" ".join(title[1].split())) if title else None
    start, end = _braces(body)
    if start < 0:
        return Item("description", text_of(body, "moodle"), title=name)
    stem = text_of(body[:start], "moodle")
    rest = text_of(body[end + 1 :], stem.format)
    item = gift_answers.answers(body[start + 1 : end], stem.format)
    if rest.text:
        words = " ".join(part for part in (stem.text, "_____", rest.text) if part)
        return replace(item, stem=Text(words, stem.format), title=name, embedded=True)
    return replace(item, stem=stem, title=name)


def _braces(body: str) -> tuple[int, int]:
    """Return where the answers begin and end; (-1, -1) for a text without any."""
    signs = [sign for sign in _BRACE.finditer(body) if sign[0] in "{}"]
    opening = [sign.start() for sign in signs if sign[0] == "{"]
    closing = [sign.start() for sign in signs if sign[0] == "}"]
    if not signs:
        return -1, -1
    if len(opening) != 1 or len(closing) != 1 or closing[0] < opening[0]:
        raise CannotRead(
            say("The braces of this question do not fit together."),
            say("Write one pair of braces; put \\ before a brace that belongs to the text."),
        )
    return opening[0], closing[0]

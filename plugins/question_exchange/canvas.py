"""Reads quizzes that Canvas exports: a zip, or one file, of QTI 1.2."""

from dataclasses import replace
from typing import NoReturn
from xml.etree.ElementTree import Element

from app.sdk import say
from plugins.question_exchange import canvas_items
from plugins.question_exchange.archives import Archive
from plugins.question_exchange.documents import parse
from plugins.question_exchange.gift_answers import CannotRead
from plugins.question_exchange.items import (
    MAX_ITEMS,
    File,
    Item,
    Reading,
    Text,
    Unread,
    Unreadable,
)
from plugins.question_exchange.markup import safe_name

_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")
MAX_PICTURE = 5_000_000


def read(data: bytes) -> Reading:
    """Return what an export holds; raises Unreadable where it is none."""
    if data[:2] != b"PK":
        return _reading([("", parse(data))], ())
    archive = Archive(data)
    pages: list[tuple[str, Element]] = []
    damaged: list[Unread] = []
    others: set[str] = set()
    for name in sorted(archive.names, key=_rank):
        if not name.endswith((".xml", ".xml.qti")) or name.startswith("__MACOSX"):
            continue
        try:
            root = parse(archive.read(name))
        except Unreadable as mistake:
            damaged.append(Unread("error", 0, name[-60:], mistake.message, mistake.remedy))
            continue
        others.add(root.tag)
        if root.tag == "questestinterop":
            pages.append((name, root))
    if not pages:
        _refuse(others, damaged)
    reading = _reading(pages, _pictures(archive))
    return replace(reading, unread=(*damaged, *reading.unread))


def _refuse(tags: set[str], damaged: list[Unread]) -> NoReturn:
    if tags & {"assessmentItem", "assessmentTest"}:
        raise Unreadable(
            say("This is QTI 2; only QTI 1.2 is read. Nothing was read."),
            say("Export the quiz from Canvas with “Export QTI .zip file”, or as Moodle XML."),
        )
    if damaged:
        raise Unreadable(damaged[0].message, damaged[0].remedy)
    raise Unreadable(
        say("There is no quiz of QTI 1.2 in this zip; nothing was read."),
        say("In Canvas, export the quiz with “Export QTI .zip file”."),
    )


def _rank(name: str) -> tuple[bool, str]:
    """Read what Canvas keeps for itself first: it says more than the common cartridge."""
    return not name.endswith(".qti"), name


def _pictures(archive: Archive) -> tuple[File, ...]:
    found: dict[str, File] = {}
    for name in archive.names:
        fits = name.lower().endswith(_PICTURES) and archive.size(name) <= MAX_PICTURE
        if fits and not name.startswith("__MACOSX"):
            found.setdefault(safe_name(name), File(safe_name(name), archive.read(name)))
    return tuple(found.values())


def _reading(pages: list[tuple[str, Element]], pictures: tuple[File, ...]) -> Reading:
    items: list[Item] = []
    unread: list[Unread] = []
    seen: set[tuple[str, str]] = set()
    number = 0
    for _, root in pages:
        if root.tag != "questestinterop":
            raise Unreadable(
                say("This is XML, but no quiz of QTI 1.2; nothing was read."),
                say("In Canvas, export the quiz with “Export QTI .zip file”."),
            )
        title = next((a.get("title", "") for a in root.iter("assessment")), "")
        for element in root.iter("item"):
            place = (title, element.get("ident", ""))
            if place in seen and place[1]:
                continue
            seen.add(place)
            number += 1
            if len(items) >= MAX_ITEMS:
                break
            _take(element, number, title, items, unread)
    if number > MAX_ITEMS:
        unread.append(
            Unread(
                "error",
                number,
                "",
                say("There are more than %(limit)s questions; the rest was left out.",
                    limit=MAX_ITEMS),
                say("Export fewer quizzes at a time."),
            )
        )  # fmt: skip
    return Reading("canvas", tuple(items), tuple(unread), _shown(items, pictures))


def _take(
    element: Element, number: int, title: str, items: list[Item], unread: list[Unread]
) -> None:
    name = element.get("title", "")[:60]
    try:
        item, notes = canvas_items.read(element)
    except CannotRead as mistake:
        unread.append(Unread("error", number, name, mistake.message, mistake.remedy))
        return
    items.append(replace(item, line=number, category=title))
    unread += [Unread("warning", number, name, *note) for note in notes]


def _shown(items: list[Item], pictures: tuple[File, ...]) -> tuple[File, ...]:
    """Return the pictures that some question shows."""
    texts = "\n".join(
        text.text.lower()
        for item in items
        for text in (item.stem, item.feedback or Text(""), *(c.text for c in item.choices))
    ).replace("%20", " ")
    wanted = {safe_name(word.strip("\"'&quot;>")) for word in _addresses(texts)}
    return tuple(file for file in pictures if file.name in wanted)


def _addresses(text: str) -> list[str]:
    pieces = text.split("src=")[1:]
    return [piece[1:].split(piece[0])[0].split("?")[0] for piece in pieces if piece]

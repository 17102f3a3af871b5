"""Reads XML of strangers: no entities, nothing from elsewhere, bounded in size and depth."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from app.sdk import say
from plugins.question_exchange.items import Unreadable
from plugins.question_exchange.plaintext import check_size

MAX_ELEMENTS = 700_000
MAX_DEPTH = 100


class _Builder(TreeBuilder):
    """Builds the tree, without namespaces, and stops at what no quiz needs."""

    def __init__(self) -> None:
        super().__init__()
        self._count = 0
        self._depth = 0

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        self._count += 1
        self._depth += 1
        if self._count > MAX_ELEMENTS or self._depth > MAX_DEPTH:
            raise Unreadable(
                say("This file has too many parts; nothing was read."),
                say("Export fewer questions at a time."),
            )
        return super().start(tag.rpartition("}")[2], attrs)

    def end(self, tag: str) -> Element:
        self._depth -= 1
        return super().end(tag.rpartition("}")[2])


def parse(data: bytes) -> Element:
    """Return the root of a document; raises Unreadable with a sentence for people."""
    check_size(data)
    parser = DefusedXMLParser(target=_Builder(), forbid_dtd=False)
    try:
        parser.feed(data)
        root: Element = parser.close()
    except DefusedXmlException:
        raise Unreadable(
            say("This file declares entities or asks for other files; nothing was read."),
            say("Export it again from the system that it comes from."),
        ) from None
    except ParseError as mistake:
        line, column = mistake.position
        raise Unreadable(
            say(
                "This is no XML from line %(line)s, column %(column)s on; nothing was read.",
                line=line,
                column=column + 1,
            ),
            say("The file may have been cut off on its way: fetch it again."),
        ) from None
    except (ValueError, LookupError) as mistake:
        if isinstance(mistake, Unreadable):
            raise
        raise Unreadable(
            say("The encoding of this file is unknown; nothing was read."),
            say("Save it as UTF-8."),
        ) from None
    return root


def words(element: Element | None) -> str:
    """Return all text within an element."""
    return "" if element is None else "".join(element.itertext())


def child_text(element: Element, path: str) -> str:
    """Return the text of a descendant, without outer spaces; nothing where it is missing."""
    return words(element.find(path)).strip()


def markup_within(element: Element) -> str:
    """Return what is in an element as HTML, also where it was not escaped."""

    def inside(node: Element) -> Iterator[str]:
        yield node.text or ""
        for inner in node:
            attrs = "".join(
                f' {name}="{value}"' for name, value in inner.attrib.items() if '"' not in value
            )
            yield f"<{inner.tag}{attrs}>"
            yield from inside(inner)
            yield f"</{inner.tag}>{inner.tail or ''}"

    return "".join(inside(element))

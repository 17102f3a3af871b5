"""A credential within its picture, PNG or SVG, as Open Badges 3.0 has it. Pure.

Pictures to read come from anybody: nothing in them is unpacked or loaded, and one that is odd in
any way holds no badge.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

KEYWORD = b"openbadgecredential"
NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
MOST_BYTES = 3_000_000
MOST_PARTS = 20_000
MOST_DEPTH = 60
PNG = b"\x89PNG\r\n\x1a\n"
_TEXT_KINDS = (b"iTXt", b"tEXt", b"zTXt")
_NO_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")


class NoBadge(ValueError):
    """A picture holds no credential, more than one, or is damaged."""


def bake_png(picture: bytes, document: str) -> bytes:
    """Return a PNG with a signed credential in it. Raises NoBadge when it is no PNG or has one."""
    parts = list(_chunks(picture))
    if any(_keyword(kind, body) == KEYWORD for kind, body in parts):
        raise NoBadge("there is one in it")
    # keyword, not compressed, no language, no translated keyword, text
    text = KEYWORD + b"\0\0\0\0\0" + document.encode()
    parts.insert(1, (b"iTXt", text))
    return PNG + b"".join(_chunk(kind, body) for kind, body in parts)


def bake_svg(picture: str, document: str) -> str:
    """Return an SVG with a signed credential in it, directly within its first element."""
    safe = _NO_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", document)
    safe = safe.replace("]]>", "]]\\u003e")
    opened, tag, rest = re.split(r"(<svg\b[^>]*)", picture, maxsplit=1)
    return (
        f'{opened}{tag} xmlns:openbadges="{NAMESPACE}">'
        f"<openbadges:credential><![CDATA[{safe}]]></openbadges:credential>{rest[1:]}"
    )


def begins_as_xml(content: bytes) -> bool:
    """Tell whether bytes begin as an SVG does."""
    return content[:200].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def read_badge(content: bytes) -> bytes:
    """Return the text of the one credential in a PNG or SVG. Raises NoBadge."""
    if len(content) > MOST_BYTES:
        raise NoBadge("too large")
    return _read_png(content) if content.startswith(PNG) else _read_svg(content)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Go through the parts of a PNG; each is whole, and the last one ends the file."""
    if not content.startswith(PNG):
        raise NoBadge("no PNG")
    at, kind = len(PNG), b""
    for number in range(MOST_PARTS):
        if len(content) < at + 12:
            break
        length, kind = struct.unpack(">I4s", content[at : at + 8])
        body = content[at + 8 : at + 8 + length]
        check = content[at + 8 + length : at + 12 + length]
        if check != struct.pack(">I", zlib.crc32(kind + body)) or (number == 0) != (
            kind == b"IHDR"
        ):
            break
        at += 12 + length
        yield kind, body
        if kind == b"IEND":
            break
    if kind != b"IEND" or at != len(content):
        raise NoBadge("damaged")


def _keyword(kind: bytes, body: bytes) -> bytes:
    return body.split(b"\0", 1)[0] if kind in _TEXT_KINDS else b""


def _read_png(content: bytes) -> bytes:
    found = [(kind, body) for kind, body in _chunks(content) if _keyword(kind, body) == KEYWORD]
    if len(found) != 1 or found[0][0] != b"iTXt":
        raise NoBadge("not one credential")
    rest = found[0][1][len(KEYWORD) + 1 :]
    if rest[:1] != b"\0":  # never unpacked: a small file could become a huge one
        raise NoBadge("compressed")
    fields = rest[2:].split(b"\0", 2)  # after the method: language, translated keyword, text
    if len(fields) != 3:
        raise NoBadge("no text")
    return fields[2]


class _Builder(TreeBuilder):
    """Builds the tree, and stops at what no picture needs."""

    count = depth = 0

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        self.count += 1
        self.depth += 1
        if self.count > MOST_PARTS or self.depth > MOST_DEPTH:
            raise NoBadge("too many parts")
        return super().start(tag, attrs)

    def end(self, tag: str) -> Element:
        self.depth -= 1
        return super().end(tag)


def _read_svg(content: bytes) -> bytes:
    parser = DefusedXMLParser(target=_Builder(), forbid_dtd=False)  # entities stay forbidden
    try:
        parser.feed(content)
        root: Element = parser.close()
    except (DefusedXmlException, ParseError, ValueError, LookupError) as mistake:
        raise NoBadge("no SVG") from mistake
    tag = f"{{{NAMESPACE}}}credential"
    found = list(root.iter(tag))
    if root.tag != "{http://www.w3.org/2000/svg}svg" or len(found) != 1 or root.find(tag) is None:
        raise NoBadge("not one credential")
    return "".join(found[0].itertext()).strip().encode()

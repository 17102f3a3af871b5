"""Looks into pictures: how many pixels they have, and whether a drawing holds more than drawing."""

import re
import struct

_SVG_TAG = re.compile(rb"<svg\b[^>]*>", re.IGNORECASE | re.DOTALL)
_LENGTH = re.compile(rb"\b(width|height)\s*=\s*[\"']\s*([0-9.]+)(?:px)?\s*[\"']")
_VIEW = re.compile(rb"\bviewBox\s*=\s*[\"']\s*[-0-9.]+[\s,]+[-0-9.]+[\s,]+([0-9.]+)[\s,]+([0-9.]+)")
_ACTIVE = re.compile(
    rb"<\s*(?:[\w-]+:)?(?:script|foreignObject|iframe|embed|object|handler|set|animate)\b"
    rb"|\son[a-z]+\s*=|javascript\s*:|<!ENTITY|<!DOCTYPE[^>]*\[|<\?xml-stylesheet"
    rb"|\b(?:href|src)\s*=\s*[\"']\s*(?!#|data:image/(?:png|jpeg))|@import|url\(\s*[\"']?(?!#)",
    re.IGNORECASE,
)


def pixels(data: bytes) -> tuple[int, int]:
    """Return (width, height) of a PNG, GIF, JPEG or SVG; (0, 0) when it cannot be told."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        return struct.unpack(">II", data[16:24])
    if data[:6] in (b"GIF87a", b"GIF89a") and len(data) >= 10:
        return struct.unpack("<HH", data[6:10])
    if data[:2] == b"\xff\xd8":
        return _jpeg(data)
    return _svg(data)


def _jpeg(data: bytes) -> tuple[int, int]:
    place = 2
    while place + 9 < len(data) and data[place] == 0xFF:
        kind, length = data[place + 1], struct.unpack(">H", data[place + 2 : place + 4])[0]
        if kind in (0xC0, 0xC1, 0xC2):
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return width, height
        place += 2 + length
    return 0, 0


def _svg(data: bytes) -> tuple[int, int]:
    tag = _SVG_TAG.search(data[:4_000])
    if tag is None:
        return 0, 0
    try:
        sizes = {name: float(value) for name, value in _LENGTH.findall(tag[0])}
        if len(sizes) == 2:
            return round(sizes[b"width"]), round(sizes[b"height"])
        view = _VIEW.search(tag[0])
        return (round(float(view[1])), round(float(view[2]))) if view else (0, 0)
    except (ValueError, OverflowError):
        return 0, 0


def active_svg(data: bytes) -> tuple[int, str] | None:
    """Return (line, what) of the first thing in a drawing that acts or loads, or None."""
    found = _ACTIVE.search(data)
    if found is None:
        return None
    return data[: found.start()].count(b"\n") + 1, found[0].decode("ascii", "replace").strip()

"""Pure functions: tokens, editions without forms, pictures left out, how much a course weighs."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Collection, Iterable, Mapping
from html import unescape
from typing import Literal

from markupsafe import Markup, escape

from app.content.files import suffix
from app.content.rules import Lesson
from app.courses.rules import FileEntry, Outline

Scope = Literal["all", "open"]
DAY = 86_400
PACKED = frozenset({".csv", ".geojson", ".ipynb", ".json", ".svg", ".tsv", ".txt", ".md"})
PAGE_SHARE = 0.24
"""What compression leaves of a lesson, about."""
FRAME = 2_300
"""Compressed bytes of a page around its lesson, about."""
COURSE_FRAME = 2_400
"""Compressed bytes of the list of lessons, for the phone and for its reader, about."""
_FORM = re.compile(r"<form\b[^>]*>", re.IGNORECASE)
_ASKED = re.compile(
    r"(?:<form\b[^>]*\bdata-activity\b[^>]*>.*?</form\s*>\s*)+", re.IGNORECASE | re.DOTALL
)
_HIDDEN = re.compile(r"<input\b[^>]*\btype=[\"']?hidden\b[^>]*>", re.IGNORECASE)
_FIGURE = re.compile(r"(<figure\b[^>]*>\s*)(<img\b[^>]*>)")
_IMAGE = re.compile(r"<img\b[^>]*>")
_ATTRIBUTE = re.compile(r'\b(src|alt)="([^"]*)"')


def make_token(key: bytes, slug: str, short: str, scope: Scope, now: int) -> str:
    """Return a token to fetch a revision's editions until the end of tomorrow.

    It says nothing of the person to whom it is given: all who ask on one day get the same.
    """
    expires = (now // DAY + 2) * DAY
    return f"{scope}.{expires:x}.{_mac(key, slug, short, scope, f'{expires:x}')}"


def read_token(key: bytes, slug: str, short: str, token: str, now: int) -> Scope | None:
    """Return which lessons a token opens, or None when it is not ours or has run out."""
    scope, _, rest = token.partition(".")
    expires, _, mac = rest.partition(".")
    if scope not in ("all", "open") or not re.fullmatch(r"[0-9a-f]{1,12}", expires):
        return None
    if not hmac.compare_digest(_mac(key, slug, short, scope, expires).encode(), mac.encode()):
        return None
    if int(expires, 16) <= now:
        return None
    return "all" if scope == "all" else "open"


def _mac(key: bytes, *parts: str) -> str:
    text = "\0".join(("offline edition", *parts)).encode()
    found = hmac.new(key, text, hashlib.sha256).digest()[:16]
    return base64.urlsafe_b64encode(found).decode().rstrip("=")


def readable(outline: Outline, scope: Scope) -> list[Lesson]:
    """Return the lessons that a token of this scope opens."""
    return [lesson for lesson in outline.lessons if scope == "all" or lesson.preview]


def is_packed(entry: FileEntry) -> bool:
    """Tell whether a file is compressed on the wire."""
    return suffix(entry.path) in PACKED


def lesson_size(outline: Outline, lesson: Lesson, language: str) -> int:
    """Return how many bytes the edition of a lesson costs without its files, about."""
    source = outline.course.source
    weights = outline.weights.get(lesson.id, {})
    return FRAME + int(weights.get(language, weights.get(source, 0)) * PAGE_SHARE)


def course_size(
    outline: Outline, lessons: Iterable[Lesson], language: str, sizes: Mapping[str, int]
) -> int:
    """Return how many bytes some lessons cost, about; `sizes` are those of all files, by path."""
    lessons = list(lessons)
    share = len(lessons) / len(outline.lessons) if outline.lessons else 0
    pages = sum(lesson_size(outline, lesson, language) for lesson in lessons)
    return COURSE_FRAME + pages + int(sum(sizes.values()) * share)


def without_forms(html: str, sentence: str) -> str:
    """Return a lesson in which nothing can be sent.

    Questions that follow each other become one note; other forms are shown, switched off.
    """
    html = _ASKED.sub(f'<div class="note"><p>{escape(sentence)}</p></div>', html)
    opening = f'<p class="muted sm">{escape(sentence)}</p><fieldset disabled>'
    html = _HIDDEN.sub("", _FORM.sub(lambda _: opening, html))
    return re.sub(r"</form\s*>", "</fieldset>", html, flags=re.IGNORECASE)


def fingerprint(*parts: object) -> str:
    """Return a short name that changes when anything does of what an edition is made of."""
    text = json.dumps([str(part) for part in parts]).encode()
    return hashlib.sha256(text).hexdigest()[:12]


def without_pictures(html: str, sizes: Mapping[str, str], word: str) -> Markup:
    """Return a lesson whose pictures come when they are asked for.

    `sizes` holds the size of each file in words by its address. A picture in a figure unfolds where
    it stands; one within a text becomes a link, since a paragraph cannot hold something to unfold.
    """

    def details(match: re.Match[str]) -> str:
        image = match[2]
        return (
            f'{match[1]}<details class="more"><summary>{_label(image, sizes, word)}</summary>'
            f"{image}</details>"
        )

    def link(match: re.Match[str]) -> str:
        source = dict(_ATTRIBUTE.findall(match[0])).get("src", "")
        return f'<a href="{source}">{_label(match[0], sizes, word)}</a>'

    kept: list[str] = []

    def aside(match: re.Match[str]) -> str:
        kept.append(details(match))
        return f"\0{len(kept) - 1}\0"

    html = _IMAGE.sub(link, _FIGURE.sub(aside, html))
    html = re.sub(r"\0(\d+)\0", lambda match: kept[int(match[1])], html)
    return Markup(html)  # noqa: S704  (made of sanitized HTML; what is added is escaped)


def _label(image: str, sizes: Mapping[str, str], word: str) -> str:
    found = dict(_ATTRIBUTE.findall(image))
    size = sizes.get(unescape(found.get("src", "")), "")
    alt = found.get("alt", "")
    return f"{escape(word)} <bdi>{escape(size)}</bdi>" + (f" — {alt}" if alt else "")


def file_digests(outline: Outline, paths: Collection[str]) -> list[str]:
    """Return the hashes of some files of a revision, in the order of their paths."""
    return [outline.files[path].sha256 for path in sorted(paths) if path in outline.files]

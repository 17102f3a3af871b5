"""What must hold of every template and of every page that a plugin shows. Pure."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from app.plugins.discovery import THIRD_PARTY
from app.plugins.rules import Manifest
from app.workshop.rules import Finding

_JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
_UNSAFE = re.compile(r"\|\s*safe\b|autoescape\s+false|Markup\(")
_FORM = re.compile(r"<form\b(?P<head>[^>]*)>(?P<body>.*?)</form>", re.DOTALL | re.IGNORECASE)
_POST = re.compile(r"method\s*=\s*[\"']?post", re.IGNORECASE)
_CSRF = re.compile(r"csrf")
_HANDLER = re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE)
_STYLE = re.compile(r"<[a-z][^>]*\sstyle\s*=", re.IGNORECASE)
_DATA = r"type\s*=\s*[\"']?application/ld\+json"  # what a page says of itself; it does not run
_SCRIPT = re.compile(rf"<script\b(?![^>]*(?:\bsrc\s*=|\b{_DATA}))", re.IGNORECASE)
_FOREIGN = re.compile(r"(?:src|href)\s*=\s*[\"'](?:https?:)?//[^\"']+\.(?:js|css|woff2?|png|jpe?g)")
_WORDS = re.compile(r"[^\W\d_]{2,}")
SILENT = {"script", "style", "code", "pre", "svg", "kbd"}


def look_at_templates(folder: Path, manifest: Manifest) -> Iterator[Finding]:
    """Give what is wrong with a plugin's templates."""
    for path in sorted((folder / "templates").rglob("*")):
        if not path.is_file():
            continue
        place = path.relative_to(folder).as_posix()
        if path.relative_to(folder / "templates").parts[0] != manifest.name:
            text = f"Templates stand in templates/{folder.name.removeprefix(THIRD_PARTY)}/."
            yield Finding("templates", text, place)
        source = path.read_text("utf-8", errors="replace")
        for text in faults_of_template(source):
            yield Finding("templates", text, place)


def faults_of_template(source: str) -> Iterator[str]:
    """Give what no template may do, in a sentence each."""
    if _UNSAFE.search(source):
        yield "It shows text without escaping it (safe, autoescape, Markup)."
    for form in _FORM.finditer(source):
        if _POST.search(form["head"]) and not _CSRF.search(form["body"]):
            yield "A form that is posted lacks csrf()."
    plain = _JINJA.sub(lambda match: " " * len(match[0]), source)
    yield from _faults_of_markup(plain)
    if _FOREIGN.search(plain):
        yield "It loads a file from another site."
    parser = _Texts()
    parser.feed(plain)
    for text in parser.found:
        yield f"“{text[:60]}” is not translatable: write {{{{ _('…') }}}}."


def faults_of_page(page: str) -> Iterator[str]:
    """Give what no page may be, in a sentence each."""
    if not re.search(r"<html lang=\"[a-z]{2}\" dir=\"(?:ltr|rtl)\"", page):
        yield "The page does not say its language: extend base.html."
    if not re.search(r"<title>\s*\S", page):
        yield "The page has no title."
    if len(re.findall(r"<h1[\s>]", page)) != 1:
        yield "The page must have one heading of the first level."
    if "{{" in page:
        yield "The page shows template syntax."
    yield from _faults_of_markup(page)


def _faults_of_markup(text: str) -> Iterator[str]:
    if _HANDLER.search(text) or _SCRIPT.search(text):
        yield "It holds a script of its own; browsers refuse it: put it in static/."
    if _STYLE.search(text):
        yield "It holds a style attribute; browsers refuse it: put it in static/."


class _Texts(HTMLParser):
    """Collects the words that stand in a template outside of translations."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Words inside code, or with translate="no", are not translated."""
        if tag in SILENT or ("translate", "no") in attrs or (self._silent and tag not in VOID):
            self._silent.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Leave what was silent."""
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()

    def handle_data(self, data: str) -> None:
        """Keep words."""
        text = " ".join(data.split())
        if not self._silent and _WORDS.search(text):
            self.found.append(text)


VOID = {"img", "br", "input", "hr", "link", "meta", "source", "wbr"}

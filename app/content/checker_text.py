"""Checks of one text: headings, pictures, raw HTML, formulas, code, and what stands in blocks."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from app.content.blocks import heading
from app.content.checker_blocks import check_blocks
from app.content.checker_links import check_links
from app.content.extension import LATEX
from app.content.fences import displays
from app.content.formulas import FormulaError, mathml
from app.content.hooks import BlockType
from app.content.pages import Page
from app.content.rules import Course, Problem
from app.content.words import CALLOUTS
from app.kernel.i18n import say

_HTML = re.compile(r"<(?!https?://|mailto:|[\w.+-]+@)(?:[A-Za-z][^<>\n]*|/[A-Za-z][^<>\n]*|!--)>?")
_CALLOUT = re.compile(r"^[ \t]*(?:> ?)+\[!(?P<kind>[^\]\n]*)\]", re.MULTILINE)
_UNDERLINE = re.compile(r"^ {0,3}(?:=+|-{3,})[ \t]*$")
_FENCE_IN_ITEM = re.compile(r"^\s*(?:> ?)*\s*(?:[-*+]|\d{1,9}[.)])[ \t]+(?=```|~~~)")
_FORMULA = re.compile(LATEX)


def check_page(
    page: Page,
    course: Course,
    pages: Mapping[str, Page],
    block_types: Mapping[str, BlockType],
    files: Mapping[str, bytes],
) -> list[Problem]:
    """Return what is wrong with one text, whatever the other languages say."""
    return [
        *_headings(page),
        *_raw_html(page),
        *_formulas(page),
        *_callouts(page),
        *_fences_in_items(page),
        *check_blocks(page, block_types),
        *check_links(page, course, pages, files),
    ]


def _headings(page: Page) -> Iterator[Problem]:
    level = 1
    own: set[str] = set()
    before = ""
    for number, line in enumerate(page.outer):
        place = page.first_line + number
        found = heading(line) if line.startswith("#") else None
        if found is None:
            if _UNDERLINE.match(line) and before.strip() and not _is_other(before):
                yield _underlined(page, place)
            before = line
            continue
        before = ""
        yield from _heading(page, place, level, found[0])
        level = max(found[0], 2)
        if found[2] in own:
            yield page.error(
                place,
                1,
                say("Another heading has the id “%(id)s”.", id=found[2]),
                say("Change one of them."),
            )
        own.update([found[2]] if found[2] else [])


def _is_other(line: str) -> bool:
    """Tell whether a rule below this line underlines nothing: a list, a quote, a table."""
    return bool(re.match(r"^\s*(?:[-*+>|]|\d+[.)]\s)", line)) or "|" in line


def _underlined(page: Page, line: int) -> Problem:
    return page.error(
        line,
        1,
        say("Underlined headings are not read."),
        say("Begin the heading with ## and a space; leave a blank line above a rule."),
    )


def _heading(page: Page, line: int, before: int, level: int) -> Iterator[Problem]:
    if level == 1:
        yield page.error(
            line,
            1,
            say("The title of the lesson is in its front matter."),
            say("Begin with ## here."),
        )
    elif level > before + 1:
        yield page.error(
            line,
            1,
            say("This heading skips a level."),
            say("Use %(marks)s.", marks="#" * (before + 1)),
        )


def _raw_html(page: Page) -> Iterator[Problem]:
    for found in _HTML.finditer(page.prose):
        if found[0].endswith(">") or found[0].startswith("<!--"):
            yield page.error(
                *page.place(found.start()),
                say("Raw HTML is not taken: %(tag)s.", tag=found[0][:40]),
                say("Write it in Markdown, or between backticks if it is meant as code."),
            )


def _formulas(page: Page) -> Iterator[Problem]:
    lines = page.formulas.split("\n")
    shown = list(lines)
    for start, end in displays(lines):
        latex = "\n".join(lines[start:end]).strip()[2:-2].strip()
        yield from _formula(page, latex, True, page.first_line + start, 1)
        shown[start:end] = [" " * len(line) for line in lines[start:end]]
    for found in _FORMULA.finditer("\n".join(shown)):
        line, column = page.place(found.start())
        yield from _formula(page, found["latex"], bool(found["double"]), line, column)


def _formula(page: Page, latex: str, display: bool, line: int, column: int) -> Iterator[Problem]:
    try:
        mathml(latex, display)
    except FormulaError as mistake:
        short = latex if len(latex) <= 40 else latex[:39] + "…"
        yield page.error(
            line,
            column,
            say("The formula %(latex)s cannot be shown: %(why)s.", latex=short, why=str(mistake)),
            say("Use plain LaTeX with balanced braces; write \\$ for a dollar."),
        )


def _callouts(page: Page) -> Iterator[Problem]:
    for found in _CALLOUT.finditer(page.prose):
        kind = found["kind"]
        if kind.lower() in CALLOUTS:
            continue
        near = get_close_matches(kind.lower(), CALLOUTS, 1, 0.5)
        names = [name.upper() for name in near or CALLOUTS]
        yield page.error(
            *page.place(found.start("kind")),
            say("There is no callout “%(kind)s”.", kind=kind),
            say("Use one of: %(names)s.", names=tuple(names)),
        )


def _fences_in_items(page: Page) -> Iterator[Problem]:
    for number, line in enumerate(page.outer):
        found = _FENCE_IN_ITEM.match(line)
        if found:
            yield page.error(
                page.first_line + number,
                found.end() + 1,
                say("A fence begins on a line of its own."),
                say(
                    "Leave text in the item, and write the fence below the item, indented like it."
                ),
            )

"""Checks of a translation against its source: same blocks, same ids, not behind, same words."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import SequenceMatcher

from app.content.glossary import holds
from app.content.hooks import BlockType
from app.content.pages import Page
from app.content.paragraphs import Paragraph, paragraphs
from app.content.rules import Course, GlossaryTerm, Problem
from app.kernel.i18n import say

_QUIET = re.compile(r"\{#[^{}\n]*\}|`[^`\n]*`|\]\([^)\n]*\)")
"""Headers, code and addresses: what the glossary says nothing about."""


def check_translation(
    source: Page, page: Page, course: Course, block_types: Mapping[str, BlockType]
) -> Iterator[Problem]:
    """Yield where a translation departs from its source."""
    yield from _blocks(source, page, block_types)
    yield from _behind(source, page)
    yield from _terms(source, page, course)


def _blocks(source: Page, page: Page, block_types: Mapping[str, BlockType]) -> Iterator[Problem]:
    wanted = [(node.name, node.id) for node in source.nodes]
    found = [(node.name, node.id) for node in page.nodes]
    if wanted != found:
        yield from _different(source, page, wanted, found)
        return
    for original, node in zip(source.nodes, page.nodes, strict=True):
        kind = block_types.get(node.name)
        if kind and kind.compare:
            for problem in kind.compare(original, node):
                yield replace(problem, path=page.path)
    asked = [anchor.id for anchor in source.questions]
    given = [anchor.id for anchor in page.questions]
    if asked != given:
        position = _first_difference(asked, given)
        line = page.questions[position].line if position < len(given) else len(page.lines)
        yield page.error(
            line,
            1,
            say("The questions are not those of the source."),
            say("In this order: %(ids)s.", ids=tuple(asked)),
        )


def _first_difference(wanted: list[str], found: list[str]) -> int:
    pairs = enumerate(zip(wanted, found, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(wanted), len(found)))


def _different(
    source: Page, page: Page, wanted: list[tuple[str, str]], found: list[tuple[str, str]]
) -> Iterator[Problem]:
    for tag, low, high, start, end in SequenceMatcher(None, wanted, found, False).get_opcodes():
        if tag in ("delete", "replace"):
            for position in range(low, high):
                name, id_ = wanted[position]
                line = page.nodes[min(start, len(found) - 1)].line if found else page.first_line
                yield page.error(
                    line,
                    1,
                    say(
                        "The block “%(name)s #%(id)s” of the source is missing.", name=name, id=id_
                    ),
                    say(
                        "Add it here; in the source it stands on line %(line)s.",
                        line=source.nodes[position].line,
                    ),
                )
        if tag in ("insert", "replace"):
            for node in page.nodes[start:end]:
                yield page.error(
                    node.line,
                    1,
                    say("The source has no block “%(name)s #%(id)s”.", name=node.name, id=node.id),
                    say("Use the ids and the order of the source."),
                )


def _behind(source: Page, page: Page) -> Iterator[Problem]:
    if not page.text.translates:
        return
    now = paragraphs(source.source)
    known = set(page.text.translates)
    changed = [(number, part) for number, part in enumerate(now) if part.digest not in known]
    for number, part in changed:
        yield page.warning(
            1,
            1,
            say(
                "Paragraph %(number)s of the source has changed: “%(words)s” (line %(line)s).",
                number=number,
                words=part.opening,
                line=part.line,
            ),
            say("Translate it again, then run “rihla courses stamp”."),
        )
    if not changed and len(now) < len(page.text.translates):
        yield page.warning(
            1,
            1,
            say("The source has lost paragraphs since this translation."),
            say("Delete them here too, then run “rihla courses stamp”."),
        )


def _terms(source: Page, page: Page, course: Course) -> Iterator[Problem]:
    parts = paragraphs(source.source)[1:]
    mine = paragraphs(page.source)[1:]
    whole = page.prose
    for term in course.glossary:
        original = term.names.get(course.source, "")
        translated = term.names.get(page.text.language, "")
        if original and translated and not holds(whole, translated):
            yield from _missing(page, parts, mine, term, original, translated)


def _missing(
    page: Page,
    parts: list[Paragraph],
    mine: list[Paragraph],
    term: GlossaryTerm,
    original: str,
    translated: str,
) -> Iterator[Problem]:
    for number, part in enumerate(parts):
        if "```" in part.text or not holds(_QUIET.sub(" ", part.text), original):
            continue
        line = mine[number].line if len(mine) == len(parts) else 1
        yield page.warning(
            line,
            1,
            say("The source says “%(word)s”; this text never uses its term.", word=original),
            say("In this language the glossary has “%(word)s”.", word=translated),
        )
        return

"""Checks of fences: ids of blocks and questions, headers, what plugins say of their blocks."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from app.content.blocks import ID, RESERVED_IDS, Header, parse_header
from app.content.fences import Fence
from app.content.highlighting import known
from app.content.hooks import BlockType
from app.content.pages import Page
from app.content.rules import BlockNode, Problem
from app.kernel.i18n import say

_PAGE_IDS = re.compile(r"^(?:[hpbt]-|fn)")


def check_blocks(page: Page, block_types: Mapping[str, BlockType]) -> Iterator[Problem]:
    """Yield what is wrong with the fences, blocks and cells of one text."""
    for fence in page.fences:
        yield from _fence(page, fence)
    yield from _ids(page)
    for node in page.nodes:
        yield from _plugin(page, node, block_types)


def _fence(page: Page, fence: Fence) -> Iterator[Problem]:
    line = page.first_line + fence.start
    column = len(fence.prefix) + 1
    if not fence.closed:
        yield page.error(
            line,
            column,
            say("This fence is never closed."),
            say("End it with a line of %(marks)s.", marks=fence.mark),
        )
    header = parse_header(fence.header) if fence.header else None
    if header and (header.rest or header.repeated):
        yield page.error(
            line,
            column,
            say("The header cannot be read from “%(rest)s” on.", rest=_rest(header)),
            say('Write {#id key=value key="two words"}, each key once.'),
        )
    elif fence.is_block or fence.is_cell:
        return
    elif header and (header.id or "cell" in header.classes):
        yield page.error(
            line,
            column,
            say("A block or a cell cannot stand here."),
            say(
                "Begin its line at the margin, outside of lists and quotes; blocks have four ````."
            ),
        )
    elif fence.mark == "````" and fence.language and not known(fence.language):
        yield page.error(
            line,
            column,
            say("This block has no id."),
            say("Write %(name)s {#some-id} after the backticks.", name=fence.language),
        )
    else:
        yield from _language(page, fence, header, line, column)


def _rest(header: Header) -> str:
    return header.rest[:30] or header.repeated[0]


def _language(
    page: Page, fence: Fence, header: Header | None, line: int, column: int
) -> Iterator[Problem]:
    if header and header.classes:
        yield page.error(
            line,
            column,
            say("“.%(name)s” means nothing here.", name=header.classes[0]),
            say("A runnable cell is written {.cell #id}."),
        )
    elif not known(fence.language):
        yield page.warning(
            line,
            column,
            say("Code in “%(name)s” is shown without colors.", name=fence.language),
            say("Use python, bash, sql, json or another known language, or text."),
        )


def _ids(page: Page) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    anchors = [(node.id, node.line, 1) for node in page.nodes]
    anchors += [(anchor.id, anchor.line, anchor.column) for anchor in page.questions]
    for id_, line, column in sorted(anchors, key=lambda anchor: anchor[1]):
        if not id_:
            yield page.error(
                line,
                column,
                say("The id is missing."),
                say("Add {#some-id}; it must never change later."),
            )
        elif not ID.match(id_):
            yield page.error(
                line,
                column,
                say("“%(id)s” cannot be an id.", id=id_),
                say("Use small letters a–z, digits and hyphens, beginning with a letter."),
            )
        elif id_ in RESERVED_IDS or _PAGE_IDS.match(id_):
            yield page.error(
                line,
                column,
                say("The id “%(id)s” is reserved.", id=id_),
                say("Choose another one."),
            )
        elif id_ in seen:
            yield page.error(
                line,
                column,
                say("The id “%(id)s” is used twice in this lesson.", id=id_),
                say("Change it here: line %(line)s has it too.", line=seen[id_]),
            )
        seen.setdefault(id_, line)


def _plugin(page: Page, node: BlockNode, block_types: Mapping[str, BlockType]) -> Iterator[Problem]:
    kind = block_types.get(node.name)
    if kind is not None:
        for problem in kind.validate(node):
            yield replace(problem, path=page.path)
    elif block_types and node.name != "cell":
        yield page.warning(
            node.line,
            1,
            say("No plugin knows the block “%(name)s”.", name=node.name),
            say("Known blocks: %(names)s.", names=sorted(block_types)),
        )

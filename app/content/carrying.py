"""What a new revision keeps of the blocks of the one before: asked of each kind of block."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from app.content.blocks import nodes
from app.content.frontmatter import split
from app.content.hooks import BlockType
from app.content.rules import BlockNode, Problem, Rendered

Carried = dict[str, str]
"""What each block was given, by `place/block`."""


def bank_place(path: str) -> str:
    """Return the place of what stands in a file of the bank; no lesson has such an id."""
    return "bank:" + path.rsplit("/", 1)[-1].rsplit(".", 2)[0]


def blocks_in(content: bytes, carried: Mapping[str, str], place: str) -> dict[str, BlockNode]:
    """Return the blocks of a file by their ids; `place` is the lesson's id, or `bank_place`."""
    _, body, line = split(content.decode())
    return {
        node.id: replace(node, carried=carried.get(f"{place}/{node.id}", ""))
        for node in nodes(body.split("\n"), line)
        if node.id and node.name != "cell"
    }


def with_carried(rendered: Rendered, place: str, carried: Mapping[str, str]) -> Rendered:
    """Return a lesson whose blocks hold what they keep."""
    if not carried:
        return rendered
    segments = tuple(
        replace(part, carried=carried.get(f"{place}/{part.id}", ""))
        if isinstance(part, BlockNode)
        else part
        for part in rendered.segments
    )
    return replace(rendered, segments=segments)


def carry_blocks(
    place: str,
    path: str,
    before: Mapping[str, BlockNode],
    after: Mapping[str, BlockNode],
    find: Callable[[str], BlockType | None],
) -> tuple[Carried, list[Problem]]:
    """Return what the blocks of a changed file keep, and what their author should look at.

    While the plugin of a kind is away, its blocks keep what they had.
    """
    carried: Carried = {}
    problems: list[Problem] = []
    for id_, node in after.items():
        old = before.get(id_)
        if old is None or old.name != node.name:
            continue
        kind = find(node.name)
        kept, said = kind.carry(old, node) if kind and kind.carry else (old.carried, ())
        if kept:
            carried[f"{place}/{id_}"] = kept
        problems += [replace(problem, path=path) for problem in said]
    return carried, problems

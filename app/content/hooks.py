"""What a plugin brings so that the core can check, index and show a kind of block."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from app.content.rules import BlockNode, Problem


@dataclass(frozen=True)
class BlockType:
    """One kind of block. All functions are pure; lines of problems are the file's lines.

    `validate` says what is wrong with a block (the path of its problems is filled in by the
    checker), `text` gives what search finds, `compare(source, translation)` says where a
    translation departs from its source. `prepare(nodes, context)` is asked once for all
    nodes of the kind on a page and may read what it needs in one statement; then
    `render(node, prepared, context)` returns the HTML of each (see app/courses/hooks.py).
    `carry(before, node)` is asked when a block is kept that the revision before had too: it returns
    a short text, which is `node.carried` from then on, and what its author should look at.
    """

    name: str
    validate: Callable[[BlockNode], Sequence[Problem]]
    text: Callable[[BlockNode], str]
    compare: Callable[[BlockNode, BlockNode], Sequence[Problem]] | None = None
    prepare: Callable[..., Any] | None = None
    render: Callable[..., Any] | None = None
    carry: Callable[[BlockNode, BlockNode], tuple[str, Sequence[Problem]]] | None = None

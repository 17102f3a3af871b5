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
    translation departs from its source. `render` is called by the web, which gives it a context.
    """

    name: str
    validate: Callable[[BlockNode], Sequence[Problem]]
    text: Callable[[BlockNode], str]
    compare: Callable[[BlockNode, BlockNode], Sequence[Problem]] | None = None
    render: Callable[..., Any] | None = None

"""What others bring to everybody's first page."""

from collections.abc import Callable
from dataclasses import dataclass

from app.kernel.actors import Actor
from app.kernel.pieces import Piece


@dataclass(frozen=True)
class HomeCard:
    """Something on the first page of people with an account, below their next step.

    `find(actor)` returns a Piece, or None when there is nothing to say; it reads only.
    """

    find: Callable[[Actor], Piece | None]
    order: int = 50

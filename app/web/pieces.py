"""Showing pieces that others bring to a page, each in the same frame."""

from collections.abc import Iterable
from typing import Any

from flask import render_template
from markupsafe import Markup

from app.kernel.pieces import Piece


def show_piece(found: Any, owner: str = "") -> Markup | None:
    """Return the HTML of a piece; what is shown already stays as it is, None is nothing.

    Raises ValueError when the template is not under the owner's name, TypeError for other things.
    """
    if found is None or isinstance(found, Markup):
        return found
    if not isinstance(found, Piece):
        raise TypeError(f"a Piece is needed, not {type(found).__name__}")
    if owner and not found.template.startswith(f"{owner}/"):
        raise ValueError(f"{found.template}: a plugin's templates stand in {owner}/")
    body = render_template(found.template, **found.values)
    return Markup(render_template("piece.html", title=found.title, body=Markup(body)))  # noqa: S704  (templates escape)


def show_pieces(found: Iterable[Any]) -> list[Markup]:
    """Return the HTML of all that is something."""
    shown = (show_piece(piece) for piece in found)
    return [piece for piece in shown if piece]

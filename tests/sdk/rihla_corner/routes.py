"""A page of a center."""

from collections.abc import Mapping

from flask import Blueprint, render_template

from app.sdk import Actor, Plugin, access, center_tabs

bp = Blueprint("corner_center", __name__)
me = Plugin(__name__)


@bp.get("/")
@access("corner.visit", scope="center")
def visit() -> str:
    """Show the corner."""
    return render_template("corner/visit.html", **center_tabs())


def is_calm(actor: Actor, where: Mapping[str, int | None]) -> bool:
    """Refuse somebody by name."""
    if actor.name == "Breaker":
        raise ValueError("broken")
    return actor.name != "Noisy"

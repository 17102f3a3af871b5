"""The first page, for everybody."""

from typing import Any

from flask import Blueprint, g, render_template

from app.home import queries
from app.kernel import clock
from app.web.access import access, load_actor

bp = Blueprint("home", __name__, template_folder="templates")
GOAL = 15_000
STARS = 150


@bp.get("/<lang>/")
@access("public")
def home() -> Any:
    """Show what the site is, or what one does next on it."""
    actor, now = load_actor(), clock.now()
    if not actor.is_signed_in:
        found = queries.get_visitor(now=now)
        return render_template("home/visitor.html", found=found, **_stars(found))
    parts = queries.list_parts(actor, g.lang, now=now)
    return render_template("home/home.html", parts=parts, today=now.date())


def _stars(found: queries.Visitor) -> dict[str, int]:
    each = GOAL // STARS
    done = found.completed // each
    reached = max(found.enrolled, found.completed) // each
    return {"goal_people": GOAL, "each": each, "done": done, "reached": reached}

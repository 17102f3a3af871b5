"""The first page, for everybody."""

from typing import Any

from flask import Blueprint, g, render_template

from app.centers.queries import center_of_actor
from app.home import queries
from app.home.hooks import HomeCard
from app.kernel import clock, place
from app.kernel.actors import Actor
from app.kernel.hooks import hooks
from app.web.access import access, load_actor
from app.web.pieces import show_pieces

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
    return render_template(
        "home/home.html", parts=parts, today=now.date(), pieces=_pieces(actor, parts)
    )


def _pieces(actor: Actor, parts: list[queries.Part]) -> list[Any]:
    """Return what others bring for somebody, at the center for which they are here."""
    if not hooks.collect(HomeCard, anywhere=True):
        return []
    enrolled = [step.study.enrollment for part in parts[:1] for step in getattr(part, "steps", ())]
    at = [one.center_id for one in enrolled if one and one.center_id]
    place.center.set(at[0] if at else center_of_actor(actor))
    found = sorted((card for _, card in hooks.collect(HomeCard)), key=lambda card: card.order)
    return show_pieces(card.find(actor) for card in found)


def _stars(found: queries.Visitor) -> dict[str, int]:
    each = GOAL // STARS
    done = found.completed // each
    reached = max(found.enrolled, found.completed) // each
    return {"goal_people": GOAL, "each": each, "done": done, "reached": reached}

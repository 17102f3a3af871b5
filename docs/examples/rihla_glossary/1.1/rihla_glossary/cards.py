"""The word of the day on people's first page."""

from app.sdk import Actor, Piece, Plugin, clock, say
from rihla_glossary import queries

me = Plugin(__name__)


def daily(actor: Actor) -> Piece | None:
    """Show one term of the person's center: the same all day, to everybody there."""
    if me.center_id is None or not me.settings["daily"]:
        return None
    terms = queries.list_terms(me.center_id)
    if not terms:
        return None
    values = {
        "row": terms[clock.now().toordinal() % len(terms)],
        "page": me.url("center:index"),
    }
    return Piece(say("The word of the day"), "glossary/_card.html", values)

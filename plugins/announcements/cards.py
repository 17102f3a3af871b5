"""What learners read on their first page."""

from app.sdk import Actor, Piece, Plugin, clock, say
from plugins.announcements import queries

me = Plugin(__name__)


def find(actor: Actor) -> Piece | None:
    """Return what the person's center says today; one statement. Who has no center reads none."""
    if me.center_id is None:
        return None
    settings = me.settings
    found = queries.list_shown(me.center_id, most=settings["most"], today=clock.now().date())
    if not found:
        return None
    values = {"announcements": found, "names_author": settings["names_author"]}
    return Piece(say("From your center"), "announcements/_card.html", values)

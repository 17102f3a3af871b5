"""What is shown on pages of the core."""

from app.sdk import Actor, BlockContext, Enrolling, Piece, Plugin, Sentence, say

me = Plugin(__name__)


def card(actor: Actor) -> Piece | None:
    """Greet."""
    if actor.name == "Nobody":
        return None
    if actor.name == "Breaker":
        return Piece(say("Corner"), "base.html")
    return Piece(say("Corner"), "corner/card.html", {"word": me.settings["word"]})


def panel(context: BlockContext) -> Piece:
    """Say where one is."""
    place = context.lesson_id or "cover"
    return Piece(say("Corner"), "corner/card.html", {"word": f"{place}<b>"})


def is_full(enrolling: Enrolling) -> Sentence | None:
    """Refuse where the center says so."""
    if me.settings["word"] == "broken":
        raise ValueError("broken")
    return say("The corner is full.") if me.settings["full"] else None

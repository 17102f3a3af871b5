"""What is shown on pages of the core."""

from app.sdk import (
    Actor,
    BlockContext,
    BlockNode,
    BlockType,
    Enrolling,
    Piece,
    Plugin,
    Sentence,
    say,
)

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


def block(node: BlockNode, prepared: object, context: BlockContext) -> str:
    """Stand in a lesson."""
    return f'<p class="corner" id="b-{node.id}">A corner.</p>'


BLOCK = BlockType(
    name="corner", validate=lambda node: (), text=lambda node: "A corner.", render=block
)


def is_full(enrolling: Enrolling) -> Sentence | None:
    """Refuse where the center says so."""
    if me.settings["word"] == "broken":
        raise ValueError("broken")
    return say("The corner is full.") if me.settings["full"] else None

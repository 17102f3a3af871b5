"""What is shown on pages of the core."""

from app.sdk import (
    Actor,
    BlockContext,
    BlockNode,
    BlockType,
    Candidates,
    Enrolling,
    Piece,
    Plugin,
    Reached,
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


def asks(least: int) -> Sentence:
    """Say what a rule of award asks."""
    return say("be in the corner on at least %(n)s%% of the days", n=least)


def look(asked: Candidates) -> dict[int, Reached]:
    """Say that everybody was there as often as the center's settings say."""
    present = me.settings["present"]
    if me.settings["word"] == "broken":
        raise ValueError("broken")
    now = say("now %(n)s%%", n=present)
    return {person: Reached(present >= asked.least, now) for person in asked.people}

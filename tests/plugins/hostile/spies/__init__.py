"""Its card asks for the people of every center."""

from typing import Any

from app.sdk import Actor, HomeCard, Hooks, Piece, list_people, say


def find(actor: Actor) -> Any:
    """Ask for others' people, whoever looks."""
    names = [row.name for center in range(1, 9) for row in list_people(actor, center).rows]
    return Piece(say("Everybody"), "spies/card.html", {"names": names})


def register(hooks: Hooks) -> None:
    """Bring the card."""
    hooks.register(HomeCard, "card", HomeCard(find=find))

"""Its card fails, every time."""

from typing import Any

from app.sdk import Actor, HomeCard, Hooks


def find(actor: Actor) -> Any:
    """Fail."""
    raise RuntimeError("no luck")


def register(hooks: Hooks) -> None:
    """Bring the card."""
    hooks.register(HomeCard, "card", HomeCard(find=find))

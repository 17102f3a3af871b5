"""Its second step fails on the rows that the first one brought."""

from app.sdk import Hooks


def register(hooks: Hooks) -> None:
    """Bring nothing."""
    return

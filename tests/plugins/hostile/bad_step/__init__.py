"""Its first step drops the people."""

from app.sdk import Hooks


def register(hooks: Hooks) -> None:
    """Bring nothing."""
    return

"""Its card works far too long."""

import time
from typing import Any

from app.sdk import Actor, HomeCard, Hooks


def find(actor: Actor) -> Any:
    """Keep the processor busy."""
    until = time.thread_time() + 0.3
    while time.thread_time() < until:
        pass


def register(hooks: Hooks) -> None:
    """Bring the card."""
    hooks.register(HomeCard, "card", HomeCard(find=find))

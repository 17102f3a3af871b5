"""Brings a kind that this site does not know."""

from app.sdk import Hooks


class MenuItems:
    """Of another product."""


def register(hooks: Hooks) -> None:
    """Bring it."""
    hooks.register(MenuItems, "menu", MenuItems())

"""Brings a megabyte of styles."""

from app.sdk import Hooks


def register(hooks: Hooks) -> None:
    """Bring nothing."""
    return

"""Declares the table of people as its own."""

from sqlalchemy.orm import Mapped, mapped_column

from app.sdk import Hooks, PluginBase


class Mine(PluginBase):
    """The people, it says."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)


def register(hooks: Hooks) -> None:
    """Bring nothing."""
    return

"""The tables of the plugin."""

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.sdk import PluginBase


class Term(PluginBase):
    """A term of a center. `folded` is the term as it is looked for: each once at a center."""

    __tablename__ = "glossary_term"
    __table_args__ = (UniqueConstraint("center_id", "folded"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    center_id: Mapped[int] = mapped_column(ForeignKey("center.id", ondelete="CASCADE"))
    folded: Mapped[str]
    term: Mapped[str]
    meaning: Mapped[str]

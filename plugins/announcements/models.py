"""The table of the plugin."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.sdk import PluginBase, PublicId, UTCDateTime, new_public_id
from plugins.announcements.rules import LANGUAGES, Said, choose


class Announcement(PluginBase):
    """What a center says, from its first day to its last, or until somebody ends it.

    `author_name` is what stood under it when it was written; both columns of the author are
    emptied when the person is erased. `version` counts changes; `form_key` names the form that
    was sent, so that one sent twice counts once.
    """

    __tablename__ = "announcements_announcement"
    __table_args__ = (
        Index("ix_announcements_announcement_center_id", "center_id", "ended_at"),
        Index("ix_announcements_announcement_author_id", "author_id"),
        UniqueConstraint("center_id", "form_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    center_id: Mapped[int] = mapped_column(ForeignKey("center.id", ondelete="CASCADE"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    author_name: Mapped[str] = mapped_column(default="")
    title_fr: Mapped[str] = mapped_column(default="")
    text_fr: Mapped[str] = mapped_column(default="")
    title_ar: Mapped[str] = mapped_column(default="")
    text_ar: Mapped[str] = mapped_column(default="")
    title_en: Mapped[str] = mapped_column(default="")
    text_en: Mapped[str] = mapped_column(default="")
    shown_from: Mapped[date]
    shown_until: Mapped[date | None]
    is_pinned: Mapped[bool] = mapped_column(default=False)
    form_key: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    written_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def words(self) -> dict[str, Said]:
        """Return what it says, by language; empty where nothing was written."""
        return {
            one: Said(one, getattr(self, f"title_{one}"), getattr(self, f"text_{one}"))
            for one in LANGUAGES
        }

    @property
    def languages(self) -> list[str]:
        """Return the languages in which it was written."""
        return [one for one, said in self.words.items() if said.title]

    def said(self, language: str) -> Said:
        """Return what somebody reads who reads in this language."""
        return choose(self.words, language)

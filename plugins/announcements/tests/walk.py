"""How tests of the site open the pages of this plugin that take arguments (tests/routes.py)."""

from app.sdk import Actor, clock, new_public_id, session
from plugins.announcements.models import Announcement

ARGUMENTS = {
    "announcements_center.edit": {"public_id": "announcement"},
    "announcements_center.end": {"public_id": "announcement"},
}


def make(center_id: int, author: Actor) -> dict[str, str]:
    """Bring one thing of each kind to a center, inside `write()`; return them by name."""
    row = Announcement(
        public_id=new_public_id(),
        center_id=center_id,
        author_id=author.id,
        author_name=author.name,
        title_fr="Journée portes ouvertes",
        text_fr="Samedi, de **9 h** à 13 h.",
        title_ar="يوم مفتوح",
        text_ar="السبت من **9** إلى 13.",
        shown_from=clock.now().date(),
        is_pinned=True,
        form_key=new_public_id(),
        written_at=clock.now(),
    )
    session.add(row)
    return {"announcement": row.public_id}

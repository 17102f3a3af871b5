"""What can be done. Everything stands inside `with write():`."""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from app.sdk import Actor, Conflict, NotFound, Plugin, say, session
from plugins.announcements import queries
from plugins.announcements.models import Announcement
from plugins.announcements.rules import LANGUAGES, MOST_AT_ONCE, Draft, check

me = Plugin(__name__)


def write_announcement(
    *, actor: Actor, center_id: int, form_key: str, draft: Draft, now: datetime
) -> None:
    """Announce something at a center; the same form sent again changes nothing.

    Raises Invalid for what cannot be announced, Conflict when there are too many.
    """
    _check(actor, center_id)
    if queries.find_sent(center_id, form_key):
        return
    check(draft, now.date())
    if queries.count_not_ended(center_id) >= MOST_AT_ONCE:
        raise Conflict(
            say(
                "There are %(most)s announcements already; this one was not kept.",
                most=MOST_AT_ONCE,
            ),
            todo=say("End some that nobody needs any more."),
        )
    row = Announcement(
        center_id=center_id,
        author_id=actor.id,
        author_name=actor.name,
        form_key=form_key,
        written_at=now,
        **_columns(draft),
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        if not queries.find_sent(center_id, form_key):
            raise
        return  # sent twice at the same moment
    _note(actor, "write", row)


def edit_announcement(
    *, actor: Actor, row: Announcement, version: int, draft: Draft, now: datetime
) -> None:
    """Change an announcement that was `version` when it was opened.

    Raises Conflict when it was changed or ended meanwhile, Invalid as for a new one.
    """
    _check(actor, row.center_id)
    values = _columns(draft)
    if row.ended_at is None and all(getattr(row, name) == one for name, one in values.items()):
        return  # sent twice, or nothing was changed
    check(draft, now.date())
    changed = session.execute(
        update(Announcement)
        .where(Announcement.id == row.id, Announcement.ended_at.is_(None))
        .where(Announcement.version == version)
        .values(version=version + 1, **values)
    )
    if not changed.rowcount:  # type: ignore[attr-defined]
        raise Conflict(
            say("Somebody changed or ended it while you wrote; your changes were not kept."),
            todo=say("Copy what you wrote, and open it again."),
        )
    _note(actor, "edit", row)


def end_announcement(*, actor: Actor, row: Announcement, now: datetime) -> bool:
    """Take an announcement off the first page for good; False when it had ended already."""
    _check(actor, row.center_id)
    ended = session.execute(
        update(Announcement)
        .where(Announcement.id == row.id, Announcement.ended_at.is_(None))
        .values(ended_at=now)
    )
    if not ended.rowcount:  # type: ignore[attr-defined]
        return False
    _note(actor, "end", row)
    return True


def _columns(draft: Draft) -> dict[str, Any]:
    words = {
        f"{part}_{one}": getattr(draft.words[one], part)
        for one in LANGUAGES
        for part in ("title", "text")
    }
    return words | {
        "shown_from": draft.shown_from,
        "shown_until": draft.shown_until,
        "is_pinned": draft.is_pinned,
    }


def _note(actor: Actor, act: str, row: Announcement) -> None:
    obj = f"announcement:{row.public_id}"
    me.audit(actor, act, obj=obj, center_id=row.center_id, details={"languages": row.languages})


def _check(actor: Actor, center_id: int) -> None:
    if not actor.can("announcements.manage", center=center_id):
        raise NotFound

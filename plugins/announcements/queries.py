"""What can be asked."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select

from app.sdk import Actor, NotFound, session
from plugins.announcements.models import Announcement
from plugins.announcements.rules import MOST_AT_ONCE

MOST_ENDED = 50
_newest = (Announcement.is_pinned.desc(), Announcement.shown_from.desc(), Announcement.id.desc())


@dataclass(frozen=True)
class Board:
    """The announcements of a center as its staff see them."""

    shown: list[Announcement]
    coming: list[Announcement]
    ended: list[Announcement]


def _is_over(today: date) -> ColumnElement[bool]:
    return or_(Announcement.ended_at.is_not(None), Announcement.shown_until < today)


def list_shown(center_id: int, *, most: int, today: date) -> list[Announcement]:
    """Return what learners of a center read today: pinned ones first, then the newest."""
    found = (
        select(Announcement)
        .where(Announcement.center_id == center_id, Announcement.ended_at.is_(None))
        .where(Announcement.shown_from <= today)
        .where(or_(Announcement.shown_until.is_(None), Announcement.shown_until >= today))
        .order_by(*_newest)
        .limit(most)
    )
    return list(session.scalars(found))


def get_board(actor: Actor, center_id: int, *, today: date) -> Board:
    """Return the announcements of a center; of those that ended the last ones. Two statements."""
    _check(actor, center_id)
    here = select(Announcement).where(Announcement.center_id == center_id)
    alive = session.scalars(
        here.where(Announcement.ended_at.is_(None))
        .where(or_(Announcement.shown_until.is_(None), Announcement.shown_until >= today))
        .order_by(*_newest)
        .limit(MOST_AT_ONCE)
    ).all()
    ended = session.scalars(
        here.where(_is_over(today)).order_by(Announcement.id.desc()).limit(MOST_ENDED)
    )
    return Board(
        [one for one in alive if one.shown_from <= today],
        [one for one in alive if one.shown_from > today],
        list(ended),
    )


def get_announcement(actor: Actor, center_id: int, public_id: str) -> Announcement:
    """Return one announcement of a center. Raises NotFound for those of others."""
    _check(actor, center_id)
    found = select(Announcement).where(
        Announcement.center_id == center_id, Announcement.public_id == public_id
    )
    if (row := session.scalars(found).one_or_none()) is None:
        raise NotFound
    return row


def find_sent(center_id: int, form_key: str) -> Announcement | None:
    """Return what a form made that was sent before."""
    found = select(Announcement).where(
        Announcement.center_id == center_id, Announcement.form_key == form_key
    )
    return session.scalars(found).one_or_none()


def count_not_ended(center_id: int) -> int:
    """Return how many announcements of a center are shown or will be."""
    found = select(func.count()).where(
        Announcement.center_id == center_id, Announcement.ended_at.is_(None)
    )
    return session.scalar(found.select_from(Announcement)) or 0


def list_over(center_id: int, *, today: date) -> list[Announcement]:
    """Return those whose last day is over and that nobody ended."""
    found = select(Announcement).where(
        Announcement.center_id == center_id,
        Announcement.ended_at.is_(None),
        Announcement.shown_until < today,
    )
    return list(session.scalars(found.order_by(Announcement.id)))


def _check(actor: Actor, center_id: int) -> None:
    if not actor.can("announcements.manage", center=center_id):
        raise NotFound

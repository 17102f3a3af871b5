"""What can be asked about notices."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.accounts.models import Address, Person
from app.accounts.queries import name_column
from app.centers import policies as center_policies
from app.centers.models import Center, CenterMember, Cohort
from app.kernel.actors import Actor
from app.kernel.db import db
from app.kernel.errors import NotFound
from app.kernel.hooks import hooks
from app.kernel.i18n import Sentence
from app.notices.hooks import NotificationType
from app.notices.models import Notice, NoticeReceipt

PAGE = 50


@dataclass(frozen=True)
class NoticeRow:
    """A notice as its receiver reads it."""

    id: int
    public_id: str
    text: str
    sent_at: datetime
    read_at: datetime | None
    sender: str
    center: str
    kind: str = ""

    @property
    def label(self) -> Sentence | str:
        """Return who wrote it: a person, or the part of the site that did."""
        kind = hooks.get(NotificationType, self.kind) if self.kind else None
        return kind.label if kind else self.sender


@dataclass(frozen=True)
class Copy:
    """A copy for the mail of one receiver."""

    person_id: int
    email: str
    language: str


def count_unread(person_id: int) -> int:
    """Return how many notices wait for a person: one look into one index."""
    found = (
        select(func.count())
        .select_from(NoticeReceipt)
        .where(NoticeReceipt.person_id == person_id, NoticeReceipt.read_at.is_(None))
    )
    return db.session.scalar(found) or 0


def list_notices(person_id: int, *, before: int = 0) -> list[NoticeRow]:
    """Return a person's notices, the latest first; those before the number, if one is given."""
    query = (
        select(
            Notice.id,
            Notice.public_id,
            Notice.text,
            Notice.sent_at,
            NoticeReceipt.read_at,
            func.coalesce(name_column(Person), ""),
            name_column(Center),
            Notice.kind,
        )
        .join(NoticeReceipt, NoticeReceipt.notice_id == Notice.id)
        .join(Center, Center.id == Notice.center_id)
        .outerjoin(Person, Person.id == Notice.sender_id)
        .where(NoticeReceipt.person_id == person_id)
        .order_by(Notice.id.desc())
        .limit(PAGE + 1)
    )
    if before:
        query = query.where(Notice.id < before)
    return [NoticeRow(*row) for row in db.session.execute(query)]


def get_cohort(actor: Actor, public_id: str) -> Cohort:
    """Return a cohort to which the actor may write. Raises NotFound."""
    cohort = db.session.scalar(
        select(Cohort).where(
            Cohort.public_id == public_id, center_policies.visible_cohorts(actor, "messages.send")
        )
    )
    if cohort is None:
        raise NotFound
    return cohort


def get_receiver(actor: Actor, public_id: str) -> tuple[Person, int]:
    """Return a person to whom the actor may write, with the center that ties them.

    Raises NotFound for everybody else, so that nobody learns who has an account.
    """
    row = db.session.execute(
        select(Person, CenterMember.center_id)
        .join(CenterMember, CenterMember.person_id == Person.id)
        .where(Person.public_id == public_id, Person.erased_at.is_(None))
        .where(center_policies.visible_people(actor, "messages.send"))
        .order_by(CenterMember.joined_at.desc())
        .limit(1)
    ).first()
    if row is None:
        raise NotFound
    return row[0], row[1]


def find_sent(sender_id: int, form_key: str) -> Notice | None:
    """Return the notice that this form has sent already."""
    return db.session.scalar(
        select(Notice).where(Notice.sender_id == sender_id, Notice.form_key == form_key)
    )


def list_copies(notice_id: int) -> list[Copy]:
    """Return where copies of a notice go: to receivers with a confirmed e-mail address."""
    found = db.session.execute(
        select(NoticeReceipt.person_id, func.min(Address.value), Person.language)
        .join(Person, Person.id == NoticeReceipt.person_id)
        .join(Address, Address.person_id == Person.id)
        .where(NoticeReceipt.notice_id == notice_id, Address.kind == "email")
        .where(Address.confirmed_at.is_not(None), Person.suspended_at.is_(None))
        .where(Person.erased_at.is_(None))
        .group_by(NoticeReceipt.person_id, Person.language)
        .order_by(NoticeReceipt.person_id)
    )
    return [Copy(*row) for row in found]


def list_languages(people: Iterable[int]) -> dict[str, list[int]]:
    """Return the people who still have an account, by the language that they read."""
    found: dict[str, list[int]] = {}
    rows = db.session.execute(
        select(Person.id, Person.language)
        .where(Person.id.in_(sorted(people)), Person.erased_at.is_(None))
        .order_by(Person.id)
    )
    for person_id, language in rows:
        found.setdefault(language, []).append(person_id)
    return found


def find_origin(notice: Notice, language: str) -> tuple[str, str]:
    """Return the names of who sent a notice and of its center, for a reader of `language`."""
    row = db.session.execute(
        select(func.coalesce(name_column(Person, language), ""), name_column(Center, language))
        .select_from(Notice)
        .join(Center, Center.id == Notice.center_id)
        .outerjoin(Person, Person.id == Notice.sender_id)
        .where(Notice.id == notice.id)
    ).one()
    return row[0], row[1]

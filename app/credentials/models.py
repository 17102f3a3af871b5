"""Tables of credentials: keys, awards, what was proposed by hand, and the lists that are signed."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, JSONDocument, PublicId, UTCDateTime, new_public_id

STANDING = text("revoked_at IS NULL AND replaced_at IS NULL")


class SigningKey(Base):
    """A key with which the site signs. The newest one does; all are listed for ever."""

    __tablename__ = "signing_key"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    public: Mapped[str]
    sealed: Mapped[str]
    """The private key, encrypted with the site's: a copy of the database alone signs nothing."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class StatusList(Base):
    """A signed list of the credentials that count no more."""

    __tablename__ = "credential_status_list"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    marked: Mapped[int] = mapped_column(default=-1)
    """How many are on it as signed; -1 before the first time. It only grows."""
    document: Mapped[str] = mapped_column(Text, default="")
    signed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Credential(Base):
    """What was awarded, as it was at that moment. Only its end is ever added: revoked, or replaced.

    A person holds at most one of each `key` that stands. Erasing a person empties who it was about.
    """

    __tablename__ = "credential"
    __table_args__ = (
        UniqueConstraint("status_list", "status_index"),
        CheckConstraint("revoked_at IS NULL OR revoked_reason <> ''", name="revoked_for_a_reason"),
        Index(
            "uq_credential_standing",
            "person_id",
            "key",
            unique=True,
            sqlite_where=STANDING,
            postgresql_where=STANDING,
        ),
        Index("ix_credential_cohort_id", "cohort_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    key: Mapped[str]
    """What it is for; `course:` and the course's own key."""
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    revision_id: Mapped[int] = mapped_column(ForeignKey("revision.id"))
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohort.id"))
    center_id: Mapped[int | None] = mapped_column(ForeignKey("center.id"))
    name: Mapped[str] = mapped_column(default="")
    name_ar: Mapped[str] = mapped_column(default="")
    identity: Mapped[dict[str, str] | None] = mapped_column(JSONDocument)
    """The confirmed e-mail address, hashed with a salt; None without one."""
    facts: Mapped[dict[str, Any]] = mapped_column(JSONDocument)
    """All else that it says; nothing in it names the person."""
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    status_list: Mapped[int] = mapped_column(ForeignKey("credential_status_list.number"))
    status_index: Mapped[int]
    document: Mapped[str] = mapped_column(Text, default="", deferred=True)
    """The signed credential; "" until a job signed it."""
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_reason: Mapped[str] = mapped_column(default="")
    appeal_until: Mapped[date | None]
    replaced_by: Mapped[int | None] = mapped_column(ForeignKey("credential.id"))
    replaced_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    is_private: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whose it is keeps it to themselves: its page says nothing of it, its file still proves it."""


class AwardProposal(Base):
    """A credential that somebody proposes by hand; it exists once a second person agrees."""

    __tablename__ = "award_proposal"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'issued', 'refused')", name="state"),
        CheckConstraint(
            "decided_by IS NULL OR decided_by != proposed_by", name="another_person_decides"
        ),
        Index("ix_award_proposal_cohort_id", "cohort_id"),
        Index("ix_award_proposal_person_id", "person_id"),
        Index("ix_award_proposal_proposed_by", "proposed_by"),
        Index("ix_award_proposal_decided_by", "decided_by"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    reason: Mapped[str]
    expires_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(default="open")
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    proposed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    credential_id: Mapped[int | None] = mapped_column(ForeignKey("credential.id"))

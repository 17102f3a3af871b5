"""Tables of people: who they are, how they are reached, what they may do."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, PublicId, UTCDateTime, new_public_id


class Person(Base):
    """Somebody with an account. No national ID is kept."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("name <> '' OR name_ar <> '' OR erased_at IS NOT NULL", name="has_a_name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(PublicId, unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(default="")
    """As the person writes it in Latin script."""
    name_ar: Mapped[str] = mapped_column(default="")
    """As the person writes it in Arabic script."""
    language: Mapped[str] = mapped_column(default="fr")
    password_hash: Mapped[str | None]
    epoch: Mapped[int] = mapped_column(default=0)
    """Sessions of an older epoch are void: raised by a new password, a suspension, a new role."""
    suspended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_seen_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Address(Base):
    """An e-mail address or phone number of a person, normalized; confirmed ones can sign in."""

    __tablename__ = "address"
    __table_args__ = (
        CheckConstraint("kind IN ('email', 'phone')", name="kind"),
        Index("ix_address_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    kind: Mapped[str]
    value: Mapped[str] = mapped_column(unique=True)
    """Lower-case e-mail, or E.164 phone number."""
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class RoleGrant(Base):
    """A role that a person holds for the site (scope id 0) or for one place."""

    __tablename__ = "role_grant"
    __table_args__ = (
        UniqueConstraint("person_id", "role", "scope", "scope_id"),
        Index("ix_role_grant_scope", "scope", "scope_id", "role"),
        CheckConstraint("scope IN ('site', 'center', 'course', 'cohort', 'partner')", name="scope"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"))
    role: Mapped[str]
    scope: Mapped[str] = mapped_column(default="site")
    scope_id: Mapped[int] = mapped_column(default=0)
    granted_at: Mapped[datetime] = mapped_column(UTCDateTime)

"""The audit trail: who did what to what, appended in the same transaction as the act.

Each center has its own chain (0 is the site's), so that centers do not wait for each other. An
entry's hash covers the one before and a salted commitment to its content; the content stands apart
and can be erased for a person without breaking the chain.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel import clock
from app.kernel.actors import Actor
from app.kernel.db import Base, JSONDocument, UTCDateTime, db, insert_into

START = "0" * 64
BATCH = 500


class AuditChain(Base):
    """The head of one center's chain; its row is locked while an entry is added."""

    __tablename__ = "audit_chain"

    center_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(default=START)


class AuditEntry(Base):
    """One link of a chain. Never changed."""

    __tablename__ = "audit_entry"
    __table_args__ = (UniqueConstraint("center_id", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    center_id: Mapped[int]
    seq: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    verb: Mapped[str]
    commitment: Mapped[str]
    previous: Mapped[str]
    hash: Mapped[str]


class AuditContent(Base):
    """What an entry says. Erasing the row leaves the chain whole."""

    __tablename__ = "audit_content"
    __table_args__ = (Index("ix_audit_content_actor_id", "actor_id"),)

    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_entry.id"), primary_key=True)
    actor_id: Mapped[int]
    object: Mapped[str]
    salt: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(JSONDocument)


@dataclass(frozen=True)
class Break:
    """The first link of a chain that does not hold, and why."""

    center_id: int
    seq: int
    reason: str


def record(
    actor: Actor,
    verb: str,
    *,
    obj: str,
    center_id: int = 0,
    details: dict[str, Any] | None = None,
) -> None:
    """Append an entry to the center's chain. `verb` is `feature.act`, `obj` is `kind:id`."""
    session = db.session
    session.execute(
        insert_into(AuditChain)
        .values(center_id=center_id, seq=0, head=START)
        .on_conflict_do_nothing(index_elements=["center_id"])
    )
    chain = session.scalars(
        select(AuditChain)
        .where(AuditChain.center_id == center_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    salt, details = secrets.token_hex(16), details or {}
    entry = AuditEntry(
        center_id=center_id,
        seq=chain.seq + 1,
        at=clock.now(),
        verb=verb,
        commitment=_commitment(salt, actor.id, obj, details),
        previous=chain.head,
    )
    entry.hash = _link(entry)
    session.add(entry)
    session.flush()  # the content needs its id
    session.add(
        AuditContent(entry_id=entry.id, actor_id=actor.id, object=obj, salt=salt, details=details)
    )
    chain.seq, chain.head = entry.seq, entry.hash


def _commitment(salt: str, actor_id: int, obj: str, details: dict[str, Any]) -> str:
    content = json.dumps([actor_id, obj, details], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(f"{salt}\n{content}".encode()).hexdigest()


def _link(entry: AuditEntry) -> str:
    parts = (
        entry.previous,
        entry.center_id,
        entry.seq,
        entry.at.isoformat(),
        entry.verb,
        entry.commitment,
    )
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()


def heads() -> dict[int, tuple[int, str]]:
    """Return length and head of every chain, to be kept somewhere else as a witness."""
    rows = db.session.execute(select(AuditChain.center_id, AuditChain.seq, AuditChain.head))
    return {center: (seq, head) for center, seq, head in rows}


def missing(kept: Iterable[tuple[int, int, str]]) -> set[tuple[int, int, str]]:
    """Return those of (center, length, head) at which the chains never were."""
    absent = {row for row in kept if row[1:] != (0, START)}
    for center_id in sorted({row[0] for row in absent}):
        lengths = sorted({seq for center, seq, _ in absent if center == center_id})
        for at in range(0, len(lengths), BATCH):
            rows = db.session.execute(
                select(AuditEntry.center_id, AuditEntry.seq, AuditEntry.hash).where(
                    AuditEntry.center_id == center_id, AuditEntry.seq.in_(lengths[at : at + BATCH])
                )
            )
            absent -= {(center, seq, found) for center, seq, found in rows}
    return absent


def verify() -> list[Break]:
    """Walk every chain and return the first break of each; an empty list means all hold."""
    return [broken for center_id in heads() for broken in _breaks(center_id)]


def _breaks(center_id: int) -> Iterator[Break]:
    seq, head = 0, START
    for entry, content in _entries(center_id):
        seq += 1
        if reason := _fault(entry, content, seq, head):
            yield Break(center_id, entry.seq, reason)
            return
        head = entry.hash
    if heads()[center_id] != (seq, head):
        yield Break(center_id, seq + 1, "entries are missing at the end")


def _entries(center_id: int) -> Iterator[tuple[AuditEntry, AuditContent | None]]:
    last = 0
    while True:
        rows = db.session.execute(
            select(AuditEntry, AuditContent)
            .outerjoin(AuditContent, AuditContent.entry_id == AuditEntry.id)
            .where(AuditEntry.center_id == center_id, AuditEntry.seq > last)
            .order_by(AuditEntry.seq)
            .limit(BATCH)
        ).all()
        if not rows:
            return
        yield from ((row[0], row[1]) for row in rows)
        last = rows[-1][0].seq
        db.session.expunge_all()  # a long chain must not fill the memory


def _fault(entry: AuditEntry, content: AuditContent | None, seq: int, head: str) -> str:
    if entry.seq != seq:
        return "an entry is missing"
    if entry.previous != head:
        return "it does not follow the one before"
    if entry.hash != _link(entry):
        return "it was changed"
    if content and entry.commitment != _commitment(
        content.salt, content.actor_id, content.object, content.details
    ):
        return "its content was changed"
    return ""

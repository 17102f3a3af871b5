"""Tables of installed archives and of changes that are under way or done."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, JSONDocument, UTCDateTime


class PluginArtifact(Base):
    """An archive that was received and found whole: every machine unpacks it from here.

    `report` is what examining it showed: `base` (fingerprint of the version that it was rehearsed
    against), `smoke`, `rehearsal`, `warnings`, `changes`, and `refused` with the reason.
    """

    __tablename__ = "plugin_artifact"
    __table_args__ = (Index("ix_plugin_artifact_name", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    version: Mapped[str]
    sha256: Mapped[str] = mapped_column(unique=True)
    file: Mapped[str]
    source: Mapped[str]
    signer: Mapped[str] = mapped_column(default="")
    manifest: Mapped[str]
    data: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    report: Mapped[dict[str, Any]] = mapped_column(JSONDocument, default=dict)
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)


class PluginOperation(Base):
    """A change of plugins: its plan, how far it has come, and who works on it.

    `is_open` is true or null, and unique: there is one at a time. The lease says until when the
    `owner` counts as alive; after that anybody goes on with it.
    """

    __tablename__ = "plugin_operation"
    __table_args__ = (
        CheckConstraint("state IN ('running', 'undoing', 'done', 'refused')", name="state"),
        Index("ix_plugin_operation_plugin", "plugin"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    plugin: Mapped[str]
    artifact_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(default="running")
    is_open: Mapped[bool | None] = mapped_column(unique=True, default=True)
    step: Mapped[str] = mapped_column(default="")
    done: Mapped[list[dict[str, Any]]] = mapped_column(JSONDocument, default=list)
    before: Mapped[dict[str, Any]] = mapped_column(JSONDocument, default=dict)
    options: Mapped[dict[str, Any]] = mapped_column(JSONDocument, default=dict)
    reason: Mapped[dict[str, Any] | None] = mapped_column(JSONDocument)
    actor_id: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str | None]
    lease_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

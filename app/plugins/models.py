"""Tables of what was decided about plugins, and of what they do to the site."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.db import Base, JSONDocument, UTCDateTime


class Plugin(Base):
    """A plugin that the site knows, also one whose files are gone.

    `enabled` and `everywhere` keep what was decided, None as long as nobody did: an upgrade neither
    switches on nor off. `manifest` is the last plugin.toml, for what must be known without files.
    """

    __tablename__ = "plugin"
    __table_args__ = (
        CheckConstraint("state IN ('installed', 'upgrading', 'uninstalled')", name="state"),
    )

    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str]
    source: Mapped[str]
    state: Mapped[str] = mapped_column(default="installed")
    enabled: Mapped[bool | None]
    everywhere: Mapped[bool | None]
    open_to_centers: Mapped[bool] = mapped_column(default=False)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONDocument, default=dict)
    locked: Mapped[list[str]] = mapped_column(JSONDocument, default=list)
    capabilities: Mapped[list[str]] = mapped_column(JSONDocument, default=list)
    manifest: Mapped[str] = mapped_column(default="")
    sha256: Mapped[str] = mapped_column(default="")
    signer: Mapped[str] = mapped_column(default="")
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class PluginCenter(Base):
    """What was decided for one center; None and missing settings follow the site."""

    __tablename__ = "plugin_center"
    __table_args__ = (Index("ix_plugin_center_center_id", "center_id"),)

    plugin: Mapped[str] = mapped_column(
        ForeignKey("plugin.name", ondelete="CASCADE"), primary_key=True
    )
    center_id: Mapped[int] = mapped_column(
        ForeignKey("center.id", ondelete="CASCADE"), primary_key=True
    )
    enabled: Mapped[bool | None]
    settings: Mapped[dict[str, Any]] = mapped_column(JSONDocument, default=dict)


class PluginGeneration(Base):
    """Two numbers that only grow: of decisions (`state`) and of installed code (`code`)."""

    __tablename__ = "plugin_generation"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[int]
    code: Mapped[int]


class PluginWorker(Base):
    """A running process, the code that it loaded, and when it last gave a sign."""

    __tablename__ = "plugin_worker"

    id: Mapped[str] = mapped_column(primary_key=True)
    host: Mapped[str]
    pid: Mapped[int]
    kind: Mapped[str]
    code: Mapped[int]
    loaded: Mapped[dict[str, str]] = mapped_column(JSONDocument, default=dict)
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)


class PluginFailure(Base):
    """How often one contribution of a plugin failed lately; `paused_at` when that was too often."""

    __tablename__ = "plugin_failure"

    plugin: Mapped[str] = mapped_column(primary_key=True)
    hook: Mapped[str] = mapped_column(primary_key=True)
    first_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_at: Mapped[datetime] = mapped_column(UTCDateTime)
    count: Mapped[int]
    error: Mapped[str]
    trace: Mapped[str] = mapped_column(default="")
    paused_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

"""A change that is being done: where, with which archive, and what stands in the database."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import update

from app.installer import files, keeping
from app.installer.models import PluginOperation
from app.installer.queries import ArtifactView, OperationView, get_artifact
from app.installer.rules import Rejected
from app.kernel import clock, migrations
from app.kernel.db import db, write
from app.kernel.i18n import say
from app.plugins import schema
from app.plugins.discovery import Record, home
from app.plugins.gate import Gate
from app.plugins.manifest import parse
from app.plugins.models import Plugin
from app.plugins.queries import read_plugins
from app.plugins.services import bump
from app.settings import Settings


class NotYet(Exception):
    """The step waits for others; it is asked again soon."""


@dataclass(frozen=True)
class Context:
    """A change that is being done, where, and with which archive."""

    operation: OperationView
    artifact: ArtifactView | None
    settings: Settings
    gate: Gate

    @property
    def name(self) -> str:
        """The plugin."""
        return self.operation.plugin

    @property
    def home(self) -> Path:
        """The site's folder of plugins."""
        return home(self.settings)

    @property
    def kept(self) -> Path:
        """The file with the plugin's data of before this change."""
        kind, version = self.operation.kind, self.operation.before["version"] or "0"
        file = f"{self.operation.id:06d}-{kind}-{version}.zip"
        return files.kept_folder(self.settings, self.name) / file

    def folder(self) -> Path:
        """The unpacked archive."""
        if self.artifact is None:
            raise Rejected(say("Its archive is gone."))
        known = self.artifact
        return files.place(self.settings, known.name, known.version, known.sha256)


def context_of(operation: OperationView, settings: Settings, gate: Gate) -> Context:
    """Return what the steps need. Raises NotFound when the archive is gone."""
    artifact = get_artifact(operation.artifact_id) if operation.artifact_id else None
    return Context(operation, artifact, settings, gate)


def record_of(name: str, version: str, folder: Path) -> Record:
    """Return the record of an unpacked version, for its migrations; nothing of it is loaded."""
    package = f"rihla_{name}"
    record = Record(name, "site", folder / package, package, path=folder)
    record.manifest = parse((record.folder / "plugin.toml").read_text("utf-8"))
    return record


def new_record(context: Context) -> Record:
    """Return the version that the change brings."""
    return record_of(context.name, "", context.folder())


def old_record(context: Context) -> Record | None:
    """The version in use, where one was installed and its archive is still known."""
    before = context.operation.before
    if not before["sha256"]:
        return None
    where = files.place(context.settings, context.name, before["version"], before["sha256"])
    return record_of(context.name, before["version"], where)


def schema_of(name: str) -> str | None:
    """Return how far a plugin's tables are."""
    with db.engine.connect() as connection:
        return keeping.revision_of(connection, name)


def goes_back(record: Record, now: str | None) -> bool:
    """Tell whether the tables are further than this version's files know."""
    folder = schema.folder_of(record)
    if now is None or now == schema.head_of(record):
        return False
    known = {s.revision for s in migrations._scripts(folder).walk_revisions()} if folder else set()
    return now not in known


def note_before(context: Context, **found: Any) -> None:
    """Keep what was before, the first time only."""
    with write() as session:
        row = session.get_one(PluginOperation, context.operation.id)
        row.before = found | row.before


def is_in_use(context: Context) -> bool:
    """Tell whether the site knows the plugin as one of its own."""
    row = read_plugins().get(context.name)
    return row is not None and row.state != "uninstalled"


def mark(context: Context, state: str) -> None:
    """Set the plugin's state where it differs."""
    with write() as session:
        changed = session.execute(
            update(Plugin)
            .where(Plugin.name == context.name, Plugin.state != state)
            .values(state=state, changed_at=clock.now())
        )
        if changed.rowcount:  # type: ignore[attr-defined]
            bump(context.home)
    context.gate.forget()

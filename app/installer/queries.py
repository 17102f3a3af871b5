"""What was received, what is under way, and what is left of plugins that are gone."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.installer import keeping
from app.installer.models import PluginArtifact, PluginOperation
from app.installer.rules import ASKED, ASKED_DAYS, PLANS, STEP_WORDS, read_sentence
from app.kernel.db import db
from app.kernel.errors import NotFound
from app.kernel.i18n import Sentence
from app.plugins.queries import count_rows, read_plugins, tables_in_database


@dataclass(frozen=True)
class ArtifactView:
    """An archive, without its content."""

    id: int
    name: str
    version: str
    sha256: str
    file: str
    source: str
    signer: str
    manifest: str
    report: dict[str, Any]
    received_at: datetime

    @property
    def refused(self) -> Sentence | None:
        """Why examining it failed; None while it is good or not examined."""
        return read_sentence(self.report.get("refused"))

    @property
    def warnings(self) -> list[Sentence]:
        """What an admin should know about its code."""
        found = [read_sentence(packed) for packed in self.report.get("warnings", ())]
        return [sentence for sentence in found if sentence is not None]


_ARTIFACT = tuple(getattr(PluginArtifact, name) for name in ArtifactView.__annotations__)


def get_artifact(artifact_id: int) -> ArtifactView:
    """Return an archive. Raises NotFound."""
    found = find_artifact(PluginArtifact.id == artifact_id)
    if found is None:
        raise NotFound
    return found


def find_artifact(*where: Any) -> ArtifactView | None:
    """Return the archive that fits, or None."""
    query = select(*_ARTIFACT).where(*where).order_by(PluginArtifact.id.desc())
    row = db.session.execute(query.limit(1)).first()
    return ArtifactView(*row) if row else None


def find_by_sha256(sha256: str) -> ArtifactView | None:
    """Return the archive with this fingerprint, or None."""
    return find_artifact(PluginArtifact.sha256 == sha256)


def list_artifacts() -> list[ArtifactView]:
    """Return all archives, the latest first."""
    rows = db.session.execute(select(*_ARTIFACT).order_by(PluginArtifact.id.desc()).limit(200))
    return [ArtifactView(*row) for row in rows]


@dataclass(frozen=True)
class StepView:
    """A step of a change, for people: `state` is done, now or later."""

    name: str
    words: Sentence
    state: str
    note: Sentence | None = None


@dataclass(frozen=True)
class OperationView:
    """A change of plugins."""

    id: int
    kind: str
    plugin: str
    artifact_id: int | None
    state: str
    step: str
    done: list[dict[str, Any]]
    before: dict[str, Any]
    options: dict[str, Any]
    reason: dict[str, Any] | None
    actor_id: int
    created_at: datetime
    ended_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Tell whether it is still under way."""
        return self.ended_at is None

    @property
    def sentence(self) -> Sentence | None:
        """Why it was refused."""
        return read_sentence(self.reason)

    def steps(self) -> list[StepView]:
        """Return the steps in their order."""
        notes = {entry["step"]: read_sentence(entry.get("note")) for entry in self.done}
        return [
            StepView(
                name,
                STEP_WORDS[name],
                "done" if name in notes else "now" if name == self.step else "later",
                notes.get(name),
            )
            for name in PLANS[self.kind]
        ]


_OPERATION = tuple(getattr(PluginOperation, name) for name in OperationView.__annotations__)


def _operations(*where: Any) -> Any:
    query = select(*_OPERATION).where(*where).order_by(PluginOperation.id.desc()).limit(100)
    return db.session.execute(query)


def get_operation(operation_id: int) -> OperationView:
    """Return a change. Raises NotFound."""
    row = _operations(PluginOperation.id == operation_id).first()
    if row is None:
        raise NotFound
    return OperationView(*row)


def find_open_operation() -> OperationView | None:
    """Return the change that is under way; there is at most one."""
    row = _operations(PluginOperation.is_open.is_(True)).first()
    return OperationView(*row) if row else None


def list_operations(plugin: str) -> list[OperationView]:
    """Return what was changed about a plugin, the latest first, without mere examinations."""
    rows = _operations(
        PluginOperation.plugin == plugin, PluginOperation.kind.not_in(("examine", ASKED))
    )
    return [OperationView(*row) for row in rows]


def find_asked(plugin: str, now: datetime) -> OperationView | None:
    """Return the wish to delete a plugin's data that waits for a second admin.

    It ends after a week, and with any change of the plugin.
    """
    row = _operations(PluginOperation.plugin == plugin, PluginOperation.kind != "examine").first()
    asked = OperationView(*row) if row else None
    if asked is None or asked.kind != ASKED:
        return None
    return asked if now - asked.created_at < timedelta(days=ASKED_DAYS) else None


def find_latest(plugin: str, artifact_id: int) -> OperationView | None:
    """Return the latest change that concerned an archive."""
    row = _operations(
        PluginOperation.plugin == plugin, PluginOperation.artifact_id == artifact_id
    ).first()
    return OperationView(*row) if row else None


def find_in_use(plugin: str) -> Any:
    """Return the row of a plugin that was installed and is in use; None for any other."""
    row = read_plugins().get(plugin)
    return row if row is not None and row.sha256 and row.state != "uninstalled" else None


def find_way_back(plugin: str) -> OperationView | None:
    """Return the upgrade that brought the version in use, if it can be taken back."""
    row = find_in_use(plugin)
    if row is None:
        return None
    for operation in list_operations(plugin):
        if operation.state != "done":
            continue
        if operation.kind != "upgrade" or operation.before.get("to_sha256") != row.sha256:
            return None
        earlier = operation.before.get("sha256")
        return operation if earlier and find_by_sha256(earlier) else None
    return None


@dataclass(frozen=True)
class KeptFile:
    """A file with a plugin's data."""

    name: str
    size: int
    version: str
    at: datetime
    rows: int


def list_kept(folder: Path) -> list[KeptFile]:
    """Return the files with a plugin's data, the latest first."""
    found = []
    for file in folder.glob("*.zip"):
        try:
            about = keeping.read_about(file)
            rows = sum(table["rows"] for table in about["tables"].values())
            at = datetime.fromisoformat(about["at"])
            found.append(KeptFile(file.name, file.stat().st_size, about["version"], at, rows))
        except (OSError, ValueError, KeyError):
            continue
    return sorted(found, key=lambda kept: kept.at, reverse=True)


def count_left(plugin: str) -> dict[str, int]:
    """Return how many rows each table of a plugin has."""
    return count_rows(tables_in_database(plugin))


def find_latest_artifact(plugin: str) -> ArtifactView | None:
    """Return the archive of the version that is, or was last, in use."""
    row = read_plugins().get(plugin)
    if row is None:
        return None
    return find_artifact(PluginArtifact.name == plugin, PluginArtifact.version == row.version)


@dataclass(frozen=True)
class Leftover:
    """A plugin that is not in use any more, and what it left in the database or in files."""

    name: str
    version: str
    rows: dict[str, int]
    artifact: ArtifactView | None
    kept: list[KeptFile] = field(default_factory=list)


def list_leftovers(kept_home: Path) -> list[Leftover]:
    """Return the plugins that were uninstalled and whose data is there: by names, each once.

    `kept_home` holds a folder with files for each plugin, also for those that the database forgot.
    """
    rows = read_plugins()
    found = [
        Leftover(name, row.version, count_left(name), find_latest_artifact(name))
        for name, row in rows.items()
        if row.state == "uninstalled"
    ]
    for folder in kept_home.glob("*"):
        if folder.name not in rows and (kept := list_kept(folder)):
            found.append(Leftover(folder.name, kept[0].version, {}, None, kept))
    return sorted(found, key=lambda left: left.name)

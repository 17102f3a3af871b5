"""The steps of a change. Each may be done twice: whoever did it first may have been killed after.

A step gets the change and returns a sentence for the page, or nothing. What it raises as Rejected
is shown to the admin, and what was done before is undone.
"""

import os
import socket
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError

from app.installer import files, keeping, trials
from app.installer.context import (
    Context,
    NotYet,
    goes_back,
    is_in_use,
    mark,
    new_record,
    note_before,
    old_record,
    record_of,
    schema_of,
)
from app.installer.models import PluginArtifact
from app.installer.rules import KEPT_VERSIONS, Rejected, folder_of
from app.kernel import clock, migrations
from app.kernel.db import db, write
from app.kernel.i18n import Sentence, say, say_n
from app.plugins import schema
from app.plugins.discovery import Record
from app.plugins.manifest import parse
from app.plugins.models import Plugin, PluginFailure
from app.plugins.queries import list_workers, read_plugins
from app.plugins.sentinel import Sentinel
from app.plugins.services import bump

ALIVE = timedelta(seconds=30)
PATIENCE = timedelta(minutes=3)
SETTLE_SECONDS = 1.2
"""Other machines hear of a closed plugin within a second."""


def _trial(context: Context) -> trials.Trial:
    folder = context.folder()
    record = record_of(context.name, "", folder)
    now = schema_of(context.name)
    needs = tuple(record.manifest.plugins) if record.manifest else ()
    old = old_record(context) if goes_back(record, now) else None
    return trials.Trial(
        context.name,
        files.candidate(context.settings, context.name, folder),
        needs,
        now,
        str(old.folder) if old else None,
    )


def unpack(context: Context) -> Sentence | None:
    """Write the files, beside those in use."""
    trials.check_space(context.settings.instance, 2 * context.operation.options.get("size", 0))
    context.folder()
    return None


def smoke(context: Context) -> Sentence | None:
    """Try it alone."""
    report = trials.smoke(_trial(context))
    _note_report(context, smoke=report)
    return say_n("%(n)s test passed", "%(n)s tests passed", len(report["passed"]))


def rehearse(context: Context) -> Sentence | None:
    """Try its migrations on a copy of the data."""
    report = trials.rehearse(_trial(context), context.settings)
    base = context.operation.before["sha256"]
    _note_report(context, rehearsal=report, base=base, refused=None)
    rows = sum(before for before, _ in report["rows"].values())
    return say_n(
        "%(n)s row carried over in %(seconds)s s",
        "%(n)s rows carried over in %(seconds)s s",
        rows,
        seconds=str(report["seconds"]),
    )


def _note_report(context: Context, **found: Any) -> None:
    with write() as session:
        row = session.get(PluginArtifact, context.operation.artifact_id)
        if row is not None:
            row.report = row.report | found


def refuse_artifact(context: Context, reason: dict[str, Any]) -> None:
    """Keep why an archive did not pass. Assumes a transaction."""
    row = db.session.get(PluginArtifact, context.operation.artifact_id)
    if row is not None:
        row.report = row.report | {"refused": reason}


def backup(context: Context) -> Sentence | None:
    """Keep the plugin's data of this moment, once."""
    note_before(context, schema=schema_of(context.name), file=context.kept.name)
    if context.kept.exists():
        return None
    with db.engine.connect() as connection:
        tables = keeping.own_tables(connection, context.name)
        if not tables:
            return say("it has none yet")
        size = context.operation.options.get("size", 0)
        trials.check_space(context.settings.instance, size)
        version = context.operation.before["version"]
        keeping.export(connection, context.name, version, context.kept, clock.now())
    about = keeping.read_about(context.kept)
    rows = sum(table["rows"] for table in about["tables"].values())
    return say_n("%(n)s row", "%(n)s rows", rows)


def close(context: Context) -> Sentence | None:
    """Close the plugin's pages while its tables change; those of others stay open."""
    if not is_in_use(context) or not _changes_tables(context):
        return say("not needed: its tables stay as they are")
    mark(context, "upgrading")
    if any(worker.host != socket.gethostname() for worker in _living()):
        time.sleep(SETTLE_SECONDS)
    return None


def _changes_tables(context: Context) -> bool:
    if context.operation.kind == "uninstall":
        return False
    if context.operation.kind == "rollback" and not context.operation.options["keep_newer"]:
        return True
    return schema.head_of(new_record(context)) != schema_of(context.name)


def migrate(context: Context) -> Sentence | None:
    """Bring the plugin's tables to the new version, in one transaction."""
    record, now = new_record(context), schema_of(context.name)
    if schema.head_of(record) == now:
        note_before(context, to_schema=now)
        return say("not needed: its tables stay as they are")
    began = time.perf_counter()
    _change_tables(context, lambda: _move(context, record, now))
    note_before(context, to_schema=schema_of(context.name))
    return say("%(seconds)s s", seconds=str(round(time.perf_counter() - began, 2)))


def _move(context: Context, record: Record, now: str | None) -> None:
    if not goes_back(record, now):
        schema.upgrade(record)
        return
    old = old_record(context)
    if old is None:
        raise Rejected(
            say("Its tables are newer than this version, and nobody can bring them back.")
        )
    schema.downgrade(old, schema.head_of(record) or "base")


def _change_tables(context: Context, act: Callable[[], None]) -> None:
    """Change tables; whatever the plugin's migrations raise becomes a sentence."""
    db.session.rollback()
    try:
        act()
    except Rejected:
        raise
    except Exception as error:
        why = f"{type(error).__name__}: {error}".splitlines()[0][:300]
        raise Rejected(
            say("Its tables could not be changed; they are as before. The reason: %(why)s", why=why)
        ) from error
    finally:
        with write():
            bump(context.home)
        context.gate.forget()


def restore(context: Context) -> Sentence | None:
    """Bring the data of before the upgrade back."""
    if context.operation.options["keep_newer"]:
        return say("not needed: its tables stay as they are")
    file = files.kept_folder(context.settings, context.name) / context.operation.options["file"]
    record = new_record(context)
    _change_tables(context, lambda: restore_from(record, file))
    return None


def restore_from(record: Record, file: Path) -> None:
    """Make the tables those of a file; without a file there were none."""
    if file.exists():
        keeping.restore(record, file)
        return
    with migrations.changing(db.engine) as connection:
        keeping.drop_tables(connection, record.name)
    if schema.folder_of(record) is not None:
        schema.upgrade(record)


def canary(context: Context) -> Sentence | None:
    """Start the whole site once with the new version."""
    running = {name: record.state for name, record in context.gate.records.items()}
    others = {name: state for name, state in running.items() if state == "loaded"}
    report = trials.canary(_trial(context), context.settings, others)
    return say("%(ms)s ms to load", ms=round(report["load_ms"]))


def activate(context: Context) -> Sentence | None:
    """Make it the version in use: in the database first, then on this machine."""
    artifact = context.artifact
    if artifact is None:
        raise Rejected(say("Its archive is gone."))
    manifest, now = parse(artifact.manifest), clock.now()
    with write() as session:
        row = session.get(Plugin, context.name)
        fresh = row is None or row.state == "uninstalled" and row.enabled is None
        if row is None:
            row = Plugin(name=context.name, enabled=None, everywhere=None, changed_at=now)
            session.add(row)
        if row.sha256 != artifact.sha256:
            row.version, row.source, row.sha256 = artifact.version, "site", artifact.sha256
            row.signer, row.manifest = artifact.signer, artifact.manifest
            row.capabilities, row.changed_at = sorted(manifest.uses), now
            if row.state != "upgrading":
                row.state = "installed"
            if fresh and manifest.scope == "center":  # open for the site, closed at each center
                row.enabled, row.everywhere = True, False
            bump(context.home, code=True)
    context.gate.forget()
    files.adopt(context.settings)
    return None


def deactivate(context: Context) -> Sentence | None:
    """Take the plugin out of use; its row keeps what was decided, for the case that it returns."""
    with write() as session:
        row = session.get(Plugin, context.name)
        if row is not None and row.state != "uninstalled":
            row.state, row.sha256, row.changed_at = "uninstalled", "", clock.now()
            bump(context.home, code=True)
    context.gate.forget()
    files.adopt(context.settings)
    return None


def _living() -> list[Any]:
    """Return the processes of the site that give signs of life."""
    now, host = clock.now(), socket.gethostname()
    found = [w for w in list_workers() if now - w.seen_at < ALIVE]
    return [w for w in found if w.host != host or _exists(w.pid)]


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def recycle(context: Context) -> Sentence | None:
    """Wait until every process runs the new code; each is replaced by whoever started it."""
    files.adopt(context.settings)
    living = _living()
    code = context.gate.current().decisions.code
    old = [worker for worker in living if worker.code < code]
    db.session.rollback()
    if old and clock.now() - _since(context) < PATIENCE:
        raise NotYet
    if old:
        return say(
            "%(old)s of %(all)s processes still run the code of before: start the site anew.",
            old=len(old),
            all=len(living),
        )
    return say_n("%(n)s process", "%(n)s processes", len(living))


def _since(context: Context) -> datetime:
    """When the step before ended."""
    done = context.operation.done
    return datetime.fromisoformat(done[-1]["at"]) if done else context.operation.created_at


def open_again(context: Context) -> Sentence | None:
    """Open the pages, forget old failures, and let go of what is older than two versions."""
    Sentinel(context.home).release(context.name)
    with write() as session:
        session.execute(delete(PluginFailure).where(PluginFailure.plugin == context.name))
    mark(context, "installed")
    row, before = read_plugins()[context.name], context.operation.before
    keep = {folder_of(context.name, row.version, row.sha256)}
    if context.operation.kind == "upgrade":
        keep.add(folder_of(context.name, before["version"], before["sha256"]))
    files.forget_versions(context.settings, context.name, keep)
    _forget_artifacts(context.name, keep)
    return None


def _forget_artifacts(name: str, keep: set[str]) -> None:
    with write() as session:
        rows = session.execute(
            select(PluginArtifact.id, PluginArtifact.version, PluginArtifact.sha256)
            .where(PluginArtifact.name == name)
            .order_by(PluginArtifact.id.desc())
        ).all()
        spare = [row for row in rows if folder_of(name, row.version, row.sha256) not in keep]
        for row in spare[KEPT_VERSIONS:]:
            session.execute(delete(PluginArtifact).where(PluginArtifact.id == row.id))


def drop(context: Context) -> Sentence | None:
    """Keep, or drop, the data of an uninstalled plugin."""
    data = context.operation.options["data"]
    if data == "keep":
        return say("kept in the database")
    try:
        with migrations.changing(db.engine) as connection:
            keeping.drop_tables(connection, context.name)
    except (migrations.DanglingReferences, DBAPIError):
        return say("kept in the database: another plugin's data refers to it")
    with write() as session:
        session.execute(delete(Plugin).where(Plugin.name == context.name))
        session.execute(delete(PluginArtifact).where(PluginArtifact.name == context.name))
        bump(context.home)
    context.gate.forget()
    files.forget_versions(context.settings, context.name, set())
    if data == "drop":
        context.kept.unlink(missing_ok=True)
        return say("deleted")
    return say("kept in a file, deleted from the database")


STEPS: Mapping[str, Callable[[Context], Sentence | None]] = {
    "unpack": unpack,
    "smoke": smoke,
    "rehearse": rehearse,
    "backup": backup,
    "close": close,
    "migrate": migrate,
    "restore": restore,
    "canary": canary,
    "activate": activate,
    "deactivate": deactivate,
    "recycle": recycle,
    "open": open_again,
    "drop": drop,
}


def undo(context: Context) -> None:
    """Bring everything back to what it was before the change; may be done twice."""
    operation = context.operation
    begun = {entry["step"] for entry in operation.done} | {operation.step}
    touched = bool(begun & {"migrate", "restore"}) and "schema" in operation.before
    if touched and ("restore" in begun or schema_of(context.name) != operation.before["schema"]):
        _restore_before(context)
    if is_in_use(context):
        mark(context, "installed")
    Sentinel(context.home).release(context.name)


def _restore_before(context: Context) -> None:
    old = old_record(context)
    kept = context.kept
    if old is None and kept.exists():  # data that an uninstalled version had left
        old = new_record(context)
    if old is None:
        with migrations.changing(db.engine) as connection:
            keeping.drop_tables(connection, context.name)
        return
    restore_from(old, kept)

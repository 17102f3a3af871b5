"""Deciding about plugins. Everything assumes a transaction and raises the generation."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, event, select, update
from sqlalchemy.orm import Session, SessionTransaction

from app.kernel import audit, outbox
from app.kernel.actors import Actor
from app.kernel.db import db, insert_into
from app.kernel.errors import Conflict, Forbidden, NotFound
from app.kernel.i18n import say
from app.plugins.discovery import Record
from app.plugins.hooks import PluginSwitched
from app.plugins.models import (
    Plugin,
    PluginCenter,
    PluginFailure,
    PluginGeneration,
    PluginWorker,
)
from app.plugins.policies import can_manage_plugins, can_switch_at_center
from app.plugins.queries import PAUSE_AFTER, WINDOW_SECONDS
from app.plugins.snapshot import STAMP, Snapshot, publish

NOT_YOURS = say("Only who looks after the site decides about plugins.")
NOT_OPEN = say("This plugin is decided by who looks after the site.")


def bump(folder: Path, *, code: bool = False) -> None:
    """Raise the generation, and tell the processes of this machine once it is committed.

    With `code` also that of the installed code: processes with older code are to be replaced.
    """
    known = update(PluginGeneration).values(
        state=PluginGeneration.state + 1, code=PluginGeneration.code + int(code)
    )
    if not db.session.execute(known).rowcount:  # type: ignore[attr-defined]
        first = insert_into(PluginGeneration).values(id=1, state=1, code=int(code))
        db.session.execute(first.on_conflict_do_nothing(index_elements=["id"]))
    db.session().info[STAMP] = folder


@event.listens_for(Session, "after_transaction_end")
def _publish_once_committed(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None and (folder := session.info.pop(STAMP, None)):
        publish(folder)  # a savepoint that ends is not the commit; nothing is lost by one too many


def remember(records: Mapping[str, Record], *, now: datetime) -> None:
    """Keep what plugins say of themselves: it is needed when their files are gone."""
    for record in records.values():
        if record.manifest is not None:
            _row(record, now)


def _row(record: Record, now: datetime) -> Plugin:
    """Return the row of a plugin, made or renewed; decisions in it stay as they are."""
    row = db.session.get(Plugin, record.name)
    if row is None:
        row = Plugin(
            name=record.name,
            version=record.version,
            source=record.source,
            changed_at=now,
            enabled=None,
            everywhere=None,
        )
        db.session.add(row)
    if record.manifest is not None and not row.sha256:  # what was installed says app.installer
        text, uses = record.manifest.text, sorted(record.manifest.uses)
        if (row.manifest, row.version, row.source) != (text, record.version, record.source):
            row.manifest, row.version, row.source = text, record.version, record.source
            row.capabilities, row.changed_at = uses, now
    db.session.flush()
    return row


def _record(snapshot: Snapshot, name: str) -> Record:
    record = snapshot.records.get(name)
    if record is None or record.manifest is None:
        raise NotFound
    return record


def switch_plugin(*, actor: Actor, snapshot: Snapshot, name: str, on: bool, now: datetime) -> None:
    """Switch a plugin for the whole site. Off keeps all its data, and who decided what at centers.

    Raises Conflict while another plugin that is on needs it, or while it needs one that is off.
    """
    if not can_manage_plugins(actor):
        raise Forbidden(NOT_YOURS)
    record = _record(snapshot, name)
    _check_needs(snapshot, record, on)
    row = _row(record, now)
    row.enabled, row.changed_at = on, now
    _done(actor, snapshot.folder, f"plugins.{'enable' if on else 'disable'}", name)
    outbox.record(PluginSwitched(name, 0, on))


def _check_needs(snapshot: Snapshot, record: Record, on: bool) -> None:
    needs = record.manifest.plugins if record.manifest else {}
    if on:
        missing = [need for need in needs if not snapshot.is_enabled(need)]
        if missing:
            raise Conflict(
                say("It needs %(names)s: switch that on first.", names=", ".join(missing))
            )
        return
    users = [
        other.name
        for other in snapshot.records.values()
        if other.manifest
        and record.name in other.manifest.plugins
        and snapshot.is_enabled(other.name)
    ]
    if users:
        raise Conflict(say("%(names)s needs it: switch that off first.", names=", ".join(users)))


def choose_centers(
    *,
    actor: Actor,
    snapshot: Snapshot,
    name: str,
    on: Collection[int],
    of: Collection[int],
    now: datetime,
) -> None:
    """Say at which of the centers `of` a plugin is on; only what differs is kept and told."""
    if not can_manage_plugins(actor):
        raise Forbidden(NOT_YOURS)
    _row(_record(snapshot, name), now)
    changed = [
        center_id
        for center_id in sorted(of)
        if (center_id in on) != _is_chosen(snapshot, name, center_id)
    ]
    for center_id in changed:
        _switch_center(actor, name, center_id, center_id in on)
    if changed:
        bump(snapshot.folder)


def _is_chosen(snapshot: Snapshot, name: str, center_id: int) -> bool:
    decided = snapshot.decisions.centers.get(center_id, {}).get(name)
    return snapshot.is_everywhere(name) if decided is None else decided


def switch_at_center(
    *,
    actor: Actor,
    snapshot: Snapshot,
    name: str,
    center_id: int,
    on: bool,
    now: datetime,
) -> None:
    """Switch a plugin at one center, by its manager when it is open to centers."""
    if not can_switch_at_center(actor, center_id, is_open=snapshot.decision(name).open_to_centers):
        raise Forbidden(NOT_OPEN)
    _row(_record(snapshot, name), now)
    _switch_center(actor, name, center_id, on)
    bump(snapshot.folder)


def _switch_center(actor: Actor, name: str, center_id: int, on: bool) -> None:
    values = {"plugin": name, "center_id": center_id, "enabled": on, "settings": {}}
    statement = insert_into(PluginCenter).values(**values)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["plugin", "center_id"], set_={"enabled": on}
        )
    )
    verb = "plugins.enable" if on else "plugins.disable"
    audit.record(actor, verb, obj=f"plugin:{name}", center_id=center_id)
    outbox.record(PluginSwitched(name, center_id, on))


def set_rules(
    *,
    actor: Actor,
    snapshot: Snapshot,
    name: str,
    everywhere: bool,
    open_to_centers: bool,
    now: datetime,
) -> None:
    """Say what counts at centers about which nothing was decided, and whether they may decide."""
    if not can_manage_plugins(actor):
        raise Forbidden(NOT_YOURS)
    row = _row(_record(snapshot, name), now)
    row.everywhere, row.open_to_centers, row.changed_at = everywhere, open_to_centers, now
    details = {"everywhere": everywhere, "open_to_centers": open_to_centers}
    _done(actor, snapshot.folder, "plugins.rules", name, details)


def keep_settings(
    *,
    actor: Actor,
    snapshot: Snapshot,
    name: str,
    values: Mapping[str, Any],
    locked: Collection[str],
    now: datetime,
) -> None:
    """Keep settings for the site, and which of the centers' settings no center may change."""
    if not can_manage_plugins(actor):
        raise Forbidden(NOT_YOURS)
    row = _row(_record(snapshot, name), now)
    changed = sorted(key for key, value in values.items() if row.settings.get(key) != value)
    row.settings, row.locked, row.changed_at = {**row.settings, **values}, sorted(locked), now
    # the names only: a value may be a secret
    _done(
        actor,
        snapshot.folder,
        "plugins.settings",
        name,
        {"changed": changed, "locked": sorted(locked)},
    )


def keep_center_settings(
    *,
    actor: Actor,
    snapshot: Snapshot,
    name: str,
    center_id: int,
    values: Mapping[str, Any],
    now: datetime,
) -> None:
    """Keep a center's settings. What is locked, or equal to the site's value, is not kept."""
    decision = snapshot.decision(name)
    if not can_switch_at_center(actor, center_id, is_open=decision.open_to_centers):
        raise Forbidden(NOT_OPEN)
    _row(_record(snapshot, name), now)
    site = snapshot.settings(name, None)
    own = {k: v for k, v in values.items() if k not in decision.locked and site.get(k) != v}
    row = db.session.get(PluginCenter, (name, center_id))
    if row is None:
        row = PluginCenter(plugin=name, center_id=center_id, enabled=None, settings={})
        db.session.add(row)
    stays = decision.locked | (row.settings.keys() - values.keys())
    kept = {key: value for key, value in row.settings.items() if key in stays}
    row.settings = {**kept, **own}
    _done(actor, snapshot.folder, "plugins.settings", name, {"own": sorted(own)}, center_id)


def resume(*, actor: Actor, snapshot: Snapshot, name: str) -> None:
    """Forget the failures of a plugin: what was paused is asked again."""
    if not can_manage_plugins(actor):
        raise Forbidden(NOT_YOURS)
    db.session.execute(delete(PluginFailure).where(PluginFailure.plugin == name))
    _done(actor, snapshot.folder, "plugins.resume", name)


def _done(
    actor: Actor,
    folder: Path,
    verb: str,
    name: str,
    details: dict[str, Any] | None = None,
    center_id: int = 0,
) -> None:
    audit.record(actor, verb, obj=f"plugin:{name}", center_id=center_id, details=details)
    bump(folder)


@dataclass(frozen=True)
class Failure:
    """What one contribution did wrong, `count` times in one request or job."""

    plugin: str
    hook: str
    error: str
    trace: str = ""
    count: int = 1
    may_pause: bool = True


def keep_failures(found: Collection[Failure], folder: Path, *, now: datetime) -> list[Failure]:
    """Count failures; what failed too often within the window is paused. Returns what was."""
    paused = []
    for failure in found:
        row = db.session.get(PluginFailure, (failure.plugin, failure.hook), with_for_update=True)
        if row is None:
            row = PluginFailure(
                plugin=failure.plugin, hook=failure.hook, first_at=now, count=0, paused_at=None
            )
            db.session.add(row)
        elif row.paused_at is None and now - row.first_at > timedelta(seconds=WINDOW_SECONDS):
            row.first_at, row.count = now, 0
        row.count += failure.count
        row.last_at, row.error, row.trace = now, failure.error[:500], failure.trace[-4000:]
        if failure.may_pause and row.count >= PAUSE_AFTER and row.paused_at is None:
            row.paused_at = now
            paused.append(failure)
    if paused:
        bump(folder)
    return paused


def beat(worker: Mapping[str, Any], *, now: datetime, keep: timedelta) -> None:
    """Note that a process lives and which code it runs; forget those that are long silent."""
    statement = insert_into(PluginWorker).values(**worker, seen_at=now)
    changes = {name: worker[name] for name in ("code", "loaded")} | {"seen_at": now}
    db.session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changes))
    db.session.execute(delete(PluginWorker).where(PluginWorker.seen_at < now - keep))


def leave(worker_id: str) -> None:
    """Forget a process that ends."""
    db.session.execute(delete(PluginWorker).where(PluginWorker.id == worker_id))


def mark(name: str, state: str, *, folder: Path, now: datetime) -> None:
    """Set a plugin's state: `upgrading` closes its pages with 503 until it is `installed`."""
    row = db.session.scalar(select(Plugin).where(Plugin.name == name).with_for_update())
    if row is None:
        raise NotFound
    row.state, row.changed_at = state, now
    bump(folder)

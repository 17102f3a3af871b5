"""Receiving archives and beginning changes. Everything assumes a transaction.

A change is only begun here: a row and a job. The work is done step by step in running.py.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from packaging.version import Version
from sqlalchemy import delete, update

from app.accounts import queries as people
from app.accounts import services as accounts
from app.exams.queries import find_end_of_sitting
from app.installer import queries
from app.installer.models import PluginArtifact, PluginOperation
from app.installer.policies import can_install
from app.installer.queries import ArtifactView
from app.installer.rules import ASKED, Catalog, Package, Rejected, new_wishes, pack_sentence
from app.kernel import audit, jobs
from app.kernel.actors import Actor
from app.kernel.db import db, insert_into
from app.kernel.errors import Conflict, Forbidden, NotFound
from app.kernel.i18n import Sentence, format_datetime, say
from app.plugins.discovery import Record
from app.plugins.manifest import parse
from app.plugins.queries import read_plugins
from app.plugins.rules import Manifest, Site, check_fit
from app.plugins.services import NOT_YOURS
from app.plugins.snapshot import Snapshot

WORK = "installer.work"
MORE = say("The site's page of plugins says more.")
SOON = timedelta(minutes=30)
"""So long before an exam opens nothing is begun either: what fails has to be undone by then."""


@dataclass(frozen=True)
class Wish:
    """What an admin agreed to. `consent` are the capabilities and permissions that they saw."""

    consent: frozenset[str] = frozenset()
    may_go_back: bool = False
    """An older version than the one in use is meant."""
    during_exams: bool = False
    """Who runs the server means it also while exams are sat."""


def find_exams(now: datetime) -> Conflict | None:
    """Return why nothing is installed, upgraded or uninstalled now, or None. What helps goes on."""
    until = find_end_of_sitting(now, SOON)
    if until is None:
        return None
    return Conflict(
        say(
            "Exams are sat until %(until)s: plugins are not installed, upgraded or uninstalled "
            "before they end.",
            until=format_datetime(until),
        ),
        todo=say(
            "Going back to the version before and switching off work at any time. In need, "
            "`--during-exams` on the server does it all the same."
        ),
    )


def _check_exams(meant: bool, now: datetime) -> None:
    if not meant and (refusal := find_exams(now)):
        raise refusal


def _check_actor(actor: Actor) -> None:
    if not can_install(actor):
        raise Forbidden(NOT_YOURS)


def receive(
    *,
    actor: Actor,
    package: Package,
    data: bytes,
    source: str,
    signer: str,
    catalog: Catalog,
    snapshot: Snapshot,
    site: Site,
    now: datetime,
) -> int:
    """Keep an archive that was found whole, and return its id; nothing of it is used yet.

    Raises Rejected for a version that was revoked, does not fit this site, or whose name is taken.
    """
    _check_actor(actor)
    manifest = package.manifest
    _check_revoked(catalog, manifest.name, manifest.version)
    check_place(manifest, snapshot, site)
    known = queries.find_by_sha256(package.sha256)
    if known is not None:
        if signer and not known.signer:
            db.session.execute(
                update(PluginArtifact)
                .where(PluginArtifact.id == known.id)
                .values(signer=signer, source=source)
            )
        return known.id
    artifact = PluginArtifact(
        name=manifest.name,
        version=manifest.version,
        sha256=package.sha256,
        file=package.file,
        source=source,
        signer=signer,
        manifest=manifest.text,
        data=data,
        report={
            "warnings": [pack_sentence(warning) for warning in package.warnings],
            "changes": package.changes,
            "size": package.size,
            "unpacked": package.unpacked,
        },
        received_at=now,
    )
    db.session.add(artifact)
    db.session.flush()
    details = {"version": manifest.version, "sha256": package.sha256, "signer": signer}
    audit.record(actor, "plugins.receive", obj=f"plugin:{manifest.name}", details=details)
    return artifact.id


def _check_revoked(catalog: Catalog, name: str, version: str) -> None:
    if sentence := catalog.taken_back(name, version):
        raise Rejected(sentence)


def check_place(manifest: Manifest, snapshot: Snapshot, site: Site) -> None:
    """Refuse what has no place here. Raises Rejected with the first reason."""
    for name, record in snapshot.records.items():
        if name == manifest.name:
            if record.source == "folder":
                raise Rejected(
                    say("%(name)s stands in the product's own folder: update that.", name=name)
                )
        elif f"{name}_".startswith(f"{manifest.name}_") or f"{manifest.name}_".startswith(
            f"{name}_"
        ):
            raise Rejected(say("Its tables would be mixed up with those of %(name)s.", name=name))
    available = {
        name: record.version
        for name, record in snapshot.records.items()
        if record.manifest and record.state in ("found", "loaded", "asleep")
    }
    for sentence in check_fit(manifest, site, available):
        raise Rejected(sentence)


def begin_examination(*, actor: Actor, artifact_id: int, now: datetime) -> int:
    """Begin to try an archive; return the id of the change. Nothing on the site is different."""
    _check_actor(actor)
    artifact = queries.get_artifact(artifact_id)
    return _begin(actor, "examine", artifact.name, artifact, {}, now)


def begin_install(
    *, actor: Actor, artifact_id: int, wish: Wish, catalog: Catalog, now: datetime
) -> int:
    """Begin to install an examined archive, or to upgrade to it; return the id of the change.

    Raises Conflict when it is in use already, older than what is in use, asks for more than was
    agreed to, was not examined, or when another change is under way or exams are sat.
    """
    _check_actor(actor)
    artifact = queries.get_artifact(artifact_id)
    _check_revoked(catalog, artifact.name, artifact.version)
    row = queries.find_in_use(artifact.name)
    if row and row.sha256 == artifact.sha256:
        raise Conflict(say("Version %(version)s is in use already.", version=artifact.version))
    _check_examined(artifact, row.sha256 if row else "")
    if row and Version(artifact.version) < Version(row.version) and not wish.may_go_back:
        raise Conflict(
            say(
                "Version %(new)s is older than %(old)s, which is in use. Roll back instead: that "
                "brings the data back too.",
                new=artifact.version,
                old=row.version,
            )
        )
    _check_exams(wish.during_exams, now)
    asked = new_wishes(parse(row.manifest) if row else None, parse(artifact.manifest))
    wanted = {*asked["uses"], *asked["permissions"]}
    if missing := sorted(wanted - wish.consent):
        raise Conflict(
            say("It asks for more than you agreed to: %(names)s.", names=", ".join(missing))
        )
    kind = "upgrade" if row else "install"
    options = {"consent": sorted(wish.consent)} | _meant(wish.during_exams)
    return _begin(actor, kind, artifact.name, artifact, options, now)


def _meant(during_exams: bool) -> dict[str, bool]:
    return {"during_exams": True} if during_exams else {}


def _check_examined(artifact: ArtifactView, base: str) -> None:
    if artifact.refused is not None:
        raise Conflict(say("It did not pass: %(why)s", why=artifact.refused))
    if "rehearsal" not in artifact.report or artifact.report.get("base", "") != base:
        raise Conflict(say("It must be tried on a copy of the site's data first."))


def begin_rollback(*, actor: Actor, plugin: str, keep_newer: bool, now: datetime) -> int:
    """Begin to go back to the version before the last upgrade; return the id of the change.

    Its data is that of before; what was written since is kept in a file. With `keep_newer` the data
    stays as it is, which only works while both versions have the same tables.
    """
    _check_actor(actor)
    way = queries.find_way_back(plugin)
    if way is None:
        raise Conflict(say("There is no version to go back to."))
    artifact = queries.find_by_sha256(way.before["sha256"])
    if keep_newer and way.before.get("schema") != way.before.get("to_schema"):
        raise Conflict(say("The versions have different tables: only the data of before fits."))
    options = {"keep_newer": keep_newer, "file": way.before["file"]}
    return _begin(actor, "rollback", plugin, artifact, options, now)


def begin_uninstall(
    *,
    actor: Actor,
    plugin: str,
    snapshot: Snapshot,
    data: str,
    typed: str,
    during_exams: bool = False,
    now: datetime,
) -> int:
    """Begin to uninstall; `data` is keep, export (and drop) or drop. Returns the change's id.

    To delete data takes two admins: with the first nothing begins and 0 comes back, with another
    one who chooses the same within a week it does. Who runs the server needs no second one.

    For a plugin that is uninstalled already, only what it left is exported or dropped.

    Raises Conflict while a plugin that is on needs it or exams are sat, or when its name was not
    typed to drop data.
    """
    _check_actor(actor)
    row = read_plugins().get(plugin)
    if row is None or not (row.sha256 or row.state == "uninstalled"):
        raise NotFound
    _check_nobody_needs(snapshot, plugin)
    if data == "keep" and row.state == "uninstalled":
        raise Conflict(say("It is uninstalled already, and its data is kept."))
    if data != "keep" and typed != plugin:
        raise Conflict(say("Type its name, %(name)s, to delete its data.", name=plugin))
    if data != "keep" and not actor.is_system and not _is_second(actor, plugin, data, now):
        return 0
    _check_exams(during_exams, now)
    return _begin(actor, "uninstall", plugin, None, {"data": data} | _meant(during_exams), now)


def _is_second(actor: Actor, plugin: str, data: str, now: datetime) -> bool:
    """Tell whether another admin asked for the same; otherwise write down that this one did."""
    asked = queries.find_asked(plugin, now)
    if asked and asked.options == {"data": data}:
        if asked.actor_id != actor.id:
            return True
        raise Conflict(
            say("You asked for this already. A second admin must choose the same here."),
            todo=say("Without one, `rihla plugin uninstall` on the server does it."),
        )
    values = {
        "kind": ASKED,
        "plugin": plugin,
        "state": "done",
        "is_open": None,
        "options": {"data": data},
        "actor_id": actor.id,
        "created_at": now,
        "ended_at": now,
    }
    statement = insert_into(PluginOperation).values(**values).returning(PluginOperation.id)
    asking_id = db.session.scalar(statement)
    audit.record(actor, "plugins.ask_deletion", obj=f"plugin:{plugin}", details={"data": data})
    subject = say("Deleting the data of the plugin %(name)s waits for a second admin", name=plugin)
    tell_admins(subject, subject, MORE, key=f"plugin-asked:{asking_id}")
    return False


def tell_admins(subject: Sentence, *body: Sentence | str, key: str) -> None:
    """Send a message to every admin of the site, once for each key."""
    for admin in people.list_holders("admin", "site", 0):
        accounts.tell(admin.id, subject, *body, key=f"{key}:{admin.id}")


def note_deleted(*, actor: Actor, plugin: str, file: str) -> None:
    """Write down that a file with a plugin's data goes. Raises Conflict when it is needed."""
    _check_actor(actor)
    way, running = queries.find_way_back(plugin), queries.find_open_operation()
    needed = {operation.before.get("file") for operation in (way, running) if operation}
    if file in needed:
        raise Conflict(say("A rollback needs this file: it is deleted with the version before."))
    audit.record(actor, "plugins.forget_data", obj=f"plugin:{plugin}", details={"file": file})


def _check_nobody_needs(snapshot: Snapshot, plugin: str) -> None:
    users: Collection[Record] = [
        other
        for other in snapshot.records.values()
        if other.manifest and plugin in other.manifest.plugins and snapshot.is_enabled(other.name)
    ]
    if users:
        names = ", ".join(sorted(record.name for record in users))
        raise Conflict(say("%(names)s needs it: switch that off first.", names=names))


def _begin(
    actor: Actor,
    kind: str,
    plugin: str,
    artifact: ArtifactView | None,
    options: dict[str, Any],
    now: datetime,
) -> int:
    known, used = read_plugins().get(plugin), queries.find_in_use(plugin)
    before = {
        "known": known is not None,
        "in_use": used is not None,
        "version": known.version if known is not None else "",
        "sha256": used.sha256 if used is not None else "",
        "to_version": artifact.version if artifact else "",
        "to_sha256": artifact.sha256 if artifact else "",
    }
    values: dict[str, Any] = {
        "kind": kind,
        "plugin": plugin,
        "artifact_id": artifact.id if artifact else None,
        "state": "running",
        "is_open": True,
        "step": "",
        "done": [],
        "before": before,
        "options": options,
        "actor_id": actor.id,
        "created_at": now,
    }
    statement = insert_into(PluginOperation).values(**values)
    operation_id: int | None = db.session.scalar(
        statement.on_conflict_do_nothing(index_elements=["is_open"]).returning(PluginOperation.id)
    )
    if operation_id is None:
        raise Conflict(
            say("Another change of plugins is under way."),
            todo=say("Wait until it is done; nothing was begun here."),
        )
    if kind != "examine":
        details = {name: before[name] for name in ("version", "to_version")} | options
        audit.record(actor, f"plugins.{kind}", obj=f"plugin:{plugin}", details=details)
    jobs.enqueue(WORK, {"operation_id": operation_id})
    return operation_id


def drop_artifact(*, actor: Actor, artifact_id: int) -> None:
    """Forget an archive that is not in use. Raises Conflict for one that is."""
    _check_actor(actor)
    artifact = queries.get_artifact(artifact_id)
    row = read_plugins().get(artifact.name)
    if row is not None and row.sha256 == artifact.sha256:
        raise Conflict(say("Version %(version)s is in use already.", version=artifact.version))
    way = queries.find_way_back(artifact.name)
    if way is not None and way.before["sha256"] == artifact.sha256:
        raise Conflict(say("It is the version that a rollback needs."))
    db.session.execute(delete(PluginArtifact).where(PluginArtifact.id == artifact.id))
    details = {"version": artifact.version, "sha256": artifact.sha256}
    audit.record(actor, "plugins.forget", obj=f"plugin:{artifact.name}", details=details)

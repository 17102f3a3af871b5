"""Doing a change step by step, by one process at a time, and going on where another was killed.

The process that works holds a lease on the change, by the database's clock, and prolongs it while a
step runs. When it dies, the lease runs out and the next one goes on with the first step that is not
written down as done, or with undoing. What fails before the new code serves is undone.
"""

import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, current_app
from sqlalchemy import or_, update
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from app.accounts import queries as people
from app.installer import queries, steps
from app.installer.context import Context, NotYet, context_of
from app.installer.models import PluginOperation
from app.installer.queries import OperationView
from app.installer.rules import (
    PLANS,
    POINT_OF_NO_RETURN,
    Rejected,
    next_step,
    pack_sentence,
)
from app.installer.services import tell_admins
from app.kernel import audit, clock, outbox
from app.kernel.actors import SYSTEM, Actor
from app.kernel.db import db, write
from app.kernel.errors import Refusal
from app.kernel.i18n import Sentence, say
from app.kernel.logs import get_logger
from app.plugins.gate import Gate
from app.plugins.hooks import PluginUpgraded
from app.settings import Settings

LEASE_SECONDS = 20
PAUSE_SECONDS = 1.0
ENDED: dict[tuple[str, str], Sentence] = {
    ("install", "done"): say("The plugin %(name)s %(version)s was installed"),
    ("upgrade", "done"): say("The plugin %(name)s is now at version %(version)s"),
    ("rollback", "done"): say("The plugin %(name)s is back at version %(version)s"),
    ("uninstall", "done"): say("The plugin %(name)s was uninstalled"),
}
NOT_DONE = say("The plugin %(name)s was not changed")


def work(operation_id: int, *, wait: bool = False) -> OperationView:
    """Do what is left of a change and return how it stands.

    With `wait` it also waits for other processes; otherwise it comes back while they are awaited,
    and is to be called again. An undoing that fails comes back too: it is tried again later. Held
    by a process that lives, the change is left alone.
    """
    owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    while not _take(operation_id, owner):
        operation = queries.get_operation(operation_id)
        db.session.rollback()
        if not wait or not operation.is_open:
            return operation
        time.sleep(PAUSE_SECONDS)
    with _holding(operation_id, owner):
        while (operation := _go_on(operation_id, owner)).is_open:
            if not wait or operation.state == "undoing":
                break
            time.sleep(PAUSE_SECONDS)
    return operation


def _take(operation_id: int, owner: str) -> bool:
    free = or_(PluginOperation.lease_until.is_(None), PluginOperation.lease_until < clock.sql_now())
    with write() as session:
        taken = session.execute(
            update(PluginOperation)
            .where(PluginOperation.id == operation_id, PluginOperation.is_open.is_(True), free)
            .values(owner=owner, lease_until=clock.sql_now(LEASE_SECONDS))
        )
        return bool(taken.rowcount)  # type: ignore[attr-defined]


@contextmanager
def _holding(operation_id: int, owner: str) -> Iterator[None]:
    """Prolong the lease inside; afterwards it is free for the next one."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    ended = threading.Event()

    def prolong() -> None:
        while not ended.wait(LEASE_SECONDS / 4):
            try:
                with app.app_context():
                    _keep(operation_id, owner, lease_until=clock.sql_now(LEASE_SECONDS))
                    db.session.remove()
            except SQLAlchemyError:
                get_logger().warning("installer_lease", exc_info=True)

    thread = threading.Thread(target=prolong, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        db.session.rollback()
        _keep(operation_id, owner, lease_until=None, owner=None)


def _keep(operation_id: int, held_by: str, **values: Any) -> bool:
    """Write something down while the lease is ours."""
    with write() as session:
        kept = session.execute(
            update(PluginOperation)
            .where(PluginOperation.id == operation_id, PluginOperation.owner == held_by)
            .values(**values)
        )
        return bool(kept.rowcount)  # type: ignore[attr-defined]


def _context(operation: OperationView) -> Context:
    settings: Settings = current_app.extensions["settings"]
    gate: Gate = current_app.extensions["plugins"]
    gate.refresh()
    return context_of(operation, settings, gate)


def _go_on(operation_id: int, owner: str) -> OperationView:
    """Do steps until the end, or until one has to wait."""
    while True:
        operation = queries.get_operation(operation_id)
        db.session.rollback()
        if operation.state == "undoing":
            return _undo(operation, owner)
        step = next_step(PLANS[operation.kind], [entry["step"] for entry in operation.done])
        if step is None:
            return _end(operation, "done")
        if operation.step != step and not _keep(operation_id, owner, step=step):
            return operation  # the lease was lost: somebody else goes on
        operation = queries.get_operation(operation_id)
        began = time.monotonic()
        try:
            note = _do(operation, step)
        except NotYet:
            return operation
        except Rejected as error:
            _fail(operation, owner, step, error.sentence)
            continue
        _done(operation, owner, step, note, time.monotonic() - began)


def _do(operation: OperationView, step: str) -> Sentence | None:
    """Do one step; what nobody foresaw becomes a sentence too."""
    try:
        return steps.STEPS[step](_context(operation))
    except (NotYet, Rejected):
        raise
    except Refusal as refusal:
        raise Rejected(refusal.sentence) from refusal
    except OSError as error:
        get_logger().error("installer_step", step=step, exc_info=True)
        why = error.strerror or str(error)
        raise Rejected(say("Files could not be written: %(why)s.", why=why)) from error
    except OperationalError as error:
        get_logger().error("installer_step", step=step, exc_info=True)
        why = str(error.orig)[:200]
        raise Rejected(say("The database refused: %(why)s.", why=why)) from error
    finally:
        db.session.rollback()


def _done(
    operation: OperationView, owner: str, step: str, note: Sentence | None, seconds: float
) -> None:
    entry = {
        "step": step,
        "at": clock.now().isoformat(),
        "seconds": round(seconds, 2),
        "note": pack_sentence(note) if note else None,
    }
    with write() as session:
        row = session.get_one(PluginOperation, operation.id)
        if row.owner != owner:
            return
        row.done = [*row.done, entry]
        verb = f"plugins.{operation.kind}_step"
        details = {"step": step, "seconds": entry["seconds"]}
        audit.record(_actor(operation), verb, obj=f"plugin:{operation.plugin}", details=details)


def _actor(operation: OperationView) -> Actor:
    return people.actor_of(operation.actor_id) if operation.actor_id else SYSTEM


def _fail(operation: OperationView, owner: str, step: str, sentence: Sentence) -> None:
    """Turn to undoing; after the point of no return only the rest is left out."""
    get_logger().error("installer_refused", step=step, why=str(sentence), plugin=operation.plugin)
    if step in POINT_OF_NO_RETURN:
        _done(operation, owner, step, sentence, 0)
        return
    _keep(operation.id, owner, state="undoing", reason=pack_sentence(sentence))


def _undo(operation: OperationView, owner: str) -> OperationView:
    try:
        if operation.kind != "examine":
            steps.undo(_context(operation))
    except Exception:  # noqa: BLE001  (foreign migrations and full disks: it is tried again)
        get_logger().error("installer_undo", plugin=operation.plugin, exc_info=True)
        db.session.rollback()
        return queries.get_operation(operation.id)
    return _end(operation, "refused")


def _end(operation: OperationView, state: str) -> OperationView:
    """Close the change, and tell all admins of the site how it ended."""
    actor, name = _actor(operation), operation.plugin
    with write() as session:
        row = session.get_one(PluginOperation, operation.id)
        if not row.is_open:
            return queries.get_operation(operation.id)
        row.state, row.is_open, row.ended_at, row.step = state, None, clock.now(), ""
        if operation.kind == "examine":
            if operation.reason:
                steps.refuse_artifact(_context(operation), operation.reason)
        else:
            details = {"version": operation.before["to_version"], "ended": state}
            verb = f"plugins.{operation.kind}_{state}"
            audit.record(actor, verb, obj=f"plugin:{name}", details=details)
            _tell_admins(operation, state)
            if state == "done" and operation.kind in ("upgrade", "rollback"):
                outbox.record(PluginUpgraded(name, operation.before["version"]))
    return queries.get_operation(operation.id)


def _tell_admins(operation: OperationView, state: str) -> None:
    template = ENDED.get((operation.kind, state), NOT_DONE)
    version = operation.before["to_version"]
    subject = say(template.text, name=operation.plugin, version=version)
    body: list[Sentence | str] = [subject]
    if operation.sentence is not None:
        body += [operation.sentence, say("Everything is as it was before.")]
    body.append(say("The site's page of plugins shows every step, and the way back."))
    tell_admins(subject, *body, key=f"plugin-operation:{operation.id}")

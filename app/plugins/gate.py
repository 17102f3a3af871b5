"""What is active where: asked at every request, answered from memory.

Whoever decides something raises the generation in the database, in the same transaction, and then
replaces the file `plugins/generation`. A request looks at the file's stamp (one call to the
system, no statement); when it changed, the decisions are read anew, once. So a switch counts from
the next request on in every process of this machine; processes elsewhere look at the database
once a second (app/plugins/watching.py), beside the requests.
"""

import os
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

from flask import Flask, current_app, has_app_context, request
from sqlalchemy.exc import SQLAlchemyError

from app.accounts.hooks import PersonalData
from app.kernel import place
from app.kernel.db import db
from app.kernel.errors import NotFound, TooMany
from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.plugins.discovery import Record
from app.plugins.kinds import KINDS
from app.plugins.queries import Decision, Decisions, read_decisions
from app.plugins.snapshot import STAMP, Snapshot, read_code
from app.web.assets import link


class BeingUpgraded(TooMany):
    """The plugin gets new code at this moment."""

    status = 503


class Gate:
    """The snapshot of this process, and when it is stale."""

    def __init__(self, records: Mapping[str, Record], folder: Path) -> None:
        self.records = records
        self.folder = folder
        self.file = folder / STAMP
        self.code = read_code(folder)
        """The generation of the code that this process loads, read before it does."""
        self.heads: dict[str, str] = {}
        self.pages: dict[str, str] = {}
        """The plugin of each blueprint."""
        self.linked: dict[str, tuple[str, ...]] = {}
        """The styles and scripts that a page needs which shows something of a plugin."""
        self._seen: object = ()
        self._snapshot: Snapshot | None = None

    def refresh(self) -> None:
        """Notice that something was decided since. No statement."""
        try:
            stat = os.stat(self.file)
            seen: object = (stat.st_mtime_ns, stat.st_ino)
        except OSError:
            seen = None
        if seen != self._seen:
            self._seen, self._snapshot = seen, None

    def forget(self) -> None:
        """Read the decisions anew when they are next asked for."""
        self._snapshot = None

    @property
    def known(self) -> Snapshot | None:
        """The snapshot as it is, without reading."""
        return self._snapshot

    def current(self) -> Snapshot:
        """Return the decisions; with a database that cannot be read, nothing is on."""
        found = self._snapshot
        if found is None:
            try:
                decisions = read_decisions()
            except SQLAlchemyError:
                db.session.rollback()
                off = {name: Decision(enabled=False) for name in self.records}
                return Snapshot(Decisions(plugins=off), self.records, self.heads, self.folder)
            found = self._snapshot = Snapshot(decisions, self.records, self.heads, self.folder)
        return found

    def is_active(self, owner: str, kind: Any, anywhere: bool) -> bool:
        """Tell whether things of a kind that a plugin brought count here (see Hooks.active)."""
        reach = KINDS[kind].reach if kind in KINDS else "here"
        if kind is PersonalData:
            return owner in self.current().decisions.schemas
        if reach == "always":
            return True
        now = self.current()
        if anywhere or reach == "anywhere":
            return owner in now.anywhere
        return owner in now.for_center(place.center.get())

    def active_here(self) -> Hashable:
        """Return what differs when other things are active at the center of the moment."""
        now = self.current()
        return now.decisions.state, now.for_center(place.center.get())


def get_gate() -> Gate:
    """Return the gate of the application."""
    gate: Gate = current_app.extensions["plugins"]
    return gate


def install(app: Flask, gate: Gate) -> None:
    """Put the gate in front of every request and of the registry."""
    app.extensions["plugins"] = gate

    def asked() -> Gate:  # a process may hold more than one application: tests, trials of upgrades
        return get_gate() if has_app_context() else gate

    hooks.active = lambda owner, kind, anywhere: asked().is_active(owner, kind, anywhere)
    hooks.active_here = lambda: asked().active_here()
    before = app.url_value_preprocessors[None]

    def refresh(_endpoint: str | None, _values: Any) -> None:
        gate.refresh()

    before.insert(0, refresh)
    app.url_value_preprocessor(lambda _endpoint, _values: close(gate))


def close(gate: Gate) -> None:
    """Answer 404 for pages of a plugin that is off here, 503 while it gets new code.

    Its other pages link its styles and scripts.
    """
    name = gate.pages.get(request.blueprint or "")
    if name is None:
        return
    now = gate.current()
    if now.is_enabled(name) and now.is_upgrading(name):
        raise BeingUpgraded(
            say("This part of the site is being renewed. What you had saved is kept."),
            wait=20,
            todo=say("Try again in a moment."),
        )
    if name not in now.for_center(place.center.get()):
        raise NotFound
    link(*gate.linked.get(name, ()))

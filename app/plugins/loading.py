"""Bringing plugins into an application at its start, one after the other, each on its own.

Whatever one of them does here, it is undone, the plugin gets a state and a sentence, and the start
goes on. What ends the process or never comes back is the sentinel's business.
"""

import importlib
import os
import sys
import time
import traceback
from collections.abc import Collection
from types import TracebackType
from typing import Any

import brotli
from flask import Flask

from app.accounts.hooks import PersonalData, PersonalDataExtra
from app.kernel import clock, migrations
from app.kernel.actors import Permission
from app.kernel.db import Base, db, write
from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.kernel.logs import get_logger
from app.plugins import gate as gates
from app.plugins import guard, schema, tables
from app.plugins.discovery import Record, discover, home
from app.plugins.hooks import Routes
from app.plugins.inventory import Refused, Taken, refuse_changes
from app.plugins.manifest import parse
from app.plugins.queries import read_at_start
from app.plugins.registration import (
    PluginHooks,
    add_templates,
    apply,
    check_tables,
    try_routes,
)
from app.plugins.rules import Manifest, ManifestError, Site, check_fit, order_plugins
from app.plugins.sentinel import Sentinel
from app.plugins.services import bump, remember
from app.plugins.words import add_words
from app.settings import Settings
from app.web.assets import Assets

OURS = ("granian", "gunicorn", "app/serve.py", "app/kernel/worker.py")
DAMAGE = "damage"
MOST_ASSETS = 512_000
"""Bytes of styles, scripts and pictures that one plugin may bring to browsers."""
MOST_LINKED = 8_000
"""Compressed bytes of the styles and scripts that a page loads which shows something of it."""


def load_plugins(app: Flask, settings: Settings) -> None:
    """Find all plugins, load those that can run, and put the gate in front of them."""
    gate = gates.Gate({}, home(settings))
    records = discover(settings)
    left = _add_missing(app, records)
    failures = guard.Failures(gate)
    gates.install(app, gate)
    guard.install(app, failures)
    sentinel = Sentinel(gate.folder)
    if is_safe(settings):
        for record in records.values():
            if record.state == "found":
                record.fail(say("The site runs in safe mode, without plugins."), "asleep")
    else:
        sentinel.sweep(clock.now())
        _set_aside(records, sentinel)
    order = plan(records, Site(_version(), schema=migrations.head() or ""))
    gate.records = {name: records[name] for name in (*order, *(records.keys() - set(order)))}
    for name in order:
        _load(app, records[name], gate, failures, sentinel)
    answering = {name for name, record in records.items() if record.state == "loaded"} | set(left)
    _declare_privacy({n: r.manifest for n, r in records.items() if r.manifest} | left, answering)
    add_words(gate.records.values())


def is_safe(settings: Settings) -> bool:
    """Tell whether the site is to start without plugins."""
    return settings.plugins_safe_mode or (home(settings) / "safe-mode").exists()


def _version() -> str:
    from app import __version__

    return __version__


def _add_missing(app: Flask, records: dict[str, Record]) -> dict[str, Manifest]:
    """Add the plugins that the database knows and that have no files here any more.

    Returns what is known of those that were uninstalled: their data may have been kept.
    """
    with app.app_context():
        known, _ = read_at_start()
    left: dict[str, Manifest] = {}
    for name, row in known.items():
        if name in records and records[name].manifest is None:
            records[name].manifest = _kept_manifest(row.manifest)
        if name in records:
            continue
        if row.state == "uninstalled":
            manifest = _kept_manifest(row.manifest)
            left |= {name: manifest} if manifest else {}
            continue
        record = Record(name, row.source, home(app.extensions["settings"]) / name, f"rihla_{name}")
        record.manifest = _kept_manifest(row.manifest)
        record.fail(say("Its files are gone. Its data waits in the database."), "missing")
        records[name] = record
    return left


def _kept_manifest(text: str) -> Manifest | None:
    try:
        return parse(text)
    except ManifestError:
        return None


def _set_aside(records: dict[str, Record], sentinel: Sentinel) -> None:
    for name, entry in sentinel.quarantined().items():
        record = records.get(name)
        if record is None or record.state != "found" or entry.get("version") != record.version:
            continue
        if entry.get("why") == DAMAGE:
            record.fail(
                say(
                    "It changes the site in a way that cannot be undone, so it is set aside. "
                    "The site works without it."
                ),
                "quarantined",
            )
        elif entry.get("held"):
            record.fail(say("It was set aside by hand and is not loaded."), "quarantined")
        else:
            record.fail(
                say(
                    "It ended the server twice while it was being loaded, so it is set aside. "
                    "The site works without it."
                ),
                "quarantined",
            )


def plan(records: dict[str, Record], site: Site) -> list[str]:
    """Return the plugins to load in their order; the others get their state and sentence."""
    available = {
        name: record.version for name, record in records.items() if record.state == "found"
    }
    for name in list(available):
        record = records[name]
        if record.manifest is None:
            continue
        for sentence in check_fit(record.manifest, site, available):
            record.fail(sentence, "incompatible")
        if any(table == name or table.startswith(f"{name}_") for table in Base.metadata.tables):
            sentence = say(
                "Its name is that of a part of the site, whose tables begin with it: %(name)s.",
                name=name,
            )
            record.fail(sentence, "incompatible")
        if other := next((one for one in records if name.startswith(f"{one}_")), None):
            sentence = say(
                "Its name begins with that of %(other)s, so their tables could not be told apart.",
                other=other,
            )
            record.fail(sentence, "incompatible")
    needs = {
        name: frozenset(record.manifest.plugins)
        for name, record in records.items()
        if record.state == "found" and record.manifest
    }
    order, circles = order_plugins(needs)
    for name, circle in circles.items():
        records[name].fail(
            say("Plugins wait for each other: %(circle)s.", circle=" → ".join(circle)),
            "incompatible",
        )
    return [name for name in order if name in needs]


def _load(
    app: Flask, record: Record, gate: gates.Gate, failures: guard.Failures, sentinel: Sentinel
) -> None:
    manifest = record.manifest
    if manifest is None:
        return
    absent = [name for name in manifest.plugins if gate.records[name].state != "loaded"]
    if absent:
        record.fail(say("It needs %(names)s, which did not start.", names=", ".join(absent)))
        return
    began, taken = time.perf_counter(), Taken(app, record.name)
    try:
        with sentinel.watch(record.name, record.version):
            _bring(app, record, manifest, taken, failures)
        record.state = "loaded"
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        if isinstance(error, SystemExit) and _is_ours(error.__traceback__):
            raise  # the server is told to stop, and says so inside the plugin's import
        _give_up(record, error, taken, gate)
        if taken.changes():
            _begin_anew(record, sentinel)
    record.load_ms = (time.perf_counter() - began) * 1000


def _bring(
    app: Flask, record: Record, manifest: Manifest, taken: Taken, failures: guard.Failures
) -> None:
    module = _import(record)
    brought = PluginHooks(manifest)
    for permission in manifest.permissions:
        brought.register(
            Permission,
            permission.name,
            Permission(permission.label, permission.roles),  # type: ignore[arg-type]
        )
    register = getattr(module, "register", None)
    if not callable(register):
        raise Refused(say("Its package has no function register(hooks)."))
    register(brought)
    tables.registry_of(record.name).configure()
    refuse_changes(taken)
    check_tables(manifest)
    for _, _, thing in brought.brought:
        if isinstance(thing, Routes):
            try_routes(app, record, thing)
    assets, head = _check_assets(record, manifest), schema.head_of(record)
    apply(app, record, brought, failures)
    refuse_changes(taken)
    add_templates(app, record)
    if assets:
        known: Assets = app.extensions["assets"]
        known.add_folder(record.folder / "static", f"x/{record.name}/")
        linked = (f"x/{record.name}/{file}" for file in (*manifest.css, *manifest.js))
        failures.gate.linked[record.name] = tuple(linked)
    if head:
        failures.gate.heads[record.name] = head


def _import(record: Record) -> object:
    if record.path and record.package.startswith("plugins."):
        package = importlib.import_module("plugins")
        if str(record.path) not in package.__path__:
            package.__path__.append(str(record.path))
    elif record.path and str(record.path) not in sys.path:
        sys.path.append(str(record.path))
    importlib.invalidate_caches()
    module = importlib.import_module(record.package)
    file = getattr(module, "__file__", None) or ""
    if not file.startswith(str(record.folder)):
        raise Refused(say("Another package of the same name is in the way: %(place)s.", place=file))
    return module


def _check_assets(record: Record, manifest: Manifest) -> bool:
    folder = record.folder / "static"
    linked = [folder / file for file in (*manifest.css, *manifest.js)]
    if absent := next((file for file in linked if not file.is_file()), None):
        raise Refused(say("Its plugin.toml names %(file)s, which is not there.", file=absent.name))
    weight = len(brotli.compress(b"".join(file.read_bytes() for file in linked), quality=4))
    if weight > MOST_LINKED:
        raise Refused(
            say(
                "What its pages load weighs %(size)s kB compressed; %(most)s kB is the most.",
                size=weight // 1000,
                most=MOST_LINKED // 1000,
            )
        )
    size = sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
    if size > MOST_ASSETS:
        raise Refused(
            say(
                "Its styles, scripts and pictures weigh %(size)s kB; %(most)s kB is the most.",
                size=size // 1000,
                most=MOST_ASSETS // 1000,
            )
        )
    return folder.is_dir()


def _is_ours(trace: TracebackType | None) -> bool:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    file = trace.tb_frame.f_code.co_filename if trace else ""
    return any(name in file for name in OURS)


def _give_up(record: Record, error: BaseException, taken: Taken, gate: gates.Gate) -> None:
    taken.undo()
    tables.forget_tables(record.name)
    gate.heads.pop(record.name, None)
    gate.linked.pop(record.name, None)
    for blueprint in [name for name, by in gate.pages.items() if by == record.name]:
        del gate.pages[blueprint]
    for name in tables.modules_of(record.package):
        del sys.modules[name]
    if isinstance(error, Refused):
        record.fail(error.sentence)
    else:
        sentence = say(
            "It could not be loaded: %(why)s",
            why="".join(traceback.format_exception_only(error)).strip().splitlines()[-1][:300],
        )
        record.fail(sentence, trace="".join(traceback.format_exception(error))[-4000:])
    get_logger().error("plugin_not_loaded", plugin=record.name, why=str(record.problems[-1]))


def _begin_anew(record: Record, sentinel: Sentinel) -> None:
    """End this process: what the plugin did stays in it. The next one starts without the plugin."""
    sentinel.hold(record.name, record.version, clock.now(), DAMAGE)
    get_logger().critical("plugin_set_aside", plugin=record.name, why="what it did stays")
    os._exit(70)


def upgrade_schemas() -> dict[str, str]:
    """Bring the tables of all plugins to what their code expects; return what failed and why."""
    gate = gates.get_gate()
    failed = schema.upgrade_all(gate.records)
    db.session.rollback()
    with write():
        remember(gate.records, now=clock.now())
        bump(gate.folder)
    gate.forget()
    return failed


def _declare_privacy(manifests: dict[str, Manifest], answering: Collection[str]) -> None:
    """Declare what plugins keep about people, also those that are off, broken or gone."""
    for name, manifest in manifests.items():
        for table in manifest.privacy:
            data = PersonalData(
                table.table,
                table.person,
                table.export,
                table.erase,
                table.anonymize,
                table.keep_reason,
                table.words,
            )
            hooks.register(PersonalData, table.table, data, owner=name)
        if manifest.privacy_extra and name not in answering:
            waiting = PersonalDataExtra(_wait_for_plugin, _wait_for_plugin)
            hooks.register(PersonalDataExtra, f"{name}.waiting", waiting, owner=name)


def _wait_for_plugin(_person_id: int) -> Any:
    raise RuntimeError("the plugin that keeps this does not run")

"""`rihla plugin …`: looking after plugins without a browser, and without running any of them."""

import os
import sys
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import ScriptInfo

from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import write
from app.kernel.errors import Refusal
from app.kernel.hooks import hooks
from app.kernel.i18n import translate
from app.plugins import queries, services
from app.plugins.discovery import Record, home
from app.plugins.gate import Gate
from app.plugins.sentinel import Sentinel

SAFE = "RIHLA_PLUGINS_SAFE_MODE"


@click.group("plugin")
def plugin() -> None:
    """Look after plugins. None of them is loaded, except by `hooks`."""


def without_plugins(context: click.Context) -> Flask:
    """Return the application of this site with no plugin loaded, for commands that must work."""
    before = os.environ.get(SAFE)
    os.environ[SAFE] = "1"
    try:
        return context.ensure_object(ScriptInfo).load_app()
    finally:
        if before is None:
            del os.environ[SAFE]
        else:
            os.environ[SAFE] = before


def _gate(app: Flask) -> Gate:
    gate: Gate = app.extensions["plugins"]
    return gate


@plugin.command("list")
@click.pass_context
def list_plugins(context: click.Context) -> None:
    """List the plugins, what was decided, and what keeps one from running."""
    app = without_plugins(context)
    with app.app_context():
        gate = _gate(app)
        now, held = gate.current(), Sentinel(gate.folder).quarantined()
        for name, record in gate.records.items():
            state: str = "quarantined" if name in held else record.state
            if state == "asleep":
                state = "on" if now.is_enabled(name) else "off"
            click.echo(f"{name} {record.version or '?'} {state} ({record.source})")
            for sentence in _problems(record):
                click.echo(f"     {sentence}")


def _problems(record: Record) -> list[str]:
    mine = record.problems[:-1] if record.state == "asleep" else record.problems
    return [translate(sentence, "en") for sentence in (*mine, *record.notes)]


@plugin.command("enable")
@click.argument("name")
@click.pass_context
def enable(context: click.Context, name: str) -> None:
    """Switch a plugin on for the site, from the next request on."""
    _switch(context, name, on=True)


@plugin.command("disable")
@click.argument("name")
@click.pass_context
def disable(context: click.Context, name: str) -> None:
    """Switch a plugin off for the site, from the next request on; its data is kept."""
    _switch(context, name, on=False)


def _switch(context: click.Context, name: str, *, on: bool) -> None:
    app = without_plugins(context)
    with app.app_context():
        snapshot = _gate(app).current()
        try:
            with write():
                services.switch_plugin(
                    actor=SYSTEM, snapshot=snapshot, name=name, on=on, now=clock.now()
                )
        except Refusal as refusal:
            raise click.ClickException(translate(refusal.sentence, "en")) from None
    click.echo(f"{name} is {'on' if on else 'off'}")


@plugin.command("quarantine")
@click.argument("name", required=False)
@click.option("--release", is_flag=True, help="Load it again at the next start.")
@click.pass_context
def quarantine(context: click.Context, name: str | None, release: bool) -> None:
    """Set a plugin aside, so that the next start does not load it; without NAME list those."""
    app = without_plugins(context)
    sentinel = Sentinel(_gate(app).folder)
    if name is None:
        for held, entry in sentinel.quarantined().items():
            click.echo(f"{held} {entry.get('version')} {' '.join(entry.get('at', ()))}")
    elif release:
        sentinel.release(name)
        click.echo(f"{name} is loaded at the next start")
    else:
        record = _gate(app).records.get(name)
        if record is None:
            raise click.ClickException(f"there is no plugin {name}")
        sentinel.hold(name, record.version, clock.now())
        click.echo(f"{name} is not loaded from the next start on")


@plugin.command("safe-mode")
@click.argument("state", type=click.Choice(["on", "off"]))
@click.pass_context
def safe_mode(context: click.Context, state: str) -> None:
    """Start without any plugin, or with them again, from the next start on."""
    file: Path = home(without_plugins(context).extensions["settings"]) / "safe-mode"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch() if state == "on" else file.unlink(missing_ok=True)
    click.echo(f"safe mode is {state}, from the next start on")


@plugin.command("doctor")
@click.pass_context
def doctor(context: click.Context) -> None:
    """Say what is wrong with plugins and what to do; exit with 1 when something is."""
    app = without_plugins(context)
    wrong = 0
    with app.app_context():
        gate = _gate(app)
        held = Sentinel(gate.folder).quarantined()
        for name, record in gate.records.items():
            found = _problems(record)
            if name in held:
                found.append("set aside; `rihla plugin quarantine --release` takes it back")
            found += [f"{row.hook}: {row.error}" for row in queries.list_failures(name)]
            wrong += bool(found)
            for line in found or ["ok"]:
                click.echo(f"{name}: {line}")
        for worker in queries.list_workers():
            click.echo(f"process {worker.host}:{worker.pid} {worker.kind}, code {worker.code}")
    sys.exit(bool(wrong))


@plugin.command("hooks")
@click.pass_context
def list_hooks(context: click.Context) -> None:
    """Load the plugins and say who brings what, and how long each took to load."""
    app = context.ensure_object(ScriptInfo).load_app()
    for name, record in _gate(app).records.items():
        click.echo(f"{name} {record.state} {record.load_ms:.0f} ms")
        for line in sorted(_line(key) for key, owner in hooks.owners.items() if owner == name):
            click.echo(f"     {line}")


def _line(key: tuple[Any, str]) -> str:
    return f"{key[0].__name__} {key[1]}"

"""`rihla plugin …`: packing, signing and installing on the command line; no plugin is loaded."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from flask import Flask

from app.installer import catalogs, files, queries, receiving, running, services, signing, wheels
from app.installer.queries import OperationView
from app.installer.rules import new_wishes
from app.installer.services import Wish
from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from app.kernel.errors import Refusal
from app.kernel.i18n import translate
from app.plugins.cli import plugin, without_plugins
from app.plugins.discovery import home
from app.plugins.gate import Gate
from app.plugins.manifest import parse
from app.plugins.rules import CAPABILITIES
from app.workshop.conformance import find_package


def _say(sentence: Any) -> str:
    return translate(sentence, "en")


def _refused(act: Callable[[], Any]) -> Any:
    """Do something; a refusal ends the command with its sentence."""
    try:
        return act()
    except Refusal as refusal:
        raise _ended(refusal) from None


def _ended(refusal: Refusal) -> click.ClickException:
    todo = f"\n{_say(refusal.todo)}" if refusal.todo else ""
    return click.ClickException(_say(refusal.sentence) + todo)


def _settings(app: Flask) -> Any:
    return app.extensions["settings"]


@plugin.command("pack")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--to", type=click.Path(file_okay=False, path_type=Path), default=Path())
@click.option("--sign", "key", type=click.Path(exists=True, path_type=Path))
def pack(folder: Path, to: Path, key: Path | None) -> None:
    """Make an archive of a plugin's folder, to be installed into another site."""
    file, data = _refused(lambda: wheels.pack(find_package(folder)))
    to.mkdir(parents=True, exist_ok=True)
    (to / file).write_bytes(data)
    click.echo(to / file)
    if key is not None:
        _sign(to / file, key)


@plugin.command("sign")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", required=True, type=click.Path(exists=True, path_type=Path))
def sign(file: Path, key: Path) -> None:
    """Write the signature of an archive beside it, as FILE.sig."""
    _refused(lambda: wheels.read_package(file.read_bytes(), file.name))
    _sign(file, key)


def _sign(file: Path, key: Path) -> None:
    signature = _refused(lambda: signing.sign(file.read_bytes(), key))
    target = file.with_name(f"{file.name}.sig")
    target.write_bytes(signature)
    click.echo(target)


@plugin.command("catalog")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--key", required=True, type=click.Path(exists=True, path_type=Path))
def make_catalog(folder: Path, key: Path) -> None:
    """Write and sign the catalog of all archives in a folder."""
    made = _refused(lambda: catalogs.make_catalog(folder, key, clock.now()))
    click.echo(f"{len(made.entries)} archives in {folder / catalogs.FILE}")


@plugin.group("keys")
def keys() -> None:
    """The keys whose signatures count on this site."""


@keys.command("list")
@click.pass_context
def list_keys(context: click.Context) -> None:
    """List the keys and the plugins for which each counts."""
    settings = _settings(without_plugins(context))
    for key in signing.list_keys(home(settings)):
        click.echo(f"{key.name} {key.fingerprint} ({key.publisher}): {', '.join(key.plugins)}")


@keys.command("make")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def make_key(file: Path) -> None:
    """Write a new private key to FILE and print the public one. Keep FILE away from the site."""
    if file.exists():
        raise click.ClickException(f"{file} exists; a key is never replaced")
    click.echo(signing.make_key(file))


@keys.command("trust")
@click.argument("name")
@click.argument("public")
@click.option("--publisher", required=True, help="Who holds the private key.")
@click.option(
    "--plugin",
    "plugins",
    multiple=True,
    required=True,
    help="Plugin for which it counts; `*` for any, `catalog` for catalogs. Several times.",
)
@click.pass_context
def trust(
    context: click.Context, name: str, public: str, publisher: str, plugins: tuple[str, ...]
) -> None:
    """Trust a public key for the plugins named."""
    settings = _settings(without_plugins(context))
    key = _refused(lambda: signing.trust(home(settings), name, public, publisher, plugins))
    click.echo(f"{key.name} {key.fingerprint} counts for {', '.join(key.plugins)}")


@keys.command("forget")
@click.argument("name")
@click.pass_context
def forget_key(context: click.Context, name: str) -> None:
    """Trust a key no longer; what it signed and is installed stays."""
    settings = _settings(without_plugins(context))
    known = {key.name for key in signing.list_keys(home(settings))}
    if name not in known:
        raise click.ClickException(f"there is no key {name}")
    (signing.keys_folder(home(settings)) / f"{name}.toml").unlink(missing_ok=True)
    click.echo(f"{name} is forgotten")


def _begin(act: Callable[[], int]) -> int:
    def begin() -> int:
        with write():
            return act()

    found: int = _refused(begin)
    return found


def _work(operation_id: int) -> OperationView:
    """Do the change here, whether or not the site runs, and say how each step went."""
    operation = running.work(operation_id, wait=True)
    for step in operation.steps():
        if step.state == "done":
            note = f" ({_say(step.note)})" if step.note else ""
            click.echo(f"  {_say(step.words)}{note}")
    if operation.is_open:
        raise click.ClickException(
            f"{_say(operation.sentence or '')}\nIt is not undone yet: `rihla plugin resume`."
        )
    if operation.state != "done":
        raise click.ClickException(
            f"{_say(operation.sentence or 'it did not come to an end')}\nEverything is as before."
        )
    return operation


during_exams = click.option(
    "--during-exams", is_flag=True, help="Do it also while exams are sat or begin soon."
)


@plugin.command("install")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--unsigned", is_flag=True, help="Take it without a signature.")
@click.option("--yes", is_flag=True, help="Agree to what it asks for without being asked.")
@during_exams
@click.pass_context
def install(
    context: click.Context, file: Path, unsigned: bool, yes: bool, during_exams: bool
) -> None:
    """Try an archive on a copy of the data, then install it, or upgrade to it."""
    _install(context, file, Wants(unsigned, yes, during_exams=during_exams))


@plugin.command("upgrade")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--unsigned", is_flag=True, help="Take it without a signature.")
@click.option("--yes", is_flag=True, help="Agree to what it newly asks for without being asked.")
@click.option("--older", is_flag=True, help="Take it also when it is older than what is in use.")
@during_exams
@click.pass_context
def upgrade(context: click.Context, file: Path, older: bool, **wants: Any) -> None:
    """Try another version of an installed plugin on a copy of the data, then change to it."""
    _install(context, file, Wants(may_go_back=older, known=True, **wants))


@dataclass(frozen=True)
class Wants:
    """How a file is to be installed."""

    unsigned: bool
    yes: bool
    during_exams: bool
    may_go_back: bool = False
    known: bool = False


def _install(context: click.Context, file: Path, wants: Wants) -> None:
    app = without_plugins(context)
    with app.app_context():
        if not wants.during_exams and (refusal := services.find_exams(clock.now())):
            raise _ended(refusal)
        beside = file.with_name(f"{file.name}.sig")
        received = _refused(
            lambda: receiving.receive(
                actor=SYSTEM,
                data=file.read_bytes(),
                file=file.name,
                signature=beside.read_bytes() if beside.exists() else None,
                source="command",
                may_be_unsigned=wants.unsigned,
            )
        )
        name = received.package.manifest.name
        row = queries.find_in_use(name)
        db.session.rollback()
        if wants.known and row is None:
            raise click.ClickException(f"{name} is not installed: use `rihla plugin install`")
        now = clock.now()
        _work(
            _begin(
                lambda: services.begin_examination(actor=SYSTEM, artifact_id=received.id, now=now)
            )
        )
        consent = _ask(name, received.package.manifest, row, wants.yes)
        wish = Wish(consent, wants.may_go_back, wants.during_exams)
        catalog = catalogs.read_catalog(_settings(app))
        operation = _work(
            _begin(
                lambda: services.begin_install(
                    actor=SYSTEM, artifact_id=received.id, wish=wish, catalog=catalog, now=now
                )
            )
        )
        click.echo(f"{name} {operation.before['to_version']} is in use")


def _ask(name: str, manifest: Any, row: Any, yes: bool) -> frozenset[str]:
    before = parse(row.manifest) if row is not None else None
    asked = new_wishes(before, manifest)
    for use in asked["uses"]:
        click.echo(f"  asks: {_say(CAPABILITIES[use])}")
    for permission in asked["permissions"]:
        click.echo(f"  asks: the permission {permission}")
    for table in asked["private"]:
        click.echo(f"  keeps data about people: {table}")
    click.echo("  A Python plugin has the full rights of the process.")
    if not yes and not click.confirm(f"Install {name} {manifest.version}?"):
        raise click.ClickException("nothing was changed")
    return frozenset({*asked["uses"], *asked["permissions"]})


@plugin.command("rollback")
@click.argument("name")
@click.option("--keep-newer", is_flag=True, help="Keep the data as it is, where its tables fit.")
@click.pass_context
def rollback(context: click.Context, name: str, keep_newer: bool) -> None:
    """Go back to the version, and the data, of before the last upgrade."""
    app = without_plugins(context)
    with app.app_context():
        operation = _work(
            _begin(
                lambda: services.begin_rollback(
                    actor=SYSTEM, plugin=name, keep_newer=keep_newer, now=clock.now()
                )
            )
        )
        click.echo(f"{name} {operation.before['to_version']} is in use")
        file = files.kept_folder(_settings(app), name) / str(operation.before.get("file"))
        if file.exists():
            click.echo(f"what was there before the rollback: {file}")


@plugin.command("uninstall")
@click.argument("name")
@click.option(
    "--data",
    type=click.Choice(["keep", "export", "drop"]),
    default="keep",
    show_default=True,
    help="Keep its data in the database, export it to a file and drop it, or drop it.",
)
@click.option("--yes", is_flag=True, help="Drop data without being asked.")
@during_exams
@click.pass_context
def uninstall(context: click.Context, name: str, data: str, yes: bool, during_exams: bool) -> None:
    """Take a plugin out of use."""
    app = without_plugins(context)
    gate: Gate = app.extensions["plugins"]
    typed = name if yes or data == "keep" else click.prompt(f"Type {name} to delete its data")
    with app.app_context():
        operation = _work(
            _begin(
                lambda: services.begin_uninstall(
                    actor=SYSTEM,
                    plugin=name,
                    snapshot=gate.current(),
                    data=data,
                    typed=typed,
                    during_exams=during_exams,
                    now=clock.now(),
                )
            )
        )
        click.echo(f"{name} is uninstalled")
        file = files.kept_folder(_settings(app), name) / str(operation.before.get("file"))
        if file.exists():
            click.echo(f"its data: {file}")


@plugin.command("resume")
@click.pass_context
def resume(context: click.Context) -> None:
    """Go on with a change whose process was killed, or undo it."""
    app = without_plugins(context)
    with app.app_context():
        operation = queries.find_open_operation()
        db.session.rollback()
        if operation is None:
            click.echo("no change is under way")
            sys.exit(0)
        _work(operation.id)
        click.echo("done")

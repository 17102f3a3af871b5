"""`rihla plugin new`, `check` and `revision`: for who writes a plugin."""

import tempfile
from pathlib import Path

import click

from app import create_app
from app.plugins import schema
from app.plugins.discovery import SHIPPED, record_of
from app.workshop import world
from app.workshop.conformance import examine, find_package
from app.workshop.rules import Report
from app.workshop.scaffold import PARTS, Unusable, make


@click.command("new")
@click.argument("name")
@click.option(
    "--with",
    "parts",
    default="page",
    show_default=True,
    help=f"What to begin with, with commas between: {', '.join(PARTS)}.",
)
@click.option("--wheel", is_flag=True, help="A project of its own, to be packed for other sites.")
@click.option(
    "--to",
    "root",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to write it: a folder named plugins, by default that of this copy;"
    " with --wheel any, by default the present one.",
)
def new(name: str, parts: str, wheel: bool, root: Path | None) -> None:
    """Write the folder of a new plugin: manifest, code, a test that passes for each part."""
    chosen = [part.strip() for part in parts.split(",") if part.strip()]
    if unknown := sorted(set(chosen) - set(PARTS)):
        raise click.UsageError(f"there is no part {', '.join(unknown)}; {', '.join(PARTS)}")
    try:
        folder = make(name, root or (Path.cwd() if wheel else SHIPPED), chosen, wheel=wheel)
    except Unusable as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"wrote {folder}")


def _folder(place: str) -> Path:
    """Return the folder of a plugin: a path, or the name of one in plugins/."""
    path = Path(place)
    if not path.exists() and (SHIPPED / place).is_dir():
        path = SHIPPED / place
    folder = find_package(path)
    if not (folder / "plugin.toml").is_file():
        raise click.ClickException(f"there is no plugin.toml in {place}")
    return folder


@click.command("check")
@click.argument("place")
@click.option("--needs", multiple=True, help="Folder of a plugin that it requires.")
@click.option("--database", default="", help="Address of an empty database that is used up.")
def check(place: str, needs: tuple[str, ...], database: str) -> None:
    """Examine a plugin, by its folder or its name; exit with 1 when something is wrong."""
    report = examine(_folder(place), needs=tuple(map(_folder, needs)), database_url=database)
    for line in lines_of(report):
        click.echo(line)
    raise SystemExit(not report.is_good)


def lines_of(report: Report) -> list[str]:
    """Return what a report says, for a terminal."""
    lines = [str(finding) for finding in report.findings]
    if report.errors and report.output:
        lines += ["what it printed:", *report.output.splitlines()[-20:]]
    lines.append(f"passed: {', '.join(report.passed) or 'nothing'}")
    wrong = len(report.errors)
    if wrong:
        return [*lines, f"{report.plugin} {report.version}: {wrong} to mend"]
    return [*lines, f"{report.plugin} {report.version} is good"]


@click.command("revision")
@click.argument("place")
@click.option("-m", "message", required=True, help="What it does, in a word or two.")
def revision(place: str, message: str) -> None:
    """Write the next step of a plugin's tables from its models; read it before you commit it."""
    folder = _folder(place)
    with tempfile.TemporaryDirectory() as scratch:
        app = create_app(world.settings_of([folder], Path(scratch), ""))
        record = app.extensions["plugins"].records[record_of(folder).name]
        if record.state != "loaded":
            raise click.ClickException(f"{record.name} does not load: {record.problems[0]}")
        with app.app_context():
            if failed := world.make_schema():
                raise click.ClickException(str(failed))
            try:
                click.echo(schema.write_revision(record, message))
            except ValueError as error:
                raise click.ClickException(str(error)) from None

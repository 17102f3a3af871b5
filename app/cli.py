"""The command `rihla`: what each feature brings, and what concerns the site as a whole."""

from collections.abc import Iterator
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup, FlaskGroup, with_appcontext

from app.admin.queries import audit_faults
from app.installer import cli as installer_cli  # noqa: F401  (adds its commands to `plugin`)
from app.kernel import audit, migrations
from app.kernel.db import db
from app.plugins.cli import plugin
from app.plugins.loading import upgrade_schemas
from app.serve import serve
from app.workshop import cli as workshop
from app.wsgi import work_on_jobs


def _create() -> Flask:
    from app import create_app

    app = create_app()
    if context := click.get_current_context(silent=True):
        context.find_root().call_on_close(lambda: _close(app))
    return app


def _close(app: Flask) -> None:
    """Say goodbye to the database instead of leaving its connections open."""
    with app.app_context():
        db.engine.dispose()


main = FlaskGroup(
    create_app=_create,
    add_default_commands=False,
    add_version_option=False,
    help="Run and look after a Rihla site.",
)
db_group = AppGroup("db", help="The database's schema.")
jobs_group = AppGroup("jobs", help="Background work.")
audit_group = AppGroup("audit", help="The audit trail.")
for command in (db_group, jobs_group, audit_group, serve, plugin):
    main.add_command(command)
for command in (workshop.new, workshop.check, workshop.revision):
    plugin.add_command(command)


@db_group.command("upgrade")
@click.option("--to", default="head", help="Revision to stop at.")
def upgrade(to: str) -> None:
    """Bring the schema to what this version expects; that of plugins too."""
    migrations.upgrade(to=to)
    click.echo(f"schema at {migrations.current()}")
    if to == "head":
        for name, why in upgrade_schemas().items():
            click.echo(f"plugin {name} stays off: {why}", err=True)


@db_group.command("downgrade")
@click.option("--to", required=True, help="Revision to go back to.")
def downgrade(to: str) -> None:
    """Take schema changes back."""
    migrations.downgrade(to=to)
    click.echo(f"schema at {migrations.current() or 'nothing'}")


@db_group.command("revision")
@click.argument("name")
def revision(name: str) -> None:
    """Write the next step from what the models say; read it before you commit it."""
    click.echo(migrations.write_revision(name))


@jobs_group.command("work")
@click.option("--slots", default=2, help="Jobs done at the same time.")
def work(slots: int) -> None:
    """Do background jobs until told to stop (SIGTERM)."""
    from flask import current_app

    app = current_app._get_current_object()  # type: ignore[attr-defined]
    work_on_jobs(app, slots=slots)


@audit_group.command("verify")
@click.option(
    "--heads",
    "outside",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file of heads kept elsewhere, one line each, from mails for example.",
)
def verify(outside: Path | None) -> None:
    """Walk the chains, compare them with the heads that were kept; exit with 1 if one differs."""
    broken = audit_faults(outside)
    for fault in broken:
        click.echo(fault)
    for center, (length, head) in sorted(audit.heads().items()):
        click.echo(f"center {center}: {length} entries, head {head}")
    raise SystemExit(bool(broken))


@audit_group.command("heads")
@with_appcontext
def heads() -> None:
    """Print length and head of every chain, to be kept outside as a witness."""
    for center, (length, head) in sorted(audit.heads().items()):
        click.echo(f"{center} {length} {head}")


@main.command("commands")
@click.pass_context
def commands(context: click.Context) -> None:
    """Print docs/commands.md, made of the commands themselves."""
    click.echo(
        "# Commands\n\nMade by `rihla commands > docs/commands.md` from the commands themselves;"
        " `--help` says the same.\nIn a copy of the repository the program is `.venv/bin/rihla`."
    )
    root = context.find_root()
    click.echo("\n".join(_described(root.command, root, "rihla")))


def _described(command: click.Command, context: click.Context, name: str) -> Iterator[str]:
    """Give the lines for a command, or for a group and what is in it, commands before groups."""
    if not isinstance(command, click.Group):
        yield _entry(command, context, name)
        return
    if name != "rihla":
        yield f"\n## `{name}`\n\n{command.help}"
    inside = [(part, command.get_command(context, part)) for part in command.list_commands(context)]
    for part, child in sorted(inside, key=lambda pair: isinstance(pair[1], click.Group)):
        if child is not None:
            yield from _described(child, click.Context(child, context, part), f"{name} {part}")


def _entry(command: click.Command, context: click.Context, name: str) -> str:
    """Return what one command is called with, its help and its options."""
    words, options = [name], []
    for parameter in command.params:
        record = parameter.get_help_record(context)
        if isinstance(parameter, click.Argument):
            words.append(parameter.make_metavar(context))
        elif record:
            options.append(f"- `{record[0]}`: {record[1]}".removesuffix(": "))
    said = f"\n### `{' '.join(words)}`\n\n{' '.join((command.help or '').split())}"
    return "\n".join([said, "", *options]) if options else said


if __name__ == "__main__":
    main()

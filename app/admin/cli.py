"""The commands `rihla settings` and `rihla doctor`."""

import sys
from typing import Any

import click
from flask.cli import with_appcontext

from app.admin import queries
from app.kernel.i18n import translate
from app.settings import describe_settings, get_settings, settings_markdown


@click.command("settings")
@click.option("--markdown", is_flag=True, help="Print docs/settings.md instead.")
@with_appcontext
def settings(markdown: bool) -> None:
    """Print every setting of this site with its value and where it comes from."""
    if markdown:
        click.echo(settings_markdown(), nl=False)
        return
    for row in describe_settings(get_settings()):
        click.echo(f"{row.name} = {row.value}  ({row.origin})")


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Check the site as its health page does; exit with 1 when something is urgent."""
    findings = queries.run_checks()
    for finding in findings:
        click.echo(_line(finding))
    sys.exit(any(not f.check.ok and f.check.urgent for f in findings))


def _line(finding: Any) -> str:
    check = finding.check
    mark = "ok  " if check.ok else "BAD " if check.urgent else "note"
    text = f"{mark} {translate(finding.label, 'en')}: {translate(check.message, 'en')}"
    return f"{text}\n     {translate(check.todo, 'en')}" if check.todo else text

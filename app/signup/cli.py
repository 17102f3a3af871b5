"""`rihla accounts code`: the way in for somebody, on paper."""

import click

from app.accounts.cli import accounts, person_at
from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import write
from app.kernel.errors import Refusal
from app.signup import services


@click.command("code")
@click.argument("address")
def code(address: str) -> None:
    """Print a code for somebody whom no message reaches."""
    person_id = person_at(address)
    try:
        with write():
            printed = services.issue_code(actor=SYSTEM, person_id=person_id, now=clock.now())
    except Refusal as refusal:
        raise click.ClickException(str(refusal.sentence)) from refusal
    click.echo(printed)


def register() -> None:
    """Add the command to `rihla accounts`."""
    accounts.add_command(code)

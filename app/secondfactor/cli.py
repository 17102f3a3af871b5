"""`rihla accounts reset-second-factor`: for an admin, whom no other admin may help."""

import click

from app.accounts.cli import accounts, person_at
from app.kernel.actors import SYSTEM
from app.kernel.db import write
from app.kernel.errors import Refusal
from app.secondfactor import services


@click.command("reset-second-factor")
@click.argument("address")
def reset_second_factor(address: str) -> None:
    """Switch two-step sign-in off for somebody who lost phone and paper."""
    person_id = person_at(address)
    try:
        with write():
            services.reset(actor=SYSTEM, person_id=person_id)
    except Refusal as refusal:
        raise click.ClickException(str(refusal.sentence)) from refusal
    click.echo("done")


def register() -> None:
    """Add the command to those of accounts."""
    accounts.add_command(reset_second_factor)

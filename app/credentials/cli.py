"""`rihla credentials`: the keys with which the site signs."""

import click
from flask.cli import AppGroup

from app.credentials import services
from app.kernel.actors import SYSTEM
from app.kernel.db import write

credentials = AppGroup("credentials", help="Keys of certificates.")


@credentials.command("rotate-key")
def rotate_key() -> None:
    """Sign with a new key from now on; what older keys signed stays valid."""
    with write():
        number = services.add_key(actor=SYSTEM)
    click.echo(f"key-{number} signs from now on")

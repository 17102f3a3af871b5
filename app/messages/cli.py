"""`rihla messages`: trying whether messages leave."""

import click
from flask.cli import AppGroup

from app.kernel.db import new_public_id
from app.kernel.hooks import hooks
from app.kernel.i18n import say, translate
from app.messages import rules
from app.messages.hooks import Letter, Sender
from app.settings import get_settings

messages = AppGroup("messages", help="Mail and SMS.")


@messages.command("test")
@click.argument("address")
def test(address: str) -> None:
    """Send a message to ADDRESS at once and say how that went."""
    channel = "email" if "@" in address else "sms"
    sender = hooks.get(Sender, channel)
    if sender is None:
        raise click.ClickException(f"this site has no way to send {channel}")
    language = get_settings().default_language
    body = [say("This is a test: messages of this site reach you.")]
    letter = Letter(
        new_public_id(),
        address,
        translate(say("A test of messages"), language),
        rules.compose(body, language),
        language,
    )
    try:
        sender.send(letter)
    except Exception as failure:
        raise click.ClickException(f"{type(failure).__name__}: {failure}") from failure
    click.echo(f"handed over ({channel}, {letter.id})")

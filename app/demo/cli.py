"""`rihla demo`: fill a site of this machine with invented people and real courses."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from app.demo import services
from app.demo.rules import ACCOUNTS
from app.kernel import clock, jobs
from app.kernel.db import db
from app.kernel.errors import Refusal
from app.settings import get_settings
from app.signin.rules import hash_password

COURSES = Path(__file__).resolve().parent.parent.parent / "courses"


@click.command("demo")
@with_appcontext
def demo() -> None:
    """Make the demonstration; a second time changes nothing."""
    settings, now = get_settings(), clock.now()
    try:
        services.check_allowed(settings)
    except Refusal as refused:
        raise click.ClickException(f"{refused} {refused.todo or ''}".strip()) from None
    db.session.rollback()
    password = services.demo_password(settings)
    hashed = hash_password(password)
    services.publish_courses(COURSES, now)
    services.make_places(now)
    services.make_accounts(hashed, now)
    services.make_learners(hashed, now)
    jobs.drain()
    click.echo(f"\n  {settings.site_name}: {settings.public_url}\n")
    for account in ACCOUNTS:
        click.echo(f"    {account.email:<28} {account.role}")
    click.echo(f"\n    password of all: {password}\n")

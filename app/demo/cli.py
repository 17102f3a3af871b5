"""`rihla demo`: fill a site of this machine with invented people and real courses."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from app.demo import marking, services
from app.demo.rules import ACCOUNTS
from app.kernel import clock, jobs, migrations
from app.kernel.db import db
from app.kernel.errors import Refusal
from app.kernel.i18n import translate
from app.settings import Settings, get_settings

COURSES = Path(__file__).resolve().parent.parent.parent / "courses"


@click.command("demo")
@with_appcontext
def demo() -> None:
    """Make the demonstration, if it is not here, and print its accounts."""
    settings = get_settings()
    if migrations.pending():
        raise click.ClickException("The database is not ready: run `rihla db upgrade` first.")
    try:
        password = make(settings)
    except Refusal as refusal:
        words = [translate(part) for part in (refusal.sentence, refusal.todo) if part]
        raise click.ClickException(" ".join(words)) from None
    click.echo(f"\n  {settings.site_name} is at {settings.public_url}\n")
    for account in ACCOUNTS:
        click.echo(f"    {account.email:<26}{account.about}")
    click.echo(f"\n    The password of each: {password}\n")


def make(settings: Settings, courses: Path = COURSES) -> str:
    """Make what is missing of the demonstration and return the password of its accounts."""
    now = clock.now()
    services.check_allowed(settings)
    db.session.rollback()
    services.mark(settings)
    password, hashed = services.choose_password(settings)
    imported = services.publish_courses(courses, now)
    is_new = services.make_people(hashed, imported, now)
    marking.make_projects(now)
    if hashed:
        services.keep_password(settings, password)
    if is_new or imported:
        jobs.drain()  # so that the courses can be searched at once
    return password

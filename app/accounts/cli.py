"""`rihla accounts`: making accounts and giving roles from the command line."""

from typing import Any

import click
from flask.cli import AppGroup

from app.accounts import queries, services
from app.accounts.rules import parse_address
from app.kernel import clock
from app.kernel.actors import ROLES, SCOPES, SYSTEM
from app.kernel.db import write
from app.kernel.errors import Refusal
from app.kernel.i18n import LANGUAGES

accounts = AppGroup("accounts", help="People and their roles.")


def person_at(address: str) -> int:
    """Return the number of the person who holds an address, or stop the command."""
    person = queries.find_person_by_address(address)
    if person is None:
        raise click.ClickException(f"nobody has the address {address}")
    return person.id


def parse_scope(text: str) -> dict[str, Any]:
    """Return `site`, or `center:3`, as a scope and its number."""
    scope, _, number = text.partition(":")
    if scope not in SCOPES or (scope != "site" and not number.isdecimal()):
        raise click.ClickException("a scope is `site`, or a kind and a number: `center:3`")
    return {"scope": scope, "scope_id": int(number or 0)}


@accounts.command("create")
@click.option("--email", "address", required=True, help="E-mail address or phone number.")
@click.option("--name", required=True, help="Name, in Latin or Arabic script.")
@click.option("--role", type=click.Choice(ROLES), help="A role to begin with.")
@click.option("--scope", default="site", help="Where the role holds: site, center:3, …")
@click.option("--language", type=click.Choice(LANGUAGES), default="fr")
def create(address: str, name: str, role: str | None, scope: str, language: str) -> None:
    """Make an account without a password; `rihla accounts code` prints the way in."""
    parsed = parse_address(address)
    if parsed is None:
        raise click.ClickException(f"{address} is neither an e-mail address nor a phone number")
    where = parse_scope(scope)
    try:
        with write():
            person = services.add_person(
                name=name, language=language, address=parsed, now=clock.now()
            )
            if role:
                services.grant_role(
                    actor=SYSTEM, person_id=person.id, role=role, now=clock.now(), **where
                )
    except Refusal as refusal:
        raise click.ClickException(str(refusal.sentence)) from refusal
    click.echo(f"made {person.public_id}")


@accounts.command("grant")
@click.argument("address")
@click.argument("role", type=click.Choice(ROLES))
@click.option("--scope", default="site", help="Where the role holds: site, center:3, …")
@click.option("--revoke", is_flag=True, help="Take the role away instead.")
def grant(address: str, role: str, scope: str, revoke: bool) -> None:
    """Give a role to somebody, or take it away."""
    person_id, where = person_at(address), parse_scope(scope)
    try:
        with write():
            if revoke:
                done = services.revoke_role(actor=SYSTEM, person_id=person_id, role=role, **where)
            else:
                done = services.grant_role(
                    actor=SYSTEM, person_id=person_id, role=role, now=clock.now(), **where
                )
    except Refusal as refusal:
        raise click.ClickException(str(refusal.sentence)) from refusal
    click.echo("done" if done else "nothing to do")


@accounts.command("suspend")
@click.argument("address")
@click.option("--reason", default="", help="Kept in the audit trail.")
@click.option("--lift", is_flag=True, help="Let the person in again.")
def suspend(address: str, reason: str, lift: bool) -> None:
    """Keep somebody from signing in, in every browser at once."""
    person_id = person_at(address)
    with write():
        if lift:
            services.unsuspend(actor=SYSTEM, person_id=person_id)
        else:
            services.suspend(actor=SYSTEM, person_id=person_id, reason=reason, now=clock.now())
    click.echo("done")

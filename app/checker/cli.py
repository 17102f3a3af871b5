"""`rihla certificates`: check a file with keys alone, and make some to try another verifier on."""

import json
import sys
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from app.checker import samples
from app.checker.verifying import Trusted, Unusable, trust, verify
from app.credentials import baking, documents, queries
from app.kernel import clock

certificates = AppGroup("certificates", help="Check certificates, also without the site.")


@certificates.command("verify")
@click.argument("file", type=click.File("rb"))
@click.option("--keys", type=click.File("rb"), help="A did.json; without it, this site's keys.")
@click.option(
    "--status", type=click.File("rb"), multiple=True, help="A list of what counts no more."
)
def verify_file(file: Any, keys: Any, status: tuple[Any, ...]) -> None:
    """Check a certificate: .json, a PNG or SVG that holds it, or the text of its code.

    Exits with 0 when it is valid, 1 when it is not genuine, 3 when it was revoked or replaced, 4
    when it has expired, 5 when it is genuine and whether it counts is not known.
    """
    if status and not keys:
        raise click.UsageError("--status needs --keys: a list is believed for its signature.")
    trusted = _given(keys, status) if keys else _own()
    found = verify(file.read(baking.MOST_BYTES + 1), trusted, clock.now())
    click.echo(found.sentence)
    if found.as_of:
        click.echo(f"status as of {found.as_of}")
    for name, said in found.facts.items():
        click.echo(f"{name}: {said}")
    sys.exit(found.code)


def _given(keys: Any, status: tuple[Any, ...]) -> Trusted:
    try:
        return trust(json.load(keys), [json.load(one) for one in status])
    except (Unusable, ValueError, RecursionError, AttributeError) as error:
        raise click.UsageError(f"These keys or lists cannot be used: {error}.") from error


def _own() -> Trusted:
    lists = [json.loads(one) for one in queries.list_lists().values()]
    keys = documents.keys_document(queries.issuer(), queries.list_keys())
    try:
        return trust(keys, lists)
    except Unusable:  # the site's address was changed: the worker signs the lists anew
        return trust(keys, [])


@certificates.command("sample")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def sample(folder: Path) -> None:
    """Write a valid, a revoked and a tampered certificate in every form, with keys and list.

    They are signed by keys that are thrown away, so that another verifier can be tried on them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = samples.make(clock.now())
    taken = [name for name in files if (folder / name).exists()]
    if taken:
        raise click.UsageError(f"Nothing was written: {folder / taken[0]} is there already.")
    for name, content in files.items():
        (folder / name).write_bytes(content)
        click.echo(folder / name)

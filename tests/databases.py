"""Databases of a test run: one with the schema for each worker, clones for tests that commit."""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

KIND = os.environ.get("RIHLA_TEST_DATABASE", "sqlite")
SERVER = "RIHLA_TEST_POSTGRESQL"


def address(name: str, folder: Path) -> str:
    """Return the address of a database of this run that may not exist yet."""
    if KIND == "sqlite":
        return f"sqlite:///{folder / name}.sqlite"
    return f"{os.environ[SERVER]}/{name}"


def create(name: str, template: str | None = None) -> None:
    """Create a database on the server, as a copy of `template` if one is named."""
    with psycopg.connect(f"{os.environ[SERVER]}/postgres", autocommit=True) as connection:
        source = f' TEMPLATE "{template}"' if template else ""
        connection.execute(f'CREATE DATABASE "{name}"{source}')


@contextmanager
def clone(url: str, folder: Path) -> Iterator[str]:
    """Give the address of a copy of the database at `url`, which nobody uses at that moment."""
    name = f"clone_{uuid.uuid4().hex[:12]}"
    copy = address(name, folder)
    if KIND == "sqlite":
        shutil.copy(url.removeprefix("sqlite:///"), copy.removeprefix("sqlite:///"))
    else:
        create(name, template=url.rsplit("/", 1)[1])
    try:
        yield copy
    finally:
        if KIND != "sqlite":
            with psycopg.connect(f"{os.environ[SERVER]}/postgres", autocommit=True) as connection:
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

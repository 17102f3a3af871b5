"""A small site with somebody in every role, for the cases that need a whole one."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.world import World, opened


@pytest.fixture(scope="package")
def place(schema_url: str, site_folder: Path) -> Iterator[tuple[Flask, World]]:
    with opened(schema_url, site_folder) as found:
        yield found

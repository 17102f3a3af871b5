"""A small site with somebody in every role, for the cases that need a whole one."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask import Flask

from app.kernel import logs
from tests.world import World, opened


@pytest.fixture(scope="package")
def place(schema_url: str, site_folder: Path) -> Iterator[tuple[Flask, World]]:
    with opened(schema_url, site_folder) as found:
        yield found


@pytest.fixture
def logged(app: Any, monkeypatch: Any) -> Any:
    """Let the logs come out where the test can read them."""
    before = structlog.get_config()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", io.StringIO())
        logs.init_app(app)
        yield sys.stderr
    structlog.configure(**before)

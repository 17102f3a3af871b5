"""Plugins that end the process or never come back: two strikes, then the site starts without."""

import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.kernel import migrations
from app.kernel.db import db
from app.plugins.sentinel import Sentinel
from tests import databases
from tests.plugins.making import make
from tests.plugins.process import starting

ROOT = Path(__file__).resolve().parent.parent.parent
NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
KILLERS = {
    "exit": ("import os\nos._exit(1)\n", "ended the server twice"),
    "segfault": ("import ctypes\nctypes.string_at(0)\n", "ended the server twice"),
    "kill": ("import os\nos.kill(os.getpid(), 9)\n", "ended the server twice"),
    "hang": ("import time\ntime.sleep(600)\n", "ended the server twice"),
    "loop": ("while True: pass\n", "ended the server twice"),
    "exit later": (
        "import os\ndef register(hooks): os._exit(0)\n",
        "ended the server twice",
    ),
    "column": (
        "from app.accounts.models import Person\n"
        "from sqlalchemy import Column, String\n"
        "Person.nickname = Column('nickname', String)\n"
        "def register(hooks): pass\n",
        "It changes the site in a way that cannot be undone",
    ),
}


def environment_of(folder: Path, shelves: str) -> dict[str, str]:
    """Return what a process of a site needs whose plugins stand in `shelves`."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHON": sys.executable,
        "PYTHONPATH": str(ROOT),
        "RIHLA_INSTANCE": str(folder),
        "RIHLA_PUBLIC_URL": "http://localhost",
        "RIHLA_PLUGIN_FOLDERS": shelves,
        "RIHLA_SECRET_KEY": "for tests only",
    }


@pytest.fixture
def environment(schema_url: str, tmp_path: Path, shelf: Path) -> Iterator[dict[str, str]]:
    """What a process of a new site needs, whose plugins are those of the shelf."""
    folder = tmp_path / "site"
    folder.mkdir()
    with databases.clone(schema_url, tmp_path) as url:
        yield environment_of(folder, str(shelf)) | {"RIHLA_DATABASE_URL": url}


@pytest.mark.slow
@pytest.mark.only_sqlite
@pytest.mark.parametrize("killer", KILLERS)
def test_two_strikes_and_the_site_starts_without_it(
    environment: dict[str, str], shelf: Path, killer: str
) -> None:
    code, sentence = KILLERS[killer]
    make(shelf, "killer", code)
    make(shelf, "peaceful")
    starts = 0
    while "ready" not in (done := starting(environment, ("/fr/", "states"))).stdout:
        starts += 1
        assert starts <= 2, done.stderr
    assert starts == (1 if killer == "column" else 2)
    ready, answer, states = done.stdout.splitlines()
    assert ready == "ready"
    assert answer.startswith("200 ")
    standing, *sentences = json.loads(states)["killer"]
    assert standing == "quarantined"
    assert sentence in sentences[0]
    assert json.loads(states)["peaceful"][0] == "on"
    strikes = Sentinel(Path(environment["RIHLA_INSTANCE"]) / "plugins").strikes()
    assert list(strikes) == ["killer"]


@pytest.mark.only_sqlite
def test_a_released_plugin_is_tried_again_and_a_new_version_too(
    open_site: Any, shelf: Path
) -> None:
    folder = make(shelf, "made")
    app: Flask = open_site(shelf)
    sentinel = Sentinel(app.extensions["plugins"].folder)
    for _ in range(2):
        sentinel._strike("made", "1.0", NOW)
    held = open_site(shelf, again=app)
    assert held.extensions["plugins"].records["made"].state == "quarantined"
    assert held.test_client().get("/fr/").status_code == 200
    text = (folder / "plugin.toml").read_text()
    (folder / "plugin.toml").write_text(text.replace('version = "1.0"', 'version = "1.1"'))
    newer = open_site(shelf, again=app)
    assert newer.extensions["plugins"].records["made"].state == "loaded"
    (folder / "plugin.toml").write_text(text)
    sentinel.hold("made", "1.0", NOW)
    held = open_site(shelf, again=app)
    (problem,) = held.extensions["plugins"].records["made"].problems
    assert str(problem) == "It was set aside by hand and is not loaded."
    sentinel.release("made")
    assert open_site(shelf, again=app).extensions["plugins"].records["made"].state == "loaded"


def test_a_marker_that_somebody_holds_is_no_strike(tmp_path: Path) -> None:
    sentinel = Sentinel(tmp_path / "plugins")
    with sentinel.watch("made", "1.0"):
        Sentinel(tmp_path / "plugins").sweep(NOW)
        assert sentinel.strikes() == {}
    sentinel.sweep(NOW)
    assert sentinel.strikes() == {}


def test_a_good_start_forgets_a_strike(tmp_path: Path) -> None:
    sentinel = Sentinel(tmp_path / "plugins")
    sentinel._strike("made", "1.0", NOW)
    assert sentinel.quarantined() == {}
    with sentinel.watch("made", "1.0"):
        pass
    assert sentinel.strikes() == {}


@pytest.mark.parametrize("text", ["", "[]", "{", "null", '{"made": 3}'])
def test_a_broken_list_of_strikes_stops_nothing(tmp_path: Path, text: str) -> None:
    sentinel = Sentinel(tmp_path / "plugins")
    sentinel.folder.mkdir(parents=True)
    sentinel.file.write_text(text)
    assert sentinel.quarantined() == {}
    sentinel._strike("made", "1.0", NOW)
    assert list(sentinel.strikes()) == ["made"]


def test_safe_mode_starts_without_any_plugin(open_site: Any, shelf: Path) -> None:
    make(shelf, "made", "raise SystemExit('code of a plugin ran')")
    app = open_site(shelf, plugins_safe_mode=True)
    records = app.extensions["plugins"].records
    assert {record.state for record in records.values()} == {"asleep"}
    assert str(records["made"].problems[0]) == "The site runs in safe mode, without plugins."
    assert app.test_client().get("/fr/").status_code == 200
    assert app.test_client().get("/fr/x/sample/").status_code == 404
    with app.app_context():
        assert migrations.current() == migrations.head()
        db.session.remove()

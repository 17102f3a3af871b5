"""`rihla plugin …` looks after plugins without running any of them."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask

from app.cli import main
from app.plugins.sentinel import Sentinel
from tests.plugins.making import make


@pytest.fixture
def run(open_site: Any, shelf: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run a command on a site with a plugin that would leave a file if it ran."""
    mark = shelf / "ran"
    make(shelf, "made", "", title="Made")
    site: Flask = open_site(shelf)
    (shelf / "made" / "__init__.py").write_text(f"open({str(mark)!r}, 'w')\n1 / 0\n")
    settings = site.extensions["settings"]
    monkeypatch.setenv("RIHLA_INSTANCE", str(settings.instance))
    monkeypatch.setenv("RIHLA_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("RIHLA_PLUGIN_FOLDERS", ",".join(settings.plugin_folders))
    monkeypatch.setenv("RIHLA_PUBLIC_URL", "http://localhost")

    def call(*words: str) -> Any:
        result = CliRunner().invoke(main, ["plugin", *words])
        assert not mark.exists(), "code of a plugin ran"
        return result

    call.folder = site.extensions["plugins"].folder  # type: ignore[attr-defined]
    return call


def test_plugins_are_listed_with_what_was_decided(run: Any) -> None:
    assert "made 1.0 on (folder)" in run("list").output
    assert run("disable", "made").output.strip().endswith("made is off")
    assert "made 1.0 off (folder)" in run("list").output
    assert run("enable", "made").exit_code == 0
    assert "made 1.0 on (folder)" in run("list").output


def test_one_that_nobody_knows_is_said(run: Any) -> None:
    assert run("disable", "nothing").exit_code == 1
    assert "there is no plugin nothing" in run("quarantine", "nothing").output


def test_a_plugin_is_set_aside_and_taken_back(run: Any) -> None:
    assert run("quarantine", "made").exit_code == 0
    assert list(Sentinel(run.folder).quarantined()) == ["made"]
    assert "made 1.0 quarantined" in run("list").output
    assert "made 1.0" in run("quarantine").output
    doctor = run("doctor")
    assert doctor.exit_code == 1
    assert "made: set aside" in doctor.output
    assert run("quarantine", "made", "--release").exit_code == 0
    assert Sentinel(run.folder).quarantined() == {}


def test_safe_mode_is_a_file_that_the_next_start_reads(run: Any) -> None:
    assert run("safe-mode", "on").exit_code == 0
    assert (run.folder / "safe-mode").exists()
    assert run("safe-mode", "off").exit_code == 0
    assert not (run.folder / "safe-mode").exists()


def test_the_doctor_says_when_all_is_well(run: Any) -> None:
    done = run("doctor")
    assert "made: ok" in done.output
    assert done.exit_code == 0

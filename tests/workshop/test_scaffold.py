"""`rihla plugin new` writes plugins that are right, part by part, here and as a wheel."""

import subprocess
import sys

import pytest

from app.cli import main
from app.workshop.conformance import examine
from app.workshop.scaffold import PARTS, Unusable, make
from tests.conftest import SHELF

pytestmark = pytest.mark.slow
ROOT = SHELF.parents[2]


def run(folder, *words):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]
    done = subprocess.run(
        command,
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


def passes(folder):
    assert [str(finding) for finding in examine(folder).errors] == []


def test_all_parts_together_pass_their_own_tests(tmp_path):
    folder = make("demo", tmp_path / "plugins", PARTS)
    assert len(list((folder / "tests").glob("test_*.py"))) == len(PARTS) + 1
    run(tmp_path, "--import-mode=importlib", "plugins/demo")


@pytest.mark.parametrize("part", PARTS)
def test_each_part_stands_alone(tmp_path, part):
    passes(make("demo", tmp_path / "plugins", [part]))


def test_a_project_for_a_wheel_passes_its_own_tests(tmp_path):
    run(make("word_list", tmp_path, ["page", "table"], wheel=True))


def test_a_name_that_cannot_be_is_refused(tmp_path):
    for name in ("Demo", "d", "rihla", "../x", "1a"):
        with pytest.raises(Unusable):
            make(name, tmp_path, ["page"])


def test_what_exists_is_not_overwritten(tmp_path):
    make("demo", tmp_path / "plugins", ["page"])
    with pytest.raises(Unusable):
        make("demo", tmp_path / "plugins", ["page"])


def test_a_revision_holds_the_plugins_own_tables_only(tmp_path):
    folder = make("demo", tmp_path / "plugins", ["table"])
    models = folder / "models.py"
    models.write_text(models.read_text("utf-8") + "    stars: Mapped[int | None]\n", "utf-8")
    run_cli("plugin", "revision", str(folder), "-m", "stars")
    step = next((folder / "migrations" / "versions").glob("demo_0002_*.py")).read_text("utf-8")
    assert "stars" in step
    assert "person" not in step
    passes(folder)


def run_cli(*words):
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", *words],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_commands_are_there():
    assert {"new", "check", "revision"} <= set(main.commands["plugin"].commands)

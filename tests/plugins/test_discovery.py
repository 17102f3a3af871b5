"""Finding plugins in three places without running any of them."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from app.plugins.discovery import discover, home
from app.plugins.rules import Site, check_fit, order_plugins
from app.settings import Settings
from tests.conftest import SHELF, settings_for
from tests.plugins.making import make, manifest

NEVER = "raise SystemExit('code of a plugin ran')\n"


@pytest.fixture
def settings(tmp_path: Path, shelf: Path) -> Settings:
    return settings_for("", tmp_path / "site", plugin_folders=(str(SHELF), str(shelf)))


def install(settings: Settings, name: str, version: str = "1.0") -> Path:
    """Put a plugin where the installer would, and return its folder."""
    place = home(settings) / f"{name}/{version}-abc"
    folder = make(place, f"rihla_{name}", NEVER)
    (folder / "plugin.toml").write_text(manifest(name, version=version))
    active = home(settings) / "active.json"
    known = json.loads(active.read_text()) if active.exists() else {}
    known[name] = {"folder": f"{name}/{version}-abc", "version": version}
    active.write_text(json.dumps(known))
    return folder


def package(root: Path, monkeypatch: Any, name: str) -> Path:
    """Put a plugin among the Python packages, as pip would, and return its folder."""
    folder = make(root, f"rihla_{name}", NEVER)
    (folder / "plugin.toml").write_text(manifest(name))
    about = root / f"rihla_{name}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: rihla_{name}\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[rihla.plugins]\n{name} = rihla_{name}\n")
    monkeypatch.syspath_prepend(str(root))
    return folder


def test_three_places_are_looked_at_and_no_code_runs(
    settings: Settings, shelf: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    make(shelf, "one", NEVER)
    install(settings, "two")
    package(tmp_path / "packages", monkeypatch, "three")
    before = set(sys.modules)
    found = discover(settings)
    sources = {name: (found[name].source, found[name].version) for name in ("one", "two", "three")}
    assert sources == {
        "one": ("folder", "1.0"),
        "two": ("site", "1.0"),
        "three": ("package", "1.0"),
    }
    assert {found[name].state for name in sources} == {"found"}
    assert {name for name in set(sys.modules) - before if "rihla_" in name} == set()


def test_the_products_own_folder_wins_and_the_loser_is_named(
    settings: Settings, shelf: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    own = make(shelf, "one", NEVER)
    install(settings, "one", "2.0")
    package(tmp_path / "packages", monkeypatch, "one")
    found = discover(settings)["one"]
    assert (found.source, found.version, found.folder) == ("folder", "1.0", own)
    notes = [str(note) for note in found.notes]
    assert len(notes) == 2
    assert str(home(settings) / "one/2.0-abc/rihla_one") in notes[0]
    assert notes[0].startswith("The same plugin stands in ")


def test_the_same_folder_seen_twice_is_one_plugin(shelf: Path, tmp_path: Path) -> None:
    make(shelf, "one")
    (tmp_path / "link").symlink_to(shelf)
    folders = (str(shelf), str(tmp_path / "link"))
    found = discover(settings_for("", tmp_path, plugin_folders=folders))
    assert found["one"].notes == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"name =", "plugin.toml cannot be read"),
        ("é".encode("latin-1"), "plugin.toml is not UTF-8 text."),
        (manifest("other").encode(), "It calls itself other and stands in the folder of one."),
        (b"\x00" * 200_000, "plugin.toml is longer than"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_a_plugin_with_a_reason(
    settings: Settings, shelf: Path, content: bytes, sentence: str
) -> None:
    (make(shelf, "one") / "plugin.toml").write_bytes(content)
    make(shelf, "two")
    found = discover(settings)
    assert found["one"].state == "failed"
    assert str(found["one"].problems[0]).startswith(sentence)
    assert found["two"].state == "found"


def test_files_that_are_gone_are_said(settings: Settings) -> None:
    folder = install(settings, "two")
    (folder / "plugin.toml").unlink()
    found = discover(settings)["two"]
    assert found.state == "missing"
    assert str(found.problems[0]) == "Its files are gone. Its data waits in the database."


@pytest.mark.parametrize("text", ["", "[]", "{", '{"two": 3}', '{"two": {}}', "null"])
def test_a_broken_pointer_file_stops_nothing(settings: Settings, shelf: Path, text: str) -> None:
    make(shelf, "one")
    install(settings, "two")
    (home(settings) / "active.json").write_text(text)
    assert discover(settings)["one"].state == "found"


def test_whether_a_plugin_fits_is_said_with_what_is_here() -> None:
    from app.plugins.manifest import parse

    wants = parse(
        manifest(
            more='[requires]\ncore = ">=9"\ncore_schema = "core_0099"\n'
            '[requires.plugins]\ntracks = ">=2"\nquizzes = ""'
        ).replace(">=0.1,<1", ">=3")
    )
    site = Site(core="0.1.0", schema="core_0002")
    said = [str(sentence) for sentence in check_fit(wants, site, {"tracks": "1.0"})]
    assert said == [
        "It is made for version >=3 of the plugin interface; this site has 0.1.",
        "It needs Rihla >=9; this site runs 0.1.0.",
        "It needs a newer database schema: core_0099.",
        "It needs the plugin tracks >=2; 1.0 is here.",
        "It needs the plugin quizzes, which is not here.",
    ]


def test_those_that_others_need_come_first_and_circles_are_named() -> None:
    order, circles = order_plugins(
        {
            "a": frozenset({"b"}),
            "b": frozenset({"c"}),
            "c": frozenset(),
            "x": frozenset({"y"}),
            "y": frozenset({"x"}),
        }
    )
    assert order == ["c", "b", "a"]
    assert set(circles) == {"x", "y"}
    assert circles["x"] in (["x", "y", "x"], ["y", "x", "y"])

"""Styles and scripts of a plugin: what is missing or too heavy gives up the plugin alone."""

from base64 import b85encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from flask import Flask

from app.plugins.loading import MOST_LINKED
from app.plugins.rules import is_native
from tests.plugins.making import make

LINKED = '[assets]\ncss = ["made.css"]\njs = ["made.js"]'


def noise(size: int) -> str:
    """Return text that does not become shorter when it is compressed as bytes."""
    digests = (sha256(str(number).encode()).digest() for number in range(size // 40 + 1))
    return "".join(b85encode(digest).decode() for digest in digests)[:size]


def opened(open_site: Callable[..., Flask], shelf: Path, **files: str) -> tuple[str, str]:
    """Return how a plugin with these files stands, and its sentence; the site is up."""
    named = {f"static/{name.replace('_', '.')}": text for name, text in files.items()}
    make(shelf, "made", files=named, more=LINKED)
    app = open_site(shelf)
    assert app.test_client().get("/fr/").status_code == 200
    record = app.extensions["plugins"].records["made"]
    linked = app.extensions["plugins"].linked
    assert ("made" in linked) is (record.state == "loaded")
    return record.state, str(record.problems[0]) if record.problems else ""


def test_files_that_are_there_and_light_are_linked(
    open_site: Callable[..., Flask], shelf: Path
) -> None:
    assert opened(open_site, shelf, made_css="a{}", made_js="0;") == ("loaded", "")


@pytest.mark.parametrize(("given", "missing"), [("made_css", "made.js"), ("made_js", "made.css")])
def test_a_file_that_is_missing_gives_the_plugin_up(
    open_site: Callable[..., Flask], shelf: Path, given: str, missing: str
) -> None:
    sentence = f"Its plugin.toml names {missing}, which is not there."
    assert opened(open_site, shelf, **{given: "a{}"}) == ("failed", sentence)


def test_what_pages_load_is_weighed_together_and_compressed(
    open_site: Callable[..., Flask], shelf: Path
) -> None:
    half = noise(int(MOST_LINKED * 0.7))
    state, sentence = opened(open_site, shelf, made_css=half, made_js=half[::-1])
    assert state == "failed"
    assert sentence.startswith("What its pages load weighs ")
    assert sentence.endswith(" kB compressed; 8 kB is the most.")


def test_what_compresses_well_may_be_long(open_site: Callable[..., Flask], shelf: Path) -> None:
    assert opened(open_site, shelf, made_css="a{}" * 20_000, made_js="0;")[0] == "loaded"


@pytest.mark.parametrize(
    ("name", "native"),
    [
        ("fast.so", True),
        ("libfast.so.1", True),
        ("libfast.so.1.2", True),
        ("a/fast.DLL", True),
        ("fast.dylib", True),
        ("fast.cpython-311-x86_64-linux-gnu.so", True),
        ("fast.pyd", True),
        ("so.py", False),
        ("a.so/notes.md", False),
        ("some.sound.css", False),
        ("dll", False),
    ],
)
def test_machine_code_is_known_by_its_name(name: str, native: bool) -> None:
    assert is_native(name) is native

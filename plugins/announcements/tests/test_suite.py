"""What must hold of every plugin, and what this one says in each language."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

FOLDER = Path(__file__).resolve().parent.parent
_SAID = re.compile(r"""\b(?:say|_)\(\s*((?:"[^"]*"\s*)+)""")


def sentences():
    files = [*FOLDER.glob("*.py"), *(FOLDER / "templates").rglob("*.html")]
    found = {
        "".join(re.findall(r'"([^"]*)"', match))
        for file in files
        for match in _SAID.findall(file.read_text("utf-8"))
    }
    return found - {"Announcements"}  # the title, in plugin.toml


def test_the_plugin_passes_the_suite(suite):
    assert [str(finding) for finding in suite().errors] == []


@pytest.mark.parametrize("language", ["fr", "ar"])
def test_every_sentence_is_translated(language):
    path = FOLDER / "translations" / language / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        known = {message.id for message in read_po(file) if message.id and message.string}
    assert len(sentences()) > 30
    assert sorted(sentences() - known) == []

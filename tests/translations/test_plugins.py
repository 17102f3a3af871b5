"""What must hold for the words that the product's own plugins bring in French and Arabic."""

import re
from functools import lru_cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from app.plugins.words import _compiled
from tests.translations.test_catalogs import (
    FORMS,
    KEYWORDS,
    LANGUAGES,
    PLACEHOLDER,
    ROOT,
    SPACE,
    one,
    wanted,
)

FOLDERS = sorted(path.parent for path in (ROOT / "plugins").glob("*/plugin.toml"))
Source = str | tuple[str, ...]
languages = pytest.mark.parametrize("language", LANGUAGES)
plugins = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


@lru_cache
def said(folder: Path) -> frozenset[Source]:
    """Every sentence of a plugin's Python and templates; its tests speak to nobody."""
    with (ROOT / ".ci/babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(folder, methods, options, KEYWORDS)
    return frozenset(text for name, _, text, *_ in found if text and not name.startswith("tests/"))


@lru_cache
def brought(folder: Path, language: str) -> Catalog:
    path = folder / "translations" / language / "LC_MESSAGES/messages.po"
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def pairs(folder: Path, language: str) -> list[tuple[Source, str]]:
    return [
        (message.id, form)
        for message in brought(folder, language)
        if message.id
        for form in ([message.string] if isinstance(message.string, str) else message.string)
    ]


@plugins
@languages
def test_every_sentence_of_a_plugin_is_in_its_catalog_and_nothing_else_is(folder, language):
    own = {one(source) for source, _ in pairs(folder, language)}
    assert own == {one(sentence) for sentence in said(folder)}


@plugins
@languages
def test_every_translation_of_a_plugin_is_taken_when_the_plugin_is_loaded(folder, language):
    taken = _compiled(brought(folder, language))
    for message in brought(folder, language):
        if isinstance(message.id, str) and message.id:
            assert message.string, message.id
            assert taken.gettext(message.id) == message.string, message.id
        elif message.id:
            assert len(message.string) == FORMS[language], message.id
            assert taken.ngettext(*message.id, 1) in message.string, message.id


@plugins
@languages
def test_translations_of_a_plugin_can_be_filled_in(folder, language):
    for source, text in pairs(folder, language):
        assert set(PLACEHOLDER.findall(text)) <= set(PLACEHOLDER.findall(str(source))), source
        names = re.findall(r"%\((\w+)\)", one(source))
        if names:
            assert text % dict.fromkeys(names, "7"), source


def test_every_sentence_with_values_can_be_filled_in_as_it_stands_in_the_source():
    for sentence in wanted().union(*map(said, FOLDERS)):
        names = re.findall(r"%\((\w+)\)", one(sentence))
        if names:
            assert one(sentence) % dict.fromkeys(names, "7"), sentence


@plugins
def test_plugins_write_french_and_arabic_as_the_core_does(folder):
    for _, text in pairs(folder, "fr"):
        assert not re.search(rf"\w'\w|[“”]| [:;?!»]|«(?!{SPACE})", text), text
    for _, text in pairs(folder, "ar"):
        assert not re.search(r"[\u0600-\u06FF]\s?[?;,]|[“”]", text), text

"""What must hold for the catalogs of French and Arabic, read as files: no database."""

import re
from collections.abc import Iterator
from functools import lru_cache
from gettext import c2py
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from app.centers import rules

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("fr", "ar")
FORMS = {"fr": 2, "ar": 6}
SPACE = "\N{NO-BREAK SPACE}"
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%")
KEYWORDS = {**DEFAULT_KEYWORDS, "say": None, "say_n": (1, 2), "_setting": (2,)}
CITIES = {name.text for name in rules.CITIES.values()}
"""Their names may be the same in French."""
COUNT = {"%(n)s", "%(num)s"}
languages = pytest.mark.parametrize("language", LANGUAGES)


def path(language: str) -> Path:
    return ROOT / "app/translations" / language / "LC_MESSAGES/messages.po"


@lru_cache
def catalog(language: str) -> Catalog:
    with path(language).open("rb") as file:
        return read_po(file, abort_invalid=True)


@lru_cache
def wanted() -> frozenset[str | tuple[str, ...]]:
    """Every sentence of the source, as `make translations` finds it."""
    with (ROOT / ".ci/babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(ROOT / "app", methods, options, KEYWORDS)
    return frozenset(text for _, _, text, *_ in found if text)


def one(sentence: str | tuple[str, ...]) -> str:
    return sentence if isinstance(sentence, str) else sentence[0]


def messages(language: str) -> list[Message]:
    return [message for message in catalog(language) if message.id]


def pairs(language: str) -> Iterator[tuple[str, str, bool]]:
    """Each translated form, with the form of the source it stands for, and whether it counts."""
    for message in messages(language):
        if isinstance(message.id, str):
            yield message.id, str(message.string), False
        else:
            for form in message.string:
                yield message.id[1], form, True


def test_the_source_has_sentences():
    assert len(wanted()) > 500


@languages
def test_every_sentence_of_the_source_is_translated(language):
    given = {one(message.id) for message in messages(language) if message.string}
    assert sorted({one(sentence) for sentence in wanted()} - given) == []


@languages
def test_a_sentence_that_counts_counts_in_every_language(language):
    counting = {sentence for sentence in wanted() if not isinstance(sentence, str)}
    assert counting <= {message.id for message in messages(language)}


@languages
def test_no_translation_is_guessed(language):
    assert not catalog(language).fuzzy
    assert [message.id for message in messages(language) if message.fuzzy] == []


@languages
def test_no_translation_is_empty(language):
    assert [source for source, text, _ in pairs(language) if not text.strip()] == []


@languages
def test_translations_hold_the_placeholders_of_the_source(language):
    for source, text, counts in pairs(language):
        before, after = set(PLACEHOLDER.findall(source)), set(PLACEHOLDER.findall(text))
        # A form for one or two may say the number in a word.
        assert after <= before, source
        assert before - after <= (COUNT if counts else set()), source
        assert text.count("%%") == source.count("%%"), source


@languages
def test_translations_can_be_filled_in(language):
    for source, text, _ in pairs(language):
        names = re.findall(r"%\((\w+)\)", source)
        if names:
            assert text % dict.fromkeys(names, "7") is not None, source


@languages
def test_a_sentence_that_counts_has_the_forms_of_its_language(language):
    assert catalog(language).num_plurals == FORMS[language]
    for message in messages(language):
        if not isinstance(message.id, str):
            assert len(message.string) == FORMS[language], message.id


@languages
def test_plural_rules_agree_with_the_common_locale_data(language):
    rule = c2py(catalog(language).plural_expr)
    categories = Locale(language).plural_form
    used = {categories(n) for n in range(1000)}
    names = [name for name in ("zero", "one", "two", "few", "many", "other") if name in used]
    assert len(names) == FORMS[language]
    for n in range(1000):
        assert rule(n) == names.index(categories(n)), n


@languages
def test_the_header_names_the_language_and_no_machine(language):
    header = dict(catalog(language).mime_headers)
    assert header["Language"] == language
    text = path(language).read_text("utf-8")
    assert f"Plural-Forms: nplurals={FORMS[language]};" in text
    assert not re.search(r"^#:|/home/|/work/|/tmp/|EMAIL@ADDRESS|FULL NAME", text, re.MULTILINE)


@languages
def test_catalogs_are_sorted(language):
    sources = [one(message.id) for message in messages(language)]
    assert sources == sorted(sources)


@languages
def test_catalogs_compile(language, tmp_path):
    with (tmp_path / "messages.mo").open("wb") as file:
        write_mo(file, catalog(language))
    assert (tmp_path / "messages.mo").stat().st_size > 10_000


def test_french_puts_a_no_break_space_before_double_punctuation():
    for source, text, _ in pairs("fr"):
        assert not re.search(r" [:;?!»]|« ", text), text
        assert not re.search(rf"[\w)…][;?!»](?!\w)|«(?!{SPACE})", text), text
        for word in re.findall(r"([\w)]+:)(?=\s|$)", text):
            assert word in source, text  # code, such as `minutes: 20`


def test_french_writes_typographic_apostrophes_and_its_own_quotes():
    for _, text, _ in pairs("fr"):
        assert not re.search(r"\w'\w|[“”]", text), text


def test_arabic_writes_its_own_punctuation():
    arabic = r"[\u0600-\u06FF]"
    for _, text, _ in pairs("ar"):
        assert not re.search(rf"{arabic}\s?[?;,]", text), text


@languages
def test_no_sentence_stays_in_english(language):
    for source, text, _ in pairs(language):
        if source in CITIES and language == "fr":
            continue
        assert " " not in PLACEHOLDER.sub("", source).strip() or text != source, source

"""Translations that plugins bring: for sentences that the core does not translate itself."""

import gettext
import re
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

from app.kernel import i18n
from app.kernel.logs import get_logger
from app.plugins.discovery import Record

_VALUE = re.compile(r"%\(\w+\)[a-z]|%[^%(\s]")


class _Words(gettext.NullTranslations):
    """Sentences of one plugin in one language."""

    def __init__(self, known: dict[str, str]) -> None:
        super().__init__()
        self.known = known

    def gettext(self, message: str) -> str:
        """Return the translation, or what those after it say."""
        return self.known.get(message) or super().gettext(message)


def add_words(records: Iterable[Record]) -> None:
    """Let catalogs know the words of all plugins; the core's own translation always wins."""
    i18n.forget()
    for record in records:
        for language in i18n.LANGUAGES:
            if record.manifest and (known := record.manifest.words.get(language)):
                i18n.catalog(language).add_fallback(_Words(dict(known)))
            if record.state == "loaded":
                for found in _catalogs(record, language):
                    i18n.catalog(language).add_fallback(found)


def _catalogs(record: Record, language: str) -> Iterable[gettext.NullTranslations]:
    folder = record.folder / "translations" / language / "LC_MESSAGES"
    readers: tuple[tuple[str, Any], ...] = (("messages.mo", read_mo), ("messages.po", read_po))
    found = next(((folder / n, read) for n, read in readers if (folder / n).is_file()), None)
    if language == "en" or found is None:  # English is the source: nobody translates it
        return
    try:
        with found[0].open("rb") as file:
            yield _compiled(found[1](file))
    except Exception:  # noqa: BLE001  (a foreign file, and readers that say nothing of what they raise)
        get_logger().error("plugin_words", plugin=record.name, language=language, exc_info=True)


def _compiled(catalog: Catalog) -> gettext.NullTranslations:
    """Return a catalog without the messages whose values are not those of the source."""
    kept = Catalog(locale=catalog.locale)
    for message in catalog:
        given = [message.string] if isinstance(message.string, str) else list(message.string or ())
        source = message.id if isinstance(message.id, str) else message.id[0]
        if source and all(_values(text) == _values(source) for text in given):
            kept.add(message.id, message.string)
    file = BytesIO()
    write_mo(file, kept)
    file.seek(0)
    return gettext.GNUTranslations(file)


def _values(text: str) -> set[str]:
    return set(_VALUE.findall(text))

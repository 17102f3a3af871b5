"""Translations that plugins bring: for sentences that the core does not translate itself."""

import gettext
from collections.abc import Iterable
from pathlib import Path

from babel.messages.pofile import read_po

from app.kernel import i18n
from app.kernel.logs import get_logger
from app.plugins.discovery import Record


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
    i18n.catalog.cache_clear()
    for record in records:
        for language in i18n.LANGUAGES:
            if record.manifest and (known := record.manifest.words.get(language)):
                i18n.catalog(language).add_fallback(_Words(dict(known)))
            if record.state == "loaded":
                for found in _catalogs(record, language):
                    i18n.catalog(language).add_fallback(found)


def _catalogs(record: Record, language: str) -> Iterable[gettext.NullTranslations]:
    folder = record.folder / "translations" / language / "LC_MESSAGES"
    try:
        if (folder / "messages.mo").is_file():
            with (folder / "messages.mo").open("rb") as file:
                yield gettext.GNUTranslations(file)
        elif (folder / "messages.po").is_file():
            yield _Words(_read_po(folder / "messages.po", language))
    except (OSError, ValueError, UnicodeError):
        get_logger().error("plugin_words", plugin=record.name, language=language, exc_info=True)


def _read_po(file: Path, language: str) -> dict[str, str]:
    with file.open("rb") as source:
        catalog = read_po(source, locale=language)
    return {
        message.id: message.string
        for message in catalog
        if isinstance(message.id, str) and message.id and isinstance(message.string, str)
    }

"""Languages: sentences that are translated when shown, and numbers and dates by locale.

The source text is English. Catalogs (`app/translations`, later one per plugin) hold French and
Arabic. Nothing here knows a request: the web sets the language of the moment, a job says its own.
"""

import gettext as _gettext
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date as _format_date
from babel.dates import format_skeleton, format_time
from babel.numbers import format_decimal
from babel.numbers import format_percent as _format_percent

LANGUAGES = ("fr", "ar", "en")
LOCALES = {"fr": "fr_MA", "ar": "ar_MA", "en": "en_GB"}
DIRECTIONS = {"fr": "ltr", "ar": "rtl", "en": "ltr"}
NAMES = {"fr": "Français", "ar": "العربية", "en": "English"}
COMMAS = {"fr": ", ", "ar": "، ", "en": ", "}
ZONE = ZoneInfo("Africa/Casablanca")

language: ContextVar[str] = ContextVar("language", default="en")
_folders = [Path(__file__).resolve().parent.parent / "translations"]


@dataclass(frozen=True)
class Sentence:
    """A sentence in English, with its values, that is translated when somebody reads it."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    many: str | None = None

    def __str__(self) -> str:
        return translate(self)

    def __hash__(self) -> int:
        return hash((self.text, self.many, tuple(sorted(self.values))))


def say(text: str, /, **values: object) -> Sentence:
    """Return a sentence to be translated later; values stand in it as `%(name)s`.

    A value may be a sentence too, a list, or a text by language.
    """
    return Sentence(text, values)


def say_n(one: str, many: str, n: int, /, **values: object) -> Sentence:
    """Return a sentence that depends on the number `n`, which stands in it as `%(n)s`."""
    return Sentence(one, {"n": n, **values}, many)


@lru_cache
def catalog(lang: str) -> _gettext.NullTranslations:
    """Return the translations of one language; English is the source and has none."""
    first: _gettext.NullTranslations | None = None
    for folder in _folders:
        found = _gettext.translation("messages", folder, [lang], fallback=True)
        if first is None:
            first = found
        else:
            first.add_fallback(found)
    return first or _gettext.NullTranslations()


@lru_cache(maxsize=5000)
def said(text: str, lang: str) -> str:
    """Return the translation of a text; kept, for a page says the same few hundred each time."""
    return catalog(lang).gettext(text)


def forget() -> None:
    """Read the catalogs again when something is next translated."""
    catalog.cache_clear()
    said.cache_clear()


def translate(sentence: "Sentence | str", lang: str | None = None) -> str:
    """Return the sentence in `lang` (default: of the moment). A str comes back as it is."""
    if isinstance(sentence, str):
        return sentence
    lang = lang or language.get()
    if sentence.many is not None:
        count = sentence.values["n"]
        text = catalog(lang).ngettext(sentence.text, sentence.many, int(str(count)))
    else:
        text = said(sentence.text, lang)
    if not sentence.values:
        return text
    return text % {name: _shown(value, lang) for name, value in sentence.values.items()}


def _shown(value: object, lang: str) -> object:
    if isinstance(value, Sentence):
        return translate(value, lang)
    if isinstance(value, (tuple, list)):
        return COMMAS[lang].join(str(_shown(each, lang)) for each in value)
    if isinstance(value, Mapping):  # what an author wrote, by language
        return value.get(lang) or next(iter(value.values()), "")
    return format_number(value, lang) if type(value) is int else value


def gettext(text: str) -> str:
    """Translate into the language of the moment (for templates)."""
    return said(text, language.get())


def ngettext(one: str, many: str, n: int) -> str:
    """Translate a sentence with a number into the language of the moment (for templates)."""
    return catalog(language.get()).ngettext(one, many, n)


@lru_cache
def _locale(lang: str | None) -> Locale:
    return Locale.parse(LOCALES[lang or language.get()])


def format_number(value: float, lang: str | None = None) -> str:
    """Return 15000 as « 15 000 », 15.000 or 15,000."""
    return format_decimal(value, locale=_locale(lang or language.get()))


def format_percent(share: float, lang: str | None = None) -> str:
    """Return the share 0.62 as « 62 % » or 62%."""
    return _format_percent(share, locale=_locale(lang or language.get()))


def format_date(day: date | datetime, lang: str | None = None, form: str = "long") -> str:
    """Return a day in words; a moment is first taken to Morocco's time."""
    if isinstance(day, datetime):
        day = day.astimezone(ZONE).date()
    return _format_date(day, format=form, locale=_locale(lang or language.get()))


def format_datetime(moment: datetime, lang: str | None = None) -> str:
    """Return a moment with hour and minute, in Morocco's time; the month is always a word."""
    at, locale = moment.astimezone(ZONE), _locale(lang or language.get())
    day, hour = format_skeleton("yMMMd", at, locale=locale), format_time(at, "HH:mm", locale=locale)
    return str(locale.datetime_formats["medium"]).format(hour, day)


def format_size(size: int, lang: str | None = None) -> str:
    """Return a number of bytes as a person reads it: « 2,4 Mo », 2.4 MB."""
    lang = lang or language.get()
    units = {"fr": ("o", "ko", "Mo", "Go"), "ar": ("بايت", "ك.ب", "م.ب", "ج.ب")}.get(
        lang, ("B", "kB", "MB", "GB")
    )
    value, step = float(size), 0
    while value >= 1000 and step < 3:
        value, step = value / 1000, step + 1
    digits = format_decimal(value, format="#,##0.#" if step > 1 else "#,##0", locale=_locale(lang))
    return f"{digits}\N{NO-BREAK SPACE}{units[step]}"


def format_minutes(minutes: int, lang: str | None = None) -> str:
    """Return a length in minutes as « 20 min » or « 1 h 10 »."""
    lang = lang or language.get()
    hours, rest = divmod(minutes, 60)
    h, m = {"ar": ("س", "د")}.get(lang, ("h", "min"))
    if not hours:
        return f"{rest}\N{NO-BREAK SPACE}{m}"
    return f"{hours}\N{NO-BREAK SPACE}{h}" + (f"\N{NO-BREAK SPACE}{rest:02d}" if rest else "")

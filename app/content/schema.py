"""Takes typed values out of TOML tables and front matter, and says what is wrong with them."""

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from app.content.frontmatter import Bare, Fields, Quoted, Value
from app.content.positions import Places
from app.content.rules import Problem, error
from app.kernel.i18n import LANGUAGES, Sentence, say

Where = Callable[[str], tuple[int, int]]


class Section:
    """One table of keys. Each method returns a usable value and keeps the problems it met."""

    def __init__(
        self, path: str, data: Mapping[str, Any], where: Where, problems: list[Problem]
    ) -> None:
        self.path = path
        self.data = data
        self.where = where
        self.problems = problems

    def refuse(self, key: str, message: Sentence, remedy: Sentence) -> None:
        """Keep a problem at the place of `key`."""
        line, column = self.where(key)
        self.problems.append(error(self.path, line, column, message, remedy))

    def only(self, known: Iterable[str]) -> None:
        """Refuse every key that is not known, with the nearest one that is."""
        names = sorted(known)
        for key in self.data:
            if key in names:
                continue
            near = get_close_matches(key, names, 1, 0.6)
            remedy = (
                say("Did you mean “%(near)s”?", near=near[0])
                if near
                else say("Delete it. Keys that exist here: %(names)s.", names=tuple(names))
            )
            self.refuse(key, say("The key “%(key)s” is unknown.", key=key), remedy)

    def has(self, key: str, *, required: bool) -> bool:
        """Tell whether the key is there; when it must be and is not, keep a problem."""
        if key in self.data:
            return True
        if required:
            self.refuse(
                key,
                say("“%(key)s” is missing.", key=key),
                say("Add a line that begins with “%(key)s”.", key=key),
            )
        return False

    def text(self, key: str, *, required: bool = False, limit: int = 300) -> str:
        """Return a text of at most `limit` characters, or nothing."""
        if not self.has(key, required=required):
            return ""
        value = self.data[key]
        if not isinstance(value, str) or not value.strip():
            self._wrong(key, say("a text"))
            return ""
        value = " ".join(str(value).split())
        if len(value) > limit:
            self.refuse(
                key,
                say("“%(key)s” has %(n)s characters.", key=key, n=len(value)),
                say("Shorten it to %(limit)s characters.", limit=limit),
            )
        return value

    def match(self, key: str, pattern: re.Pattern[str], example: str) -> str:
        """Return a required text of a given shape."""
        value = self.text(key, required=True)
        if value and not pattern.match(value):
            self.refuse(
                key,
                say("“%(value)s” cannot be used as “%(key)s”.", value=value, key=key),
                say("Use small letters a–z, digits and hyphens: %(example)s.", example=example),
            )
            return ""
        return value

    def choice(self, key: str, choices: tuple[str, ...], default: str = "") -> str:
        """Return one of the choices; the key is required when there is no default."""
        value = self.text(key, required=not default) or default
        if value and value not in choices:
            self.not_among(key, value, choices)
            return default or choices[0]
        return value

    def not_among(self, key: str, value: str, choices: tuple[str, ...]) -> None:
        """Refuse a value that is none of the choices."""
        self.refuse(
            key,
            say("“%(value)s” is not possible for “%(key)s”.", value=value, key=key),
            say("Choose one of: %(choices)s.", choices=tuple(choices)),
        )

    def number(
        self, key: str, low: float, high: float, *, default: float = 0, required: bool = False,
        whole: bool = True,
    ) -> float:  # fmt: skip
        """Return a number between two bounds."""
        if not self.has(key, required=required):
            return default
        value = _meaning(self.data[key])
        kinds = (int,) if whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not low <= value <= high:
            self._wrong(key, say("a number from %(low)s to %(high)s", low=low, high=high))
            return default
        return value

    def flag(self, key: str) -> bool:
        """Return true or false."""
        if key not in self.data:
            return False
        value = _meaning(self.data[key])
        if not isinstance(value, bool):
            self._wrong(key, say("true or false"))
            return False
        return value

    def texts(self, key: str, *, required: bool = False, limit: int = 300) -> tuple[str, ...]:
        """Return a list of texts."""
        if not self.has(key, required=required):
            return ()
        value = self.data[key]
        if not isinstance(value, list) or not all(
            isinstance(item, str) and item.strip() and len(item) <= limit for item in value
        ):
            self._wrong(key, say("a list of texts"))
            return ()
        return tuple(" ".join(str(item).split()) for item in value)

    def languages(self, key: str, *, required: bool = True) -> tuple[str, ...]:
        """Return a list of languages of the platform."""
        found = self.texts(key, required=required)
        for language in found:
            if language not in LANGUAGES:
                self.not_among(key, language, LANGUAGES)
        return tuple(dict.fromkeys(name for name in found if name in LANGUAGES))

    def _wrong(self, key: str, wanted: Sentence) -> None:
        self.refuse(
            key,
            say("“%(key)s” has the wrong kind of value.", key=key),
            say("It must be %(wanted)s.", wanted=wanted),
        )


class Table(Section):
    """A table of a TOML file."""

    def __init__(
        self,
        path: str,
        data: Mapping[str, Any],
        places: Places,
        problems: list[Problem],
        at: tuple[str | int, ...] = (),
    ) -> None:
        super().__init__(path, data, lambda key: places.of(*at, key), problems)
        self.places = places
        self.at = at

    def table(self, key: str, *, required: bool = False) -> "Table | None":
        """Return the table below `key`."""
        if not self.has(key, required=required):
            return None
        if not isinstance(self.data[key], dict):
            self._wrong(key, say("a table"))
            return None
        at = (*self.at, key)
        return Table(self.path, self.data[key], self.places, self.problems, at)

    def tables(self, key: str) -> "list[Table]":
        """Return the tables of a list, `[[key]]`."""
        found = self.data.get(key, [])
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            self._wrong(key, say("a list of tables"))
            return []
        return [
            Table(self.path, item, self.places, self.problems, (*self.at, key, number))
            for number, item in enumerate(found)
        ]

    def words(
        self, key: str, languages: tuple[str, ...], *, required: bool = True, limit: int = 300
    ) -> dict[str, str]:
        """Return a text in each language of the course."""
        table = self.table(key, required=required)
        if table is None:
            return {}
        table.only(LANGUAGES)
        return table.each(languages, limit=limit)

    def each(self, languages: tuple[str, ...], *, limit: int = 300) -> dict[str, str]:
        """Return the texts of this table itself, one for each language."""
        found = {name: self.text(name, required=True, limit=limit) for name in languages}
        return {name: text for name, text in found.items() if text}


class Front(Section):
    """The front matter of a lesson."""

    def __init__(self, path: str, values: Mapping[str, Value], problems: list[Problem]) -> None:
        def where(key: str) -> tuple[int, int]:
            return (values[key].line, values[key].column) if key in values else (1, 1)

        super().__init__(path, {key: value.data for key, value in values.items()}, where, problems)

    def below(self, key: str) -> Section | None:
        """Return the keys that stand below a key which is there, or refuse what stands instead."""
        fields = self.data[key]
        if not isinstance(fields, Fields):
            self.refuse(
                key,
                say("“%(key)s” has the wrong kind of value.", key=key),
                say("Write its keys below it, indented."),
            )
            return None
        section = Section(self.path, fields, fields.where, self.problems)
        for twice in fields.repeated:
            section.refuse(
                twice,
                say("The key “%(key)s” stands here twice.", key=twice),
                say("Keep one of the two lines."),
            )
        return section


def _meaning(value: Any) -> Any:
    return value.meaning if isinstance(value, Bare | Quoted) else value

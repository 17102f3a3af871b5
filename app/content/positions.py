"""Reads TOML strictly and remembers on which line and column each key stands."""

import re
import tomllib
from typing import Any

from app.content.rules import Problem, error
from app.kernel.i18n import say

Path = tuple[str | int, ...]
Place = tuple[int, int]

_TABLE = re.compile(r"^\s*\[(?P<array>\[)?\s*(?P<name>[^\[\]]+?)\s*\]")
_KEY = re.compile(
    r"""^(?P<space>\s*)(?P<key>(?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*[\w"'-]+)*)\s*="""
)
_AT = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")
_STRING = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'|#.*$')


def read_toml(path: str, text: str) -> tuple[dict[str, Any] | None, "Places", list[Problem]]:
    """Return the data (None when it cannot be read), where its keys stand, and the mistakes."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    places = Places(text)
    try:
        return tomllib.loads(text), places, []
    except tomllib.TOMLDecodeError as mistake:
        return None, places, [_syntax(path, text, str(mistake))]
    except RecursionError:
        return None, places, [_syntax(path, text, "nested too deeply (at line 1, column 1)")]


def _syntax(path: str, text: str, message: str) -> Problem:
    found = _AT.search(message)
    line = int(found[1]) if found and found[1] else text.count("\n") + 1
    column = int(found[2]) if found and found[2] else 1
    return error(
        path,
        line,
        column,
        say("This is not TOML: %(reason)s.", reason=_AT.sub("", message).rstrip(".")),
        say("Write key = value, with texts between double quotes and one key per line."),
    )


class Places:
    """Where keys stand: `places.of("completion", "share")` gives (line, column), or the nearest."""

    def __init__(self, text: str) -> None:
        self._lines = text.split("\n")
        self._found: dict[Path, Place] = {}
        self._arrays: dict[str, int] = {}
        self._scan()

    def of(self, *path: str | int) -> Place:
        """Return the place of a key; of the closest thing around it where it is not written."""
        wanted: Path = path
        while wanted and wanted not in self._found:
            wanted = wanted[:-1]
        if not wanted:
            return 1, 1
        line, column = self._found[wanted]
        if len(wanted) < len(path):
            return line, self._inline(line, column, path[-1])
        return line, column

    def _inline(self, line: int, column: int, key: str | int) -> int:
        """Return the column of a key of an inline table, or the one of the table."""
        found = re.search(rf"(?<![\w-]){re.escape(str(key))}\s*=", self._lines[line - 1][column:])
        return column + found.start() + 1 if found else column

    def _scan(self) -> None:
        prefix: Path = ()
        depth, quotes = 0, ""
        for number, line in enumerate(self._lines, 1):
            if quotes:
                quotes = "" if quotes in line else quotes
                continue
            if depth <= 0:
                prefix = self._line(number, line, prefix)
            quotes = _opens(line)
            bare = _STRING.sub("", line)
            if depth > 0 or "=" in bare:
                depth += bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")

    def _line(self, number: int, line: str, prefix: Path) -> Path:
        key = _KEY.match(line)
        if key:
            names: Path = tuple(_names(key["key"]))
            for size in range(1, len(names) + 1):
                self._found.setdefault((*prefix, *names[:size]), (number, len(key["space"]) + 1))
            return prefix
        table = _TABLE.match(line)
        if not table:
            return prefix
        return self._table(table, number, line)

    def _table(self, table: re.Match[str], number: int, line: str) -> Path:
        path: Path = ()
        names = _names(table["name"])
        for position, name in enumerate(names):
            path = (*path, name)
            dotted = ".".join(map(str, path))
            if table["array"] and position == len(names) - 1:
                self._arrays[dotted] = self._arrays.get(dotted, -1) + 1
            self._found.setdefault(path, (number, line.index("[") + 1))
            if dotted in self._arrays:
                path = (*path, self._arrays[dotted])
                self._found.setdefault(path, (number, line.index("[") + 1))
        return path


def _names(dotted: str) -> list[str]:
    return [name.strip().strip("\"'") for name in dotted.split(".")]


def _opens(line: str) -> str:
    """Return the triple quotes that this line opens and does not close."""
    for quotes in ('"""', "'''"):
        if line.count(quotes) % 2:
            return quotes
    return ""

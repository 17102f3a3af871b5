"""Strict front matter: YAML between `---` lines, with the line and column of every mistake.

Only mappings, lists and plain values: no tags, anchors, aliases or repeated keys. Values are
read as the schema asks, so that `title: Oui` is a text and never a truth value.
"""

import re
from dataclasses import dataclass
from typing import Any

import yaml

from app.content.rules import Problem, error
from app.kernel.i18n import say

MAX_BYTES = 16_000
MAX_DEPTH = 4
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"^-?[0-9]{1,9}$")
_FLOAT = re.compile(r"^-?[0-9]{1,9}\.[0-9]{1,9}$")


@dataclass(frozen=True, slots=True)
class Value:
    """A value of the front matter and its place; `data` is str, int, float, bool, list or None."""

    data: Any
    line: int
    column: int


def split(source: str) -> tuple[str, str, int]:
    """Return (front matter, body, 1-based line on which the body begins); never raises."""
    source = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not source.startswith("---\n"):
        return "", source, 1
    lines = source.split("\n")
    for number in range(1, len(lines)):
        if lines[number].rstrip() == "---":
            return "\n".join(lines[1:number]), "\n".join(lines[number + 1 :]), number + 2
    return "", source, 1


def body_of(content: bytes) -> str:
    """Return what a file says after its front matter; never raises."""
    return split(content.decode("utf-8", "replace"))[1].strip()


def read(path: str, source: str) -> tuple[dict[str, Value], list[Problem]]:
    """Return the keys of a file's front matter and every mistake found in it."""
    front, _, first_line = split(source)
    if first_line == 1:
        return {}, [_missing(path, source)]
    if len(front.encode("utf-8", "replace")) > MAX_BYTES:
        return {}, [_too_long(path)]
    problems: list[Problem] = []
    try:
        _refuse_cleverness(path, front, problems)
        node = yaml.compose(front, Loader=_Loader) if not problems else None
    except yaml.MarkedYAMLError as mistake:
        return {}, [_syntax(path, front, mistake)]
    except yaml.YAMLError as mistake:
        return {}, [_character(path, front, mistake)]
    except RecursionError:
        return {}, [_too_long(path)]
    if node is None:
        return {}, problems or [_not_keys(path)]
    if not isinstance(node, yaml.MappingNode):
        return {}, [_not_keys(path)]
    return _keys(path, node, problems), problems


def _refuse_cleverness(path: str, front: str, problems: list[Problem]) -> None:
    depth = 0
    for event in yaml.parse(front, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            problems.append(_too_long(path))
            return
        clever = (
            isinstance(event, yaml.AliasEvent)
            or getattr(event, "anchor", None)
            or getattr(event, "tag", None)
        )
        if clever:
            mark = event.start_mark
            problems.append(
                error(
                    path,
                    mark.line + 2 if mark else 2,
                    mark.column + 1 if mark else 1,
                    say("Front matter takes no anchors, aliases or tags."),
                    say("Write the value itself, between quotes if it begins with &, * or !."),
                )
            )


def _keys(path: str, node: Any, problems: list[Problem]) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for key, value in node.value:
        line, column = key.start_mark.line + 2, key.start_mark.column + 1
        name = key.value if isinstance(key, yaml.ScalarNode) else ""
        if name in values:
            problems.append(
                error(
                    path,
                    line,
                    column,
                    say("The key “%(key)s” stands here twice.", key=name),
                    say("Keep one of the two lines."),
                )
            )
            continue
        values[name] = Value(_plain(value), line, column)
    return values


def _plain(node: Any) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        return Fields(node)
    text: str = node.value
    return Quoted(text) if node.style else Bare(text)


class Fields(dict[str, Any]):
    """A mapping inside the front matter, with the line and column of each key."""

    def __init__(self, node: Any) -> None:
        super().__init__((str(key.value), _plain(value)) for key, value in node.value)
        self.places = {
            str(key.value): (key.start_mark.line + 2, key.start_mark.column + 1)
            for key, _ in node.value
        }
        self.repeated = [
            key for key in self if [str(k.value) for k, _ in node.value].count(key) > 1
        ]

    def where(self, key: str) -> tuple[int, int]:
        """Return the place of a key, or of the first one where it is missing."""
        return self.places.get(key) or next(iter(self.places.values()), (1, 1))


class Bare(str):
    """A text written without quotes: it may stand for a number or a truth value."""

    __slots__ = ()

    @property
    def meaning(self) -> str | int | float | bool:
        """Return what it stands for: only `true`, `false` and decimal numbers are special."""
        if self in ("true", "false"):
            return self == "true"
        if _INT.match(self):
            return int(self)
        return float(self) if _FLOAT.match(self) else str(self)


class Quoted(str):
    """A text written between quotes: never anything else than a text."""

    __slots__ = ()

    @property
    def meaning(self) -> str:
        """Return the text."""
        return str(self)


def _missing(path: str, source: str) -> Problem:
    if source.removeprefix("\ufeff").startswith("---"):
        return error(
            path,
            1,
            1,
            say("The front matter is not closed."),
            say("End it with a line of three hyphens: ---"),
        )
    return error(
        path,
        1,
        1,
        say("The front matter is missing."),
        say("Begin the file with id, title and minutes between two lines of three hyphens."),
    )


def _too_long(path: str) -> Problem:
    return error(
        path,
        1,
        1,
        say("The front matter is too long or too deep."),
        say("Keep id, title, minutes and a few objectives; write the rest in the text."),
    )


def _not_keys(path: str) -> Problem:
    return error(
        path,
        2,
        1,
        say("The front matter has no keys."),
        say("Write one “key: value” per line."),
    )


def _syntax(path: str, front: str, mistake: yaml.MarkedYAMLError) -> Problem:
    mark = mistake.problem_mark or mistake.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    text = mistake.problem or mistake.context or ""
    remedy = say("Check the indentation and the quotes of this line.")
    if "mapping values" in text:
        remedy = say("Put the text between quotes: a colon followed by a space ends a key.")
    elif "cannot start any token" in text:
        remedy = say("Put the text between quotes, and use spaces instead of tabs.")
    return error(
        path,
        line + 2,
        column + 1,
        say("The front matter cannot be read: %(reason)s.", reason=text),
        remedy,
    )


def _character(path: str, front: str, mistake: yaml.YAMLError) -> Problem:
    position = getattr(mistake, "position", 0)
    before = front[: position if isinstance(position, int) else 0]
    return error(
        path,
        before.count("\n") + 2,
        len(before) - (before.rfind("\n") + 1) + 1,
        say("The front matter holds a character that cannot be shown."),
        say("Delete it and type the text again."),
    )

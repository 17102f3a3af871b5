"""A question on its way between systems: frozen values that lose nothing of what a file says."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.sdk import Sentence

KINDS = (
    "choice", "truefalse", "text", "number", "match", "essay", "order", "cloze", "formula",
    "description", "category",
)  # fmt: skip
FORMATS = ("moodle", "html", "markdown", "plain")

MAX_BYTES = 20_000_000
MAX_ITEMS = 10_000
MAX_TEXT = 60_000

GAP = "\ue000{key}\ue001"
"""How a gap stands in a stem: between two signs that no text has and no markup changes."""


@dataclass(frozen=True, slots=True)
class Text:
    """Words, and how they are marked up; `moodle` is Moodle's mixture of plain text and HTML."""

    text: str
    format: str = "moodle"


@dataclass(frozen=True, slots=True)
class Number:
    """A right number: around `value`, or from `low` to `high`."""

    value: Decimal | None = None
    tolerance: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """An option or a foreseen answer. `weight` is in percent, None where the file has none."""

    text: Text
    right: bool = False
    weight: Decimal | None = None
    feedback: Text | None = None
    number: Number | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A left side and what belongs to it; without a left side, a right side too many."""

    left: Text
    right: Text


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap that stands in the stem as `GAP` says: chosen, or typed."""

    key: str
    choices: tuple[Choice, ...]
    typed: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One question, or a category, or a text between questions.

    `line` is where it begins in its file. `more` is what only this platform knows of a question
    and what the format has no place for; it travels in a comment.
    """

    kind: str
    stem: Text
    line: int = 0
    id: str = ""
    title: str | None = None
    tags: tuple[str, ...] = ()
    category: str = ""
    points: Decimal | None = None
    choices: tuple[Choice, ...] = ()
    several: bool = False
    exact: bool = False
    whole: bool = False
    shuffle: bool | None = None
    pairs: tuple[Pair, ...] = ()
    gaps: tuple[Gap, ...] = ()
    units: tuple[str, ...] = ()
    hints: tuple[Text, ...] = ()
    feedback: Text | None = None
    formula: str = ""
    tolerance: str = ""
    variables: tuple[tuple[str, Decimal, Decimal, Decimal], ...] = ()
    truth: bool | None = None
    if_wrong: Text | None = None
    if_right: Text | None = None
    embedded: bool = False
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class File:
    """A picture or another file that questions show."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that could not be read, or not wholly: where, what and what to do.

    An `error` was left out; a `warning` was read, but not as it stands there.
    """

    severity: str
    line: int
    name: str
    message: Sentence
    remedy: Sentence

    @property
    def is_error(self) -> bool:
        """Tell whether the question was left out."""
        return self.severity == "error"


@dataclass(frozen=True, slots=True)
class Reading:
    """What is in a file, before anything is kept: the preview."""

    format: str
    items: tuple[Item, ...] = ()
    unread: tuple[Unread, ...] = ()
    files: tuple[File, ...] = ()

    @property
    def questions(self) -> tuple[Item, ...]:
        """Return what can be asked: no categories, no texts between questions."""
        return tuple(item for item in self.items if item.kind not in ("category", "description"))

    def count(self) -> dict[str, int]:
        """Return how many questions of each kind there are."""
        return dict(sorted(Counter(item.kind for item in self.questions).items()))

    def to_dict(self) -> dict[str, Any]:
        """Return the preview as plain JSON data."""
        return {
            "format": self.format,
            "questions": len(self.questions),
            "by_type": self.count(),
            "left_out": sum(entry.is_error for entry in self.unread),
            "unread": [
                {
                    "severity": entry.severity,
                    "line": entry.line,
                    "name": entry.name,
                    "message": str(entry.message),
                    "remedy": str(entry.remedy),
                }
                for entry in self.unread
            ],
            "files": [{"name": file.name, "bytes": len(file.data)} for file in self.files],
        }


class Unreadable(ValueError):
    """The whole file cannot be used; nothing of it is kept."""

    def __init__(self, message: Sentence, remedy: Sentence) -> None:
        super().__init__(message.text)
        self.message = message
        self.remedy = remedy

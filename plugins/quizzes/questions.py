"""What a question is: frozen values, and their plain form for JSON.

An answer names options, pairs, steps and gaps by key, never by position, so that reordering
changes nothing. The version of a question is the hash of its plain form.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

KINDS = (
    "one", "many", "truefalse", "number", "text", "match", "order", "cloze", "formula", "essay",
)  # fmt: skip
FULL = Decimal(100)


@dataclass(frozen=True, slots=True)
class Option:
    """Something to choose. `share` is in percent; None lets the kind of question decide."""

    key: str
    text: str
    right: bool = False
    share: Decimal | None = None
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A foreseen answer in words or numbers and what it is worth in percent.

    For numbers, `low` and `high` bound what counts as this answer. For texts, one between slashes
    is a pattern.
    """

    text: str
    share: Decimal = FULL
    feedback: str = ""
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A left side and what belongs to it; with an empty left side, a right side too many."""

    key: str
    left: str
    right_key: str
    right: str


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a question about order."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap in a text: chosen from `options`, or typed where only `accepted` is there."""

    key: str
    options: tuple[Option, ...] = ()
    accepted: tuple[Accepted, ...] = ()


@dataclass(frozen=True, slots=True)
class Variable:
    """A value drawn for each attempt: from `values`, or `low`, `low + step`, … up to `high`."""

    name: str
    low: Decimal = Decimal(0)
    high: Decimal = Decimal(0)
    step: Decimal = Decimal(1)
    values: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True)
class Formula:
    """What is to be calculated, and how far off an answer may be (`5%` is relative)."""

    text: str
    tolerance: str = ""


@dataclass(frozen=True, slots=True)
class Hint:
    """Help on demand; `cost` in points is taken from the mark once it was opened."""

    text: str
    cost: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Criterion:
    """A line of a rubric."""

    key: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class Question:
    """A question as its author wrote it, keys and feedback included: never for learners' eyes.

    In the body of a gap text, `[[key]]` stands where the gap is; in a formula question, `{name}`
    where a drawn value goes. `line` is where it stands in its file and no part of its version.
    """

    id: str
    kind: str
    prompt: str
    body: str = ""
    points: Decimal = Decimal(1)
    options: tuple[Option, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    pairs: tuple[Pair, ...] = ()
    steps: tuple[Step, ...] = ()
    gaps: tuple[Gap, ...] = ()
    variables: tuple[Variable, ...] = ()
    formula: Formula | None = None
    units: tuple[str, ...] = ()
    rubric: tuple[Criterion, ...] = ()
    hints: tuple[Hint, ...] = ()
    solution: str = ""
    tags: tuple[str, ...] = ()
    shuffle: bool = True
    exact: bool = False
    whole: bool = False
    line: int = field(default=0, compare=False)

    @property
    def is_seeded(self) -> bool:
        """Tell whether the mark depends on what was drawn for the attempt."""
        return self.kind == "formula"

    @property
    def right_keys(self) -> frozenset[str]:
        """Return the keys of the options that are marked as right."""
        return frozenset(option.key for option in self.options if option.right)


@dataclass(frozen=True, slots=True)
class Quiz:
    """A block of questions. `attempts` and `draw` are 0 where there is no limit and no draw."""

    id: str
    intro: str = ""
    questions: tuple[Question, ...] = ()
    attempts: int = 0
    draw: int = 0
    tags: tuple[str, ...] = ()

    def question(self, question_id: str) -> Question | None:
        """Return the question of that id, or None."""
        return next((q for q in self.questions if q.id == question_id), None)


_PARTS: Mapping[str, type] = {
    "options": Option,
    "accepted": Accepted,
    "pairs": Pair,
    "steps": Step,
    "gaps": Gap,
    "variables": Variable,
    "rubric": Criterion,
    "hints": Hint,
}
_ALWAYS = frozenset({"id", "kind", "key", "text", "prompt", "left", "right", "right_key"})
_DECIMALS = frozenset({"share", "points", "low", "high", "step", "cost"})


def to_dict(question: Question) -> dict[str, Any]:
    """Return a question as plain JSON data; what is empty is left out."""
    data: dict[str, Any] = _plain(asdict(question))
    data.pop("line", None)
    for name, otherwise in (("shuffle", True), ("exact", False), ("whole", False)):
        if data.get(name) is otherwise:
            del data[name]
    return data


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        kept = {k: v for k, v in value.items() if v not in ((), None, "") or k in _ALWAYS}
        return {name: _plain(item) for name, item in kept.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value


def from_dict(data: Mapping[str, Any]) -> Question:
    """Return the question that `to_dict` was given."""
    values: dict[str, Any] = {}
    for name, value in data.items():
        if name == "formula":
            values[name] = Formula(**value)
        elif name in _PARTS:
            values[name] = tuple(_part(_PARTS[name], item) for item in value)
        else:
            values[name] = _value(name, value)
    return Question(**values)


def _part(kind: type, data: Mapping[str, Any]) -> Any:
    values = {name: _value(name, value) for name, value in data.items()}
    for name in ("options", "accepted"):
        if name in data:
            values[name] = tuple(_part(_PARTS[name], item) for item in data[name])
    return kind(**values)


def _value(name: str, value: Any) -> Any:
    if name in _DECIMALS:
        return Decimal(value)
    if name == "values":
        return tuple(Decimal(item) for item in value)
    return tuple(value) if isinstance(value, list) else value


def version(question: Question) -> str:
    """Return the name of a question's version: the SHA-256 of its plain form."""
    text = json.dumps(to_dict(question), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def key_for(question_id: str, kind: str, text: str, taken: set[str]) -> str:
    """Return a key for a part without one; it tells nothing about what is right.

    It is made of the words that learners see anyway, so it stays when parts change places.
    """
    for number in range(10_000):
        seed = f"{question_id}\0{kind}\0{' '.join(text.split())}\0{number or ''}"
        key = "k" + hashlib.sha256(seed.encode("utf-8", "surrogatepass")).hexdigest()[:7]
        if key not in taken:
            taken.add(key)
            return key
    raise ValueError("too many parts")


def with_keys(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plain form of a question with keys for the parts that have none."""
    found = dict(data)
    name = str(found["id"])
    taken: set[str] = set()
    found["options"] = _keyed(name, "option", found.get("options", ()), taken)
    found["steps"] = _keyed(name, "step", found.get("steps", ()), taken)
    found["gaps"] = [
        {**gap, "options": _keyed(f"{name}/{gap['key']}", "choice", gap.get("options", ()), set())}
        for gap in found.get("gaps", ())
    ]
    rights: dict[str, str] = {}
    pairs = []
    for pair in found.get("pairs", ()):
        right = pair["right"]
        if right not in rights:
            rights[right] = pair.get("right_key") or key_for(name, "right", right, taken)
        key = pair.get("key") or key_for(name, "left", pair["left"] or right, taken)
        pairs.append({**pair, "key": key, "right_key": rights[right]})
    found["pairs"] = pairs
    return found


def _keyed(name: str, kind: str, parts: Any, taken: set[str]) -> list[dict[str, Any]]:
    return [
        {**part, "key": part.get("key") or key_for(name, kind, part["text"], taken)}
        for part in parts
    ]

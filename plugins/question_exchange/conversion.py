"""Between items of files and the plain form of questions that the platform keeps.

The plain form is that of `plugins.quizzes.questions.to_dict`; parts come without keys, which
whoever keeps the question gives. Plugins do not import each other: they share the plain form.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from app.sdk import BLOCK_ID, say
from plugins.question_exchange.items import (
    GAP,
    Choice,
    Gap,
    Item,
    Number,
    Pair,
    Text,
    Unread,
)
from plugins.question_exchange.markup import to_markdown, to_words
from plugins.question_exchange.soundness import is_sound

Data = dict[str, Any]
FULL = Decimal(100)
_GAP = re.compile(GAP.format(key="([a-z0-9-]+)"))
_GIVEN = re.compile(r"^k[0-9a-f]{7}$")
_BLOCK_START = re.compile(r"^(?:```|~~~|[|>#]|[-*+] |\d+[.)] |!\[|\$\$)")
_PLAIN_FIELDS = ("hints", "units", "rubric", "exact", "whole", "shuffle", "points", "tags", "id")
"""What may be taken from a comment although somebody changed the question in another system."""


def to_bank(items: Iterable[Item]) -> tuple[list[Data], list[Unread]]:
    """Return the questions in their plain form, with ids of their own, and what was lost."""
    found: list[Data] = []
    lost: list[Unread] = []
    taken: set[str] = set()
    for item in items:
        if item.kind in ("category", "description"):
            continue
        data, names = to_data(item)
        data["id"] = _unique(str(data.get("id") or ""), len(found) + 1, taken)
        found.append(data)
        if names:
            lost.append(
                Unread(
                    "warning",
                    item.line,
                    data["id"],
                    say("Its text was simplified: %(names)s.", names=", ".join(sorted(names))),
                    say("Look at this question before you publish it."),
                )
            )
    return found, lost


def _unique(wanted: str, number: int, taken: set[str]) -> str:
    base = slug(wanted) or f"q{number}"
    name, count = base, 1
    while name in taken:
        count += 1
        name = f"{base[:55]}-{count}"
    taken.add(name)
    return name


def slug(text: str) -> str:
    """Return an id made of a title, or nothing where no Latin letter or digit is left."""
    if BLOCK_ID.match(text):
        return text
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:50].strip("-")
    return plain if not plain or plain[0].isalpha() else f"q{plain}"


def to_data(item: Item) -> tuple[Data, frozenset[str]]:
    """Return the plain form of one question and the names of what its text lost."""
    writer = _Plain()
    data = writer.question(item)
    more = item.more
    if more and is_sound(more.get("set")):
        fields = more["set"]
        if more.get("of") != digest(data):
            fields = {name: fields[name] for name in _PLAIN_FIELDS if name in fields}
        else:
            for name in set(more.get("drop") or ()) & {"shuffle", "points", "body", "solution"}:
                data.pop(name, None)
        data |= fields
    return data, frozenset(writer.lost)


def digest(data: Mapping[str, Any]) -> str:
    """Return a short name of what a file says of a question without our comment."""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def more_for(data: Data, native: Data) -> Data:
    """Return what a comment must carry so that the question comes back whole; often nothing."""
    fields = {name: value for name, value in data.items() if native.get(name) != value}
    drop = [name for name in native if name not in data]
    return {"of": digest(native), "set": fields, "drop": drop} if fields or drop else {}


def without_keys(data: Mapping[str, Any]) -> Data:
    """Return a question without the keys that the platform gave; written ones stay."""

    def bare(part: Any, keep: bool = False) -> Any:
        if not isinstance(part, dict):
            return part
        return {
            name: [bare(inner) for inner in value] if isinstance(value, list) else value
            for name, value in part.items()
            if keep or name not in ("key", "right_key") or not _GIVEN.match(str(value))
        }

    found = dict(data)
    for name in ("options", "pairs", "steps", "gaps"):
        if name in found:
            found[name] = [bare(part, keep=name == "gaps") for part in found[name]]
    return found


class _Plain:
    """Makes the plain form of one item, and remembers what its text lost."""

    def __init__(self) -> None:
        self.lost: set[str] = set()

    def question(self, item: Item) -> Data:
        kind = ("many" if item.several else "one") if item.kind == "choice" else item.kind
        prompt, body = self._prompt(item)
        data: Data = {"id": item.id or item.title or "", "kind": kind, "prompt": prompt}
        optional: Data = {
            "body": body,
            "points": shown(item.points if item.points else Decimal(1)),
            "units": list(item.units),
            "solution": self._words(item.feedback),
            "tags": list(item.tags),
            "hints": [{"text": self._words(hint), "cost": "0"} for hint in item.hints],
        }
        optional |= self._parts(item, kind)
        if item.shuffle is False or kind == "truefalse":
            optional["shuffle"] = False
        optional |= {name: True for name in ("exact", "whole") if getattr(item, name)}
        return data | {
            name: value for name, value in optional.items() if value not in ("", [], None)
        }

    def _words(self, text: Text | None) -> str:
        if text is None:
            return ""
        words, lost = to_markdown(text)
        self.lost |= lost
        return words

    def _prompt(self, item: Item) -> tuple[str, str]:
        """Cut the stem into the line that is the question and what stands below it."""
        words = _GAP.sub(r"[[\1]]", self._words(item.stem))
        first, _, rest = words.partition("\n\n")
        if _BLOCK_START.match(first) or not first or (item.kind == "cloze" and "[[" in first):
            return item.title or item.id or "…", words
        if "  \n" in first or len(first) > 500:
            line, _, more = first.partition("\n")
            return line.strip(), "\n\n".join(part for part in (more, rest) if part).strip("\n")
        return " ".join(first.split()), rest.strip("\n")

    def _parts(self, item: Item, kind: str) -> Data:
        if item.kind == "choice":
            return {"options": self._options(item)}
        if item.kind == "truefalse":
            return {"options": self._truth(item)}
        if item.kind in ("text", "number"):
            return {"accepted": self._all_accepted(item.choices, item.kind, item.exact)}
        if item.kind == "match":
            return {"pairs": [self._pair(pair) for pair in item.pairs]}
        if item.kind == "order":
            return {"steps": [{"text": self._line(choice.text)} for choice in item.choices]}
        if item.kind == "cloze":
            return {"gaps": [self._gap(gap) for gap in item.gaps]}
        return _formula(item) if item.kind == "formula" else {}

    def _line(self, text: Text) -> str:
        return " ".join(self._words(text).split())

    def _options(self, item: Item) -> list[Data]:
        even = item.several and _is_even(item.choices)
        found = []
        for choice in item.choices:
            share = None if even else choice.weight
            if share == FULL or (share == 0 and not item.several):
                share = None
            right = (choice.weight or Decimal(0)) > 0 if even else choice.right
            option: Data = {
                "text": self._words(choice.text),
                "right": right or choice.weight == FULL,
            }
            if share is not None:
                option["right"] = False
                option["share"] = shown(share)
            elif item.several and not even and choice.weight is None:
                option["share"] = "0"
            found.append(_with_feedback(option, self._words(choice.feedback)))
        return found

    def _truth(self, item: Item) -> list[Data]:
        comments = {item.truth: item.if_right, not item.truth: item.if_wrong}
        return [
            _with_feedback(
                {"key": key, "text": key, "right": item.truth is value},
                self._words(comments[value]),
            )
            for key, value in (("true", True), ("false", False))
        ]

    def _all_accepted(self, choices: Sequence[Choice], kind: str, exact: bool) -> list[Data]:
        """Return what is accepted, without what differs from another only in its case."""
        found: dict[str, Data] = {}
        for choice in choices:
            answer = self._accepted(choice, kind)
            found.setdefault(answer["text"] if exact else _folded(answer["text"]), answer)
        return list(found.values())

    def _accepted(self, choice: Choice, kind: str) -> Data:
        share = choice.weight if choice.weight is not None else FULL if choice.right else Decimal(0)
        answer: Data = {"share": shown(max(share, Decimal(0)))}
        if kind == "number" and choice.number is not None:
            answer |= _bounds(choice.number)
        else:
            answer["text"] = _pattern(to_words(choice.text))
        return _with_feedback(answer, self._words(choice.feedback))

    def _pair(self, pair: Pair) -> Data:
        return {"left": self._line(pair.left), "right": self._line(pair.right)}

    def _gap(self, gap: Gap) -> Data:
        if gap.typed:
            return {
                "key": gap.key,
                "accepted": self._all_accepted(gap.choices, "text", exact=False),
            }
        options = [
            {"text": self._line(choice.text), "right": choice.right}
            for choice in sorted(gap.choices, key=lambda choice: not choice.right)
        ]
        return {"key": gap.key, "options": options}


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def _with_feedback(part: Data, feedback: str) -> Data:
    return part | {"feedback": feedback} if feedback else part


def _is_even(choices: Sequence[Choice]) -> bool:
    """Tell whether weights are those that the platform gives itself: all right, less all wrong."""
    weights = [choice.weight or Decimal(0) for choice in choices]
    plus = [weight for weight in weights if weight > 0]
    minus = [weight for weight in weights if weight <= 0]
    return bool(plus) and _is_whole(plus, FULL) and (not minus or _is_whole(minus, -FULL))


def _is_whole(weights: Sequence[Decimal], total: Decimal) -> bool:
    each = total / len(weights)
    return all(abs(weight - each) < Decimal("0.01") for weight in weights)


def _bounds(number: Number) -> Data:
    if number.low is not None and number.high is not None:
        return {
            "text": f"{shown(number.low)}..{shown(number.high)}",
            "low": shown(number.low),
            "high": shown(number.high),
        }
    value, by = number.value or Decimal(0), number.tolerance or Decimal(0)
    text = f"{shown(value)} ± {shown(by)}" if by else shown(value)
    return {"text": text, "low": shown(value - by), "high": shown(value + by)}


def _pattern(text: str) -> str:
    r"""Return Moodle's wildcard as a pattern; `\*` is a star."""
    if text == "*" or "*" not in text:
        return text
    pieces = (re.escape(piece.replace("\0", "*")) for piece in text.replace("\\*", "\0").split("*"))
    return (
        text.replace("\\*", "*")
        if text.count("*") == text.count("\\*")
        else ("/" + ".*".join(pieces).replace("\\ ", " ") + "/")
    )


def _formula(item: Item) -> Data:
    return {
        "formula": {"text": item.formula, "tolerance": item.tolerance},
        "variables": [
            {"name": name, "low": shown(low), "high": shown(high), "step": shown(step)}
            for name, low, high, step in item.variables
        ],
    }


def shown(value: Decimal) -> str:
    """Return a number in its shortest form."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") or "0" if "." in text else text

"""From the plain form of a question to what other systems can understand of it."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from plugins.question_exchange.gift_answers import read_number
from plugins.question_exchange.items import Choice, Item, Number, Pair, Text

FULL = Decimal(100)
_AROUND = re.compile(r"^\s*(?P<middle>[^±%]+?)\s*±\s*(?P<by>[^±%]+?)\s*$")


def _markdown(text: str) -> Text:
    return Text(text, "markdown")


def _maybe(text: str | None) -> Text | None:
    return _markdown(text) if text else None


def from_data(data: Mapping[str, Any]) -> Item:
    """Return the item that says as much of a question as other systems can understand."""
    kind = str(data["kind"])
    body = str(data.get("body", ""))
    stem = "\n\n".join(part for part in (str(data["prompt"]), body) if part)
    options = data.get("options", ())
    comments = {option.get("key"): _maybe(option.get("feedback")) for option in options}
    truth = next((o.get("key") == "true" for o in options if o.get("right")), None)
    is_truth = kind == "truefalse"
    return Item(
        kind="choice" if kind in ("one", "many") else kind,
        stem=_markdown(stem),
        id=str(data["id"]),
        title=str(data["id"]),
        tags=tuple(data.get("tags", ())),
        points=Decimal(str(data.get("points", "1"))),
        choices=() if is_truth else _choices(data, kind),
        several=kind == "many",
        exact=bool(data.get("exact")),
        whole=bool(data.get("whole")),
        shuffle=data.get("shuffle"),
        pairs=tuple(
            Pair(_markdown(pair.get("left", "")), _markdown(pair["right"]))
            for pair in data.get("pairs", ())
        ),
        units=tuple(data.get("units", ())),
        hints=tuple(_markdown(hint["text"]) for hint in data.get("hints", ())),
        feedback=_maybe(data.get("solution")),
        truth=truth if is_truth else None,
        if_right=comments.get("true" if truth else "false") if is_truth else None,
        if_wrong=comments.get("false" if truth else "true") if is_truth else None,
    )


def _choices(data: Mapping[str, Any], kind: str) -> tuple[Choice, ...]:
    options = data.get("options", ())
    explicit = any("share" in option for option in options)
    right = sum(bool(option.get("right")) for option in options)
    found = [
        Choice(
            _markdown(option["text"]),
            bool(option.get("right")) and kind == "one",
            _weight(option, kind, explicit, right, len(options) - right),
            _maybe(option.get("feedback")),
        )
        for option in options
    ]
    found += [_answer(answer) for answer in data.get("accepted", ())]
    return tuple(found)


def _weight(
    option: Mapping[str, Any], kind: str, explicit: bool, right: int, wrong: int
) -> Decimal | None:
    if "share" in option:
        return Decimal(str(option["share"]))
    if kind == "one":
        return None
    if explicit:
        return FULL if option.get("right") else Decimal(0)
    each = FULL / right if option.get("right") else -FULL / wrong
    return round(each, 5).normalize()


def _answer(answer: Mapping[str, Any]) -> Choice:
    share = Decimal(str(answer.get("share", "100")))
    text = str(answer["text"])
    number = None
    if "low" in answer and "high" in answer:
        around = _AROUND.match(text)
        number = read_number(f"{around['middle']}:{around['by']}" if around else text)
        number = number or Number(low=Decimal(answer["low"]), high=Decimal(answer["high"]))
    return Choice(
        Text(text, "plain"),
        share == FULL,
        None if share == FULL else share,
        _maybe(answer.get("feedback")),
        number,
    )

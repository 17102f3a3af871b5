"""Reads Moodle XML, with the files in it."""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from xml.etree.ElementTree import Element

from app.sdk import say
from plugins.question_exchange import moodle_cloze
from plugins.question_exchange.documents import child_text, parse, words
from plugins.question_exchange.gift_answers import CannotRead, decimal
from plugins.question_exchange.items import (
    GAP,
    MAX_ITEMS,
    MAX_TEXT,
    Choice,
    File,
    Gap,
    Item,
    Number,
    Pair,
    Reading,
    Text,
    Unread,
    Unreadable,
)
from plugins.question_exchange.markup import safe_name
from plugins.question_exchange.moodle_more import read_more

_FORMATS = {
    "html": "html", "markdown": "markdown", "plain_text": "plain", "moodle_auto_format": "moodle",
}  # fmt: skip
_PLACE = re.compile(r"\[\[(\d{1,3})\]\]")


def read(data: bytes) -> Reading:
    """Return what a file of Moodle XML holds; raises Unreadable where it is none at all."""
    root = parse(data)
    if root.tag != "quiz":
        raise Unreadable(
            say("This is XML, but no questions of Moodle; nothing was read."),
            say("In Moodle, export the question bank as “Moodle XML format”."),
        )
    items: list[Item] = []
    unread: list[Unread] = []
    files: dict[str, File] = {}
    category = ""
    for number, element in enumerate(root.iterfind("question"), 1):
        if len(items) >= MAX_ITEMS:
            unread.append(_too_many(number))
            break
        kind = element.get("type", "")
        if kind == "category":
            category = child_text(element, "category/text")
            items.append(Item("category", Text(""), number, title=category))
            continue
        try:
            items.append(replace(_question(element, kind), line=number, category=category))
        except CannotRead as mistake:
            name = child_text(element, "name/text")[:60]
            unread.append(Unread("error", number, name, mistake.message, mistake.remedy))
        else:
            _files(element, number, files, unread)
    return Reading("moodle-xml", tuple(items), tuple(unread), tuple(files.values()))


def _too_many(number: int) -> Unread:
    return Unread(
        "error",
        number,
        "",
        say("There are more than %(limit)s questions; the rest was left out.", limit=MAX_ITEMS),
        say("Export one category at a time."),
    )


def _question(element: Element, kind: str) -> Item:
    reader = _READERS.get(kind)
    if reader is None:
        raise CannotRead(
            say("There is no place here for questions of type “%(type)s”.", type=kind[:40]),
            say("Write it again by hand, with another type."),
        )
    if sum(len(node.text or "") for node in element.iter("text")) > MAX_TEXT:
        raise CannotRead(
            say("This question is longer than %(limit)s characters.", limit=MAX_TEXT),
            say("Shorten it in Moodle."),
        )
    item = reader(element)
    return replace(
        item,
        stem=item.stem if item.stem.text else _text(element.find("questiontext")),
        id=child_text(element, "idnumber"),
        title=child_text(element, "name/text") or None,
        tags=tuple(child_text(tag, "text") for tag in element.iterfind("tags/tag")),
        points=decimal(child_text(element, "defaultgrade") or "1"),
        feedback=_maybe(element.find("generalfeedback")),
        hints=tuple(hint for hint in map(_maybe, element.iterfind("hint")) if hint),
        more=read_more(element),
    )


def _text(element: Element | None) -> Text:
    if element is None:
        return Text("", "html")
    found = element.find("text")
    name = _FORMATS.get(element.get("format", ""), "html")
    return Text(words(found).strip(), name)


def _maybe(element: Element | None) -> Text | None:
    text = _text(element)
    return text if text.text else None


def _weight(element: Element) -> Decimal:
    weight = decimal(element.get("fraction", "0"))
    if weight is None or not -100 <= weight <= 100:
        raise CannotRead(
            say("An answer is worth “%(weight)s”.", weight=element.get("fraction", "")[:20]),
            say("A fraction is from -100 to 100."),
        )
    return weight


def _is(element: Element, path: str) -> bool:
    return child_text(element, path).lower() in ("1", "true")


def _choice(element: Element) -> Choice:
    weight = _weight(element)
    right = weight == 100
    return Choice(
        _text(element), right, None if right else weight, _maybe(element.find("feedback"))
    )


def _multichoice(element: Element) -> Item:
    several = not _is(element, "single") if element.find("single") is not None else False
    choices = tuple(_choice(answer) for answer in element.iterfind("answer"))
    if several:
        choices = tuple(replace(c, right=False, weight=Decimal(100) if c.right else c.weight)
                        for c in choices)  # fmt: skip
    if len(choices) < 2:
        raise CannotRead(
            say("A choice needs two options or more."), say("Complete the question in Moodle.")
        )
    shuffle = None if _is(element, "shuffleanswers") else False
    return Item("choice", Text(""), choices=choices, several=several, shuffle=shuffle)


def _truefalse(element: Element) -> Item:
    answers = {child_text(a, "text").lower(): a for a in element.iterfind("answer")}
    if set(answers) != {"true", "false"}:
        raise CannotRead(
            say("It is not said whether this is true or false."),
            say("Complete the question in Moodle."),
        )
    truth = _weight(answers["true"]) > _weight(answers["false"])
    right, wrong = answers[str(truth).lower()], answers[str(not truth).lower()]
    return Item(
        "truefalse",
        Text(""),
        truth=truth,
        if_right=_maybe(right.find("feedback")),
        if_wrong=_maybe(wrong.find("feedback")),
    )


def _shortanswer(element: Element) -> Item:
    choices = []
    for answer in element.iterfind("answer"):
        choice = _choice(answer)
        text = Text(" ".join(choice.text.text.split()), "plain")
        choices.append(replace(choice, text=text))
    return Item("text", Text(""), choices=_some(choices), exact=_is(element, "usecase"))


def _some(choices: list[Choice]) -> tuple[Choice, ...]:
    if not choices:
        raise CannotRead(
            say("This question has no right answer."), say("Complete the question in Moodle.")
        )
    return tuple(choices)


def _numerical(element: Element) -> Item:
    choices = []
    for answer in element.iterfind("answer"):
        choice = _choice(answer)
        plain = choice.text.text.strip()
        value = decimal(plain)
        if value is None and plain != "*":
            raise CannotRead(
                say("“%(text)s” is no number.", text=plain[:40]), say("Write a number in Moodle.")
            )
        by = decimal(child_text(answer, "tolerance") or "0")
        number = None if value is None else Number(value, by or None)
        choices.append(replace(choice, text=Text(plain, "plain"), number=number))
    units = tuple(child_text(unit, "unit_name") for unit in element.iterfind("units/unit"))
    return Item("number", Text(""), choices=_some(choices), units=units)


def _matching(element: Element) -> Item:
    pairs = tuple(Pair(_text(sub), _text_of_answer(sub)) for sub in element.iterfind("subquestion"))
    return Item("match", Text(""), pairs=pairs)


def _text_of_answer(element: Element) -> Text:
    name = _FORMATS.get(element.get("format", ""), "html")
    words_ = child_text(element, "answer/text")
    return Text(words_, "markdown" if name == "markdown" else "plain")


def _essay(element: Element) -> Item:
    return Item("essay", Text(""))


def _description(element: Element) -> Item:
    return Item("description", Text(""))


def _ordering(element: Element) -> Item:
    answers = sorted(
        element.iterfind("answer"), key=lambda answer: decimal(answer.get("fraction", "0")) or 0
    )
    return Item("order", Text(""), choices=_some([Choice(_text(answer)) for answer in answers]))


def _cloze(element: Element) -> Item:
    stem = _text(element.find("questiontext"))
    words_, gaps = moodle_cloze.read(stem.text)
    return Item("cloze", Text(words_, stem.format), gaps=gaps)


def _dragged(element: Element) -> Item:
    """Read a text into which words are dragged, or in which they are selected."""
    stem = _text(element.find("questiontext"))
    boxes = [
        (child_text(box, "text"), child_text(box, "group") or child_text(box, "draggroup"))
        for tag in ("dragbox", "selectoption")
        for box in element.iterfind(tag)
    ]
    gaps = []
    for place, found in enumerate(_PLACE.finditer(stem.text), 1):
        number = int(found[1])
        if not 1 <= number <= len(boxes):
            raise CannotRead(
                say("Gap %(n)s has no word.", n=number), say("Complete the question in Moodle.")
            )
        right, group = boxes[number - 1]
        others = [text for text, own in boxes if own == group and text != right]
        choices = [Choice(Text(right, "plain"), right=True)]
        choices += [Choice(Text(text, "plain")) for text in dict.fromkeys(others)]
        gaps.append(Gap(f"g{place}", tuple(choices), typed=len(choices) == 1))
    counter = iter(gaps)
    words_ = _PLACE.sub(lambda found: GAP.format(key=next(counter).key), stem.text)
    if not gaps:
        raise CannotRead(say("This text has no gap."), say("Complete the question in Moodle."))
    return Item("cloze", Text(words_, stem.format), gaps=tuple(gaps))


def _files(element: Element, number: int, files: dict[str, File], unread: list[Unread]) -> None:
    for file in element.iter("file"):
        name = safe_name(file.get("name", ""))
        try:
            data = base64.b64decode(words(file), validate=False)
        except binascii.Error:
            unread.append(
                Unread(
                    "warning",
                    number,
                    name,
                    say("This file in the question cannot be read."),
                    say("Put it into media/ by hand."),
                )
            )
            continue
        known = files.get(name)
        if known is not None and known.data != data:
            unread.append(
                Unread(
                    "warning",
                    number,
                    name,
                    say("Two different files have this name; the first was kept."),
                    say("Rename one in Moodle and export again."),
                )
            )
        files.setdefault(name, File(name, data))


_READERS: dict[str, Callable[[Element], Item]] = {
    "multichoice": _multichoice,
    "truefalse": _truefalse,
    "shortanswer": _shortanswer,
    "numerical": _numerical,
    "matching": _matching,
    "ddmatch": _matching,
    "essay": _essay,
    "description": _description,
    "ordering": _ordering,
    "cloze": _cloze,
    "multianswer": _cloze,
    "gapselect": _dragged,
    "ddwtos": _dragged,
}

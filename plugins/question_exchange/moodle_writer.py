"""Writes Moodle XML."""

import base64
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from plugins.question_exchange import moodle
from plugins.question_exchange.conversion import more_for, to_data, without_keys
from plugins.question_exchange.gift_writer import NATIVE
from plugins.question_exchange.items import Choice, File, Item, Text
from plugins.question_exchange.moodle_more import write_more
from plugins.question_exchange.outgoing import from_data

_TYPES = {
    "choice": "multichoice", "truefalse": "truefalse", "text": "shortanswer",
    "number": "numerical", "match": "matching",
}  # fmt: skip


def write(questions: Iterable[Mapping[str, Any]], files: Iterable[File] = ()) -> bytes:
    """Return a file of the questions, given in their plain form, with the files they show."""
    known = {f"../media/{file.name}": file for file in files}
    root = Element("quiz")
    for data in questions:
        root.append(_question(without_keys(data), known))
    body: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def _question(data: dict[str, Any], files: Mapping[str, File]) -> Element:
    element = _element(from_data(data), files)
    page = Element("quiz")
    page.append(element)
    (back,) = moodle.read(tostring(page, encoding="utf-8")).items
    native, _ = to_data(back)
    write_more(element, more_for(data, native))
    return element


def _element(item: Item, files: Mapping[str, File]) -> Element:
    element = Element("question", type=_TYPES.get(item.kind, "essay"))
    SubElement(SubElement(element, "name"), "text").text = _clean(item.title or item.id)
    stem = _add(element, "questiontext", item.stem)
    for address, file in files.items():
        if address in item.stem.text:
            attached = SubElement(stem, "file", name=file.name, path="/", encoding="base64")
            attached.text = base64.b64encode(file.data).decode("ascii")
    _add(element, "generalfeedback", item.feedback or Text("", "markdown"))
    SubElement(element, "defaultgrade").text = f"{item.points or Decimal(1):f}"
    SubElement(element, "idnumber").text = _clean(item.id)
    for hint in item.hints:
        _add(element, "hint", hint)
    if item.kind in NATIVE:
        _answers(element, item)
    if item.tags:
        tags = SubElement(element, "tags")
        for tag in item.tags:
            SubElement(SubElement(tags, "tag"), "text").text = _clean(tag)
    return element


def _answers(element: Element, item: Item) -> None:
    if item.kind == "choice":
        SubElement(element, "single").text = "false" if item.several else "true"
        SubElement(element, "shuffleanswers").text = "false" if item.shuffle is False else "true"
    if item.kind == "text":
        SubElement(element, "usecase").text = "1" if item.exact else "0"
    if item.kind == "truefalse":
        _truth(element, item)
    for choice in item.choices:
        _answer(element, choice)
    for pair in item.pairs:
        sub = _add(element, "subquestion", pair.left)
        SubElement(SubElement(sub, "answer"), "text").text = _clean(pair.right.text)
    if item.units and item.kind == "number":
        units = SubElement(element, "units")
        for name in item.units:
            unit = SubElement(units, "unit")
            SubElement(unit, "multiplier").text = "1"
            SubElement(unit, "unit_name").text = _clean(name)


def _truth(element: Element, item: Item) -> None:
    for value in (True, False):
        fraction = "100" if value is item.truth else "0"
        answer = SubElement(element, "answer", fraction=fraction, format="moodle_auto_format")
        SubElement(answer, "text").text = str(value).lower()
        said = item.if_right if value is item.truth else item.if_wrong
        _add(answer, "feedback", said or Text("", "markdown"))


def _answer(element: Element, choice: Choice) -> None:
    weight = choice.weight if choice.weight is not None else Decimal(100 if choice.right else 0)
    form = "moodle_auto_format" if choice.text.format == "plain" else "markdown"
    answer = SubElement(element, "answer", fraction=f"{weight:f}", format=form)
    number = choice.number
    text = choice.text.text
    if number is not None:
        low, high = number.low, number.high
        middle, by = number.value, number.tolerance
        if low is not None and high is not None:
            middle, by = (low + high) / 2, (high - low) / 2
        text = f"{middle:f}"
        SubElement(answer, "tolerance").text = f"{by or Decimal(0):f}"
    SubElement(answer, "text").text = _clean(text)
    _add(answer, "feedback", choice.feedback or Text("", "markdown"))


def _add(element: Element, tag: str, text: Text) -> Element:
    found = SubElement(element, tag, format="markdown")
    SubElement(found, "text").text = _clean(text.text)
    return found


def _clean(text: str) -> str:
    """Return the text without signs that XML cannot hold."""
    return "".join(
        sign
        for sign in text
        if sign in "\t\n\r"
        or "\x20" <= sign <= "\ud7ff"
        or "\ue000" <= sign <= "\ufffd"
        or sign >= "\U00010000"
    )

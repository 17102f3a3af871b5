"""The formats as the core asks for them."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from app.sdk import (
    Problem,
    QuestionExporter,
    QuestionImporter,
    QuestionRead,
    QuestionsRead,
    QuestionsWritten,
    Sentence,
    say,
)
from plugins.question_exchange import formats
from plugins.question_exchange.conversion import to_bank
from plugins.question_exchange.items import File, Item, Unread, Unreadable

LABELS: Mapping[str, Sentence] = {
    "gift": say("GIFT"),
    "aiken": say("Aiken"),
    "moodle-xml": say("Moodle XML"),
    "canvas": say("Canvas (QTI 1.2)"),
}
TYPES: Mapping[str, Sentence] = {
    "choice": say("Choices"),
    "truefalse": say("True or false"),
    "text": say("Short texts"),
    "number": say("Numbers"),
    "match": say("Pairs"),
    "essay": say("Essays"),
    "order": say("Orders"),
    "cloze": say("Texts with gaps"),
    "formula": say("Formulas"),
}
SUFFIXES = {"gift": ".gift", "aiken": ".txt", "moodle-xml": ".xml"}
SURE, PERHAPS = 90, 10
"""Whatever looks like no other format may be GIFT: everything in it is optional."""
LONGEST_NAME = 100


def sniff(name: str, data: bytes) -> int:
    """Return from 0 to 100 how much a file looks like the format."""
    if formats.sniff(data) != name:
        return 0
    return PERHAPS if name == "gift" else SURE


def read(name: str, data: bytes) -> QuestionsRead:
    """Return what is in a file; one that is of no use is a problem without questions."""
    try:
        reading = formats.read(data, name)
    except Unreadable as refused:
        return QuestionsRead(
            problems=(_problem(Unread("error", 1, "", refused.message, refused.remedy)),)
        )
    documents, lost = to_bank(reading.items)
    return QuestionsRead(
        tuple(
            _question(item, data) for item, data in zip(reading.questions, documents, strict=True)
        ),
        tuple(_problem(one) for one in (*reading.unread, *lost)),
        {file.name: file.data for file in reading.files},
    )


def _question(item: Item, document: Mapping[str, Any]) -> QuestionRead:
    name = str(document["prompt"])
    return QuestionRead(item.kind, TYPES[item.kind], name[:LONGEST_NAME], item.line, document)


def _problem(one: Unread) -> Problem:
    name = one.name[:LONGEST_NAME]
    return Problem(one.severity, name, max(1, one.line), 1, one.message, one.remedy)


def write(
    name: str, documents: Sequence[Mapping[str, Any]], files: Mapping[str, bytes]
) -> QuestionsWritten:
    """Return a file of the questions."""
    given = [File(file, data) for file, data in files.items()]
    written = formats.write(documents, name, given)
    return QuestionsWritten(written.data, tuple(_problem(one) for one in written.notes))


IMPORTERS = {
    name: QuestionImporter(LABELS[name], partial(sniff, name), partial(read, name))
    for name in formats.READERS
}
EXPORTERS = {
    name: QuestionExporter(LABELS[name], SUFFIXES[name], partial(write, name))
    for name in formats.WRITERS
}

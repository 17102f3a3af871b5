"""The formats, and which one a file is in."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.sdk import say
from plugins.question_exchange import aiken, canvas, gift, gift_writer, moodle, moodle_writer
from plugins.question_exchange.gift_writer import NATIVE
from plugins.question_exchange.items import File, Reading, Unread, Unreadable
from plugins.question_exchange.plaintext import check_size

READERS: Mapping[str, Callable[[bytes], Reading]] = {
    "gift": gift.read,
    "aiken": aiken.read,
    "moodle-xml": moodle.read,
    "canvas": canvas.read,
}
WRITERS = ("gift", "aiken", "moodle-xml")


@dataclass(frozen=True, slots=True)
class Written:
    """A file ready to be saved, and what it could not say of some questions."""

    data: bytes
    notes: tuple[Unread, ...] = ()


def sniff(data: bytes) -> str:
    """Return the format of a file, by what is in it; its name does not matter."""
    head = data[:20_000].lstrip()
    if head.startswith(b"PK"):
        return "canvas"
    if head.startswith((b"<", b"\xef\xbb\xbf<", b"\xff\xfe<", b"\xfe\xff\0<")):
        return "canvas" if b"questestinterop" in head else "moodle-xml"
    if b"\nANSWER:" in data and b"{" not in head:
        return "aiken"
    return "gift"


def read(data: bytes, name: str = "") -> Reading:
    """Return the preview of a file, in the format `name` or in the one that it looks like.

    Raises Unreadable for a file that cannot be used at all. Nothing is kept.
    """
    check_size(data)
    if not data.strip():
        raise Unreadable(say("This file is empty."), say("Choose another one."))
    reader = READERS.get(name or sniff(data))
    if reader is None:
        raise Unreadable(
            say("There is no format “%(name)s”.", name=name[:40]),
            say("Formats are: %(names)s.", names=", ".join(READERS)),
        )
    return reader(data)


def write(questions: Sequence[Mapping[str, Any]], name: str, files: Iterable[File] = ()) -> Written:
    """Return a file of the questions, given in their plain form."""
    if name == "gift":
        return Written(gift_writer.write(questions), tuple(_as_essays(questions)))
    if name == "moodle-xml":
        return Written(moodle_writer.write(questions, files), tuple(_as_essays(questions)))
    if name == "aiken":
        left = [data for data in questions if not aiken.fits(data)]
        return Written(aiken.write(questions), tuple(_left_out(left)))
    raise Unreadable(
        say("There is no format “%(name)s” to write.", name=name[:40]),
        say("Formats are: %(names)s.", names=", ".join(WRITERS)),
    )


def _as_essays(questions: Sequence[Mapping[str, Any]]) -> Iterable[Unread]:
    for number, data in enumerate(questions, 1):
        kind = {"one": "choice", "many": "choice"}.get(str(data["kind"]), str(data["kind"]))
        if kind not in NATIVE:
            yield Unread(
                "warning",
                number,
                str(data["id"]),
                say("Other systems will show this question as one to be marked by a person."),
                say("Only Rihla reads it back as it is."),
            )


def _left_out(questions: Sequence[Mapping[str, Any]]) -> Iterable[Unread]:
    for number, data in enumerate(questions, 1):
        yield Unread(
            "error",
            number,
            str(data["id"]),
            say("Aiken has room for single choices only; this question was left out."),
            say("Choose GIFT or Moodle XML."),
        )

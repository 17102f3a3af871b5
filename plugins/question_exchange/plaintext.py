"""Decodes text files that come from anywhere."""

from app.sdk import say
from plugins.question_exchange.items import MAX_BYTES, Unread, Unreadable

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def check_size(data: bytes) -> None:
    """Raise Unreadable for what is too large to be looked at."""
    if len(data) > MAX_BYTES:
        raise Unreadable(
            say("This file is larger than %(limit)s MB; nothing was read.",
                limit=MAX_BYTES // 1_000_000),
            say("Export fewer questions at a time."),
        )  # fmt: skip


def decode(data: bytes) -> tuple[str, list[Unread]]:
    """Return the text with plain line ends, and what is to say about it."""
    check_size(data)
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), "utf-8")
    notes = []
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
        notes.append(
            Unread(
                "warning",
                1,
                "",
                say("This file is not UTF-8; it was read as Windows text."),
                say("Look at accents and Arabic letters; save it as UTF-8 if they are wrong."),
            )
        )
    if "\0" in text:
        raise Unreadable(
            say("This is no text; nothing was read."),
            say("Choose a file in GIFT, Aiken, Moodle XML or a quiz exported by Canvas."),
        )
    return text.replace("\r\n", "\n").replace("\r", "\n"), notes

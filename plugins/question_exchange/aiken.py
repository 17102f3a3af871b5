"""Reads and writes Aiken: a question, options A. to Z., and `ANSWER: B`."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from app.sdk import say
from plugins.question_exchange.items import MAX_ITEMS, Choice, Item, Reading, Text, Unread
from plugins.question_exchange.plaintext import decode

_OPTION = re.compile(r"^\s*(?P<letter>[A-Z])[.)]\s+(?P<text>\S.*?)\s*$")
_ANSWER = re.compile(r"^\s*ANSWER:\s*(?P<letter>[A-Z])\s*$")


def read(data: bytes) -> Reading:
    """Return what a file of Aiken holds."""
    text, unread = decode(data)
    items: list[Item] = []
    stem: list[str] = []
    options: list[tuple[str, str]] = []
    start = 0
    for number, line in enumerate([*text.split("\n"), ""], 1):
        answer = _ANSWER.match(line)
        option = _OPTION.match(line) if stem else None
        if answer and len(items) < MAX_ITEMS:
            item = _item(stem, options, answer["letter"], start, unread)
            items += [item] if item else []
            stem, options = [], []
        elif option:
            options.append((option["letter"], option["text"]))
        elif line.strip():
            if options:
                unread.append(_without_answer(start, stem))
                stem, options = [], []
            start = start if stem else number
            stem.append(line.strip())
    if stem:
        unread.append(_without_answer(start, stem))
    return Reading("aiken", tuple(items), tuple(unread))


def _item(
    stem: list[str], options: list[tuple[str, str]], letter: str, line: int, unread: list[Unread]
) -> Item | None:
    letters = [name for name, _ in options]
    if not stem or len(options) < 2 or letter not in letters or len(set(letters)) < len(letters):
        unread.append(
            Unread(
                "error",
                line,
                " ".join(stem)[:60],
                say("“ANSWER: %(letter)s” does not fit the options above it.", letter=letter),
                say("Write options A. B. C. on lines of their own, each letter once."),
            )
        )
        return None
    choices = tuple(Choice(Text(text, "plain"), name == letter) for name, text in options)
    return Item("choice", Text(" ".join(stem), "plain"), line, choices=choices)


def _without_answer(line: int, stem: list[str]) -> Unread:
    return Unread(
        "error",
        line,
        " ".join(stem)[:60],
        say("This question has no line “ANSWER: A”."),
        say("Add it below the options."),
    )


def write(questions: Iterable[Mapping[str, Any]]) -> bytes:
    """Return the single choices of the questions; Aiken has room for nothing else."""
    return "\n".join(_written(data) for data in questions if fits(data)).encode("utf-8")


def fits(data: Mapping[str, Any]) -> bool:
    """Tell whether Aiken can say this question: one right option of at most 26."""
    options = data.get("options", ())
    right = sum(bool(option.get("right")) for option in options)
    return data["kind"] == "one" and right == 1 and 2 <= len(options) <= 26


def _written(data: Mapping[str, Any]) -> str:
    words = f"{data['prompt']} {data.get('body', '')}"
    lines = [" ".join(words.split())]
    answer = ""
    for number, option in enumerate(data["options"]):
        letter = chr(ord("A") + number)
        lines.append(f"{letter}. {' '.join(option['text'].split())}")
        answer = letter if option.get("right") else answer
    return "\n".join([*lines, f"ANSWER: {answer}", ""])

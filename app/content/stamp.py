"""Writes into translations which paragraphs of the source they were made from."""

import re
from collections.abc import Collection, Mapping

from app.content.paragraphs import paragraphs
from app.content.reader import MAX_SOURCE, is_bank_path, is_lesson_path, read_course

_FRONT = re.compile(r"\A(\ufeff?---\r?\n)(.*?\r?\n)(---[ \t]*(?:\r?\n|\Z))", re.DOTALL)
_LINE = re.compile(r"^translates:.*\r?\n(?:[ \t]+\S.*\r?\n)*", re.MULTILINE)


def stamp(files: Mapping[str, bytes], only: Collection[str] | None = None) -> dict[str, bytes]:
    """Return the files with `translates` brought up to date in translations (or in `only` those).

    Stamp what has really been translated again: the check is quiet about it afterwards.
    """
    course, _ = read_course(files)
    stamped = dict(files)
    if course is None:
        return stamped
    for path in files:
        found = is_lesson_path(path) or is_bank_path(path)
        if (
            not found
            or found["language"] == course.source
            or (only is not None and path not in only)
        ):
            continue
        original = path.removesuffix(f".{found['language']}.md") + f".{course.source}.md"
        if original in files:
            stamped[path] = _stamped(files[path], files[original])
    return stamped


def _stamped(translation: bytes, original: bytes) -> bytes:
    if len(original) > MAX_SOURCE or len(translation) > MAX_SOURCE:
        return translation
    try:
        text, source = translation.decode("utf-8"), original.decode("utf-8")
    except UnicodeDecodeError:
        return translation
    front = _FRONT.match(text)
    if front is None:
        return translation
    digests = " ".join(part.digest for part in paragraphs(source))
    end = "\r\n" if front[1].endswith("\r\n") else "\n"
    kept = _LINE.sub("", front[2])
    return (f'{front[1]}{kept}translates: "{digests}"{end}{front[3]}{text[front.end() :]}').encode()

"""What may be handed in, how a file is read, and how a project stands. Plain values."""

import codecs
import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from app.content.rules import ProjectRules
from app.kernel.i18n import Sentence, say

BLOCK = "project"
"""What scores of projects have for the id of a block."""
SIGNATURES = 2
MOST_VERSIONS = 30
MOST_NAME, MOST_LINK, MOST_NOTE, MOST_COMMENT = 100, 500, 2_000, 2_000
LINES = 400
"""Lines of a file on one page."""
MOST_LINE = 1_000
"""Signs of a line that are shown; the rest is in the file."""
TEXTS = frozenset(("py", "ipynb", "md", "txt", "csv", "json", "sql", "html", "css", "js", "svg"))
"""Kinds of files that are read in the browser, as text and as nothing else."""
_SAME = {"jpeg": "jpg", "htm": "html", "markdown": "md"}
_STARTS: Mapping[str, tuple[bytes, ...]] = {
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "webp": (b"RIFF",),
    **dict.fromkeys(("zip", "docx", "xlsx", "pptx", "odt", "ods"), (b"PK\x03\x04", b"PK\x05\x06")),
}
_NEVER = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
"""What no text holds."""
_HOST = re.compile(r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")


def clean_name(name: str) -> str:
    """Return the name of a file without path, without signs that hide or turn it, not too long."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(
        sign for sign in last if unicodedata.category(sign)[0] not in "CZ" or sign == " "
    )
    plain = re.sub(r'[<>:"|?*]', "-", " ".join(kept.split())).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    if not dot:
        return plain[:MOST_NAME] or "file"
    ending = ending.lower()[:10]
    return f"{stem[:MOST_NAME].strip(' .') or 'file'}.{_SAME.get(ending, ending)}"


def kind_of(name: str) -> str:
    """Return what a clean name says a file is."""
    return name.rpartition(".")[2]


def distinct(names: Sequence[str]) -> list[str]:
    """Return names of which no two are the same: taxi.py, then taxi (2).py."""
    found: list[str] = []
    for name in names:
        stem, _, ending = name.rpartition(".")
        number, free = 1, name
        while free in found:
            number += 1
            free = f"{stem} ({number}).{ending}"
        found.append(free)
    return found


def refuse_file(name: str, content: bytes, kinds: Sequence[str]) -> Sentence | None:
    """Return why a file is not taken, or None. Nothing is unpacked."""
    kind = kind_of(name)
    if kind not in kinds:
        return say(
            "“%(name)s” is not of a kind that is taken here: %(kinds)s.", name=name, kinds=[*kinds]
        )
    if not content:
        return say("“%(name)s” is empty.", name=name)
    starts = _STARTS.get(kind)
    is_what_it_says = (
        read_text(content) is not None if starts is None else content.startswith(starts)
    )
    if kind in ("ipynb", "json"):
        is_what_it_says = is_what_it_says and content.lstrip()[:1] in (b"{", b"[", b"\xef")
    if not is_what_it_says:
        return say("“%(name)s” is not what its name says.", name=name)
    return None


def read_text(content: bytes) -> str | None:
    """Return a file as text, whatever it was saved with; None for what is no text."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            found = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if _NEVER.search(found) else found
    return None


@dataclass(frozen=True, slots=True)
class Lines:
    """A part of a text: its lines with their numbers, and how many lines there are in all."""

    shown: tuple[tuple[int, str], ...]
    first: int
    count: int

    @property
    def before(self) -> int | None:
        """Return the first line of the part before, or None."""
        return max(1, self.first - LINES) if self.first > 1 else None

    @property
    def after(self) -> int | None:
        """Return the first line of the part after, or None."""
        return self.first + LINES if self.first + LINES <= self.count else None


def lines_of(text: str, first: int) -> Lines:
    """Return the part of a text in which a line stands; lines that are too long are cut."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
    first = (min(max(first, 1), len(lines)) - 1) // LINES * LINES + 1
    part = lines[first - 1 : first - 1 + LINES]
    shown = tuple((at, _cut(line)) for at, line in enumerate(part, first))
    return Lines(shown, first, len(lines))


def _cut(line: str) -> str:
    return line if len(line) <= MOST_LINE else line[:MOST_LINE] + "…"


def refuse_link(link: str) -> Sentence | None:
    """Return why a link is not taken, or None. Nothing is fetched."""
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
        good = parts.scheme == "https" and parts.username is None and (parts.port or 443) > 0
    except ValueError:
        good, host = False, ""
    if not good or not _HOST.match(host) or re.search(r"[\s\x00-\x1f\x7f]", link):
        return say("Write a whole address that begins with https://, without a password in it.")
    return None


def digest_of(files: Iterable[tuple[str, str]], link: str, note: str) -> str:
    """Return one hash over names and hashes of files, the link and the note."""
    text = json.dumps([[list(one) for one in files], link, note], ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file of a version."""

    id: int
    name: str
    kind: str
    size: int
    sha256: str
    blob_id: int
    comments: int = 0

    @property
    def is_text(self) -> bool:
        """Tell whether it can be read in the browser."""
        return self.kind in TEXTS


@dataclass(frozen=True, slots=True)
class VersionRow:
    """What was handed in at once."""

    id: int
    number: int
    link: str
    note: str
    digest: str
    is_late: bool
    received_at: datetime
    files: tuple[FileRow, ...] = ()

    @property
    def count(self) -> int:
        """Return how many files it holds."""
        return len(self.files)

    @property
    def size(self) -> int:
        """Return the bytes of its files."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True, slots=True)
class RequestRow:
    """That a version is to be handed in again."""

    number: int
    text: str
    until: datetime
    asked_by: int | None
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class MarkRow:
    """What somebody gave, and who signed it, if a jury marks."""

    id: int
    number: int
    version_id: int
    newest: int
    marker_id: int | None
    lines: tuple[tuple[str, int, int], ...]
    points: int
    most: int
    comment: str
    is_jury: bool
    marked_at: datetime
    signed: tuple[tuple[int, datetime], ...] = ()

    @property
    def counts(self) -> bool:
        """Tell whether it is a mark yet: a jury's needs two signatures."""
        return not self.is_jury or len(self.signed) >= SIGNATURES


@dataclass(frozen=True, slots=True)
class Work:
    """One learner's project; versions, requests and marks in the order in which they came."""

    id: int = 0
    person_id: int = 0
    versions: tuple[VersionRow, ...] = ()
    requests: tuple[RequestRow, ...] = ()
    marks: tuple[MarkRow, ...] = ()

    @property
    def newest(self) -> VersionRow | None:
        """Return what was handed in last."""
        return self.versions[-1] if self.versions else None

    @property
    def mark(self) -> MarkRow | None:
        """Return the last mark, whether it counts yet or not."""
        return self.marks[-1] if self.marks else None

    @property
    def counted(self) -> MarkRow | None:
        """Return the mark that stands."""
        return next((mark for mark in reversed(self.marks) if mark.counts), None)

    @property
    def asked(self) -> RequestRow | None:
        """Return the request that waits for a newer version."""
        last = self.requests[-1] if self.requests else None
        if last is None or self.newest is None or last.number != self.newest.number:
            return None
        return last if self.mark is None or self.mark.marked_at < last.asked_at else None

    @property
    def state(self) -> str:
        """Return nothing, asked, signing (the jury's mark lacks signatures), marked or waiting."""
        if self.newest is None:
            return "nothing"
        if self.asked:
            return "asked"
        if self.mark and self.mark.newest >= self.newest.number:
            return "marked" if self.mark.counts else "signing"
        return "waiting"

    @property
    def is_open(self) -> bool:
        """Tell whether something can be handed in."""
        return self.state in ("nothing", "asked", "waiting")

    def version(self, number: int) -> VersionRow | None:
        """Return a version by its number, or None."""
        return next((one for one in self.versions if one.number == number), None)

    def is_opened(self, version: VersionRow, *, released: bool) -> bool:
        """Tell whether the learner reads what was said of a version."""
        asked = any(one.number == version.number for one in self.requests)
        return asked or (released and self.counted is not None)


ORDER = ("waiting", "signing", "asked", "nothing", "marked")
"""In which order works stand in a list: what waits for the staff first."""


def words_of(rules: ProjectRules, said: Mapping[str, str]) -> list[tuple[str, str, int]]:
    """Return each criterion with what it means and its points in hundredths."""
    return [(key, said.get(key) or key, points * 100) for key, points in rules.rubric]

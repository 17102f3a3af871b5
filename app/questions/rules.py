"""Questions on their way into a course and out of it, without a database and without HTTP."""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from app.content import blocks
from app.content.files import LIMITS, refuse_name
from app.content.hooks import BlockType
from app.content.reader import MAX_SOURCE
from app.content.rules import BlockNode, Problem, error
from app.kernel.errors import Invalid
from app.kernel.i18n import Sentence, say

BLOCK = "quiz"
MOST_BYTES = 20_000_000
MOST_NAMED = 20
PART_BYTES = MAX_SOURCE - 4_000
PART_QUESTIONS = 200
_MEDIA = re.compile(r"\.\./media/([^)\s\"'<>]+)")


@dataclass(frozen=True)
class QuestionRead:
    """One question out of a file: its kind, what the kind is called, how the question begins.

    `document` is its plain form, which the activity of its block writes as Markdown. A file is
    shown as `../media/NAME`.
    """

    type: str
    label: Sentence
    name: str
    line: int
    document: Mapping[str, Any]


@dataclass(frozen=True)
class QuestionsRead:
    """What an importer found in a file. `path` of a problem is the name of its question.

    An error is a question that was left out, or, with no question at all, a file that is of no use.
    `files` are pictures and such by their names.
    """

    questions: tuple[QuestionRead, ...] = ()
    problems: tuple[Problem, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class QuestionsWritten:
    """A file of questions, and what it could not say of some of them."""

    data: bytes
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Ready:
    """A question that a course can take, as Markdown inside a block."""

    read: QuestionRead
    id: str
    markdown: str


@dataclass(frozen=True, slots=True)
class Group:
    """The questions of one kind: how many, and how the first ones begin."""

    label: Sentence
    count: int
    names: tuple[str, ...]

    @property
    def more(self) -> int:
        """Return how many are not named."""
        return self.count - len(self.names)


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file holds for a course, before anything of it is kept."""

    format: str
    ready: tuple[Ready, ...]
    problems: tuple[Problem, ...]
    files: Mapping[str, bytes]

    @property
    def groups(self) -> tuple[Group, ...]:
        """Return the questions by kind, the most frequent kinds first."""
        found: dict[str, list[QuestionRead]] = {}
        for one in self.ready:
            found.setdefault(one.read.type, []).append(one.read)
        groups = [
            Group(some[0].label, len(some), tuple(one.name for one in some[:MOST_NAMED]))
            for some in found.values()
        ]
        return tuple(sorted(groups, key=lambda group: -group.count))

    @property
    def left_out(self) -> tuple[Problem, ...]:
        """Return what could not be read."""
        return tuple(problem for problem in self.problems if problem.is_error)

    @property
    def remarks(self) -> tuple[Problem, ...]:
        """Return what was read, but not as it stands in the file."""
        return tuple(problem for problem in self.problems if not problem.is_error)


def media_in(documents: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the names of the files of `media/` that questions show."""
    return {name for document in documents for text in _texts(document) for name in shown_in(text)}


def shown_in(text: str) -> set[str]:
    """Return the names of the files of `media/` in a text."""
    return set(_MEDIA.findall(text))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, Sequence):
        for part in value:
            yield from _texts(part)


def preview(
    format_name: str,
    read: QuestionsRead,
    write: Callable[[str, Sequence[Mapping[str, Any]]], str],
    block: BlockType,
    *,
    taken: Iterable[str] = (),
    known: Mapping[str, str] | None = None,
) -> Preview:
    """Return what a course can take of a file: each question is written and checked by itself.

    `taken` are ids of questions that the course has in its bank; `known` are its files of `media/`
    with their SHA-256. Files of questions that are left out are left out too.
    """
    files, renamed = _take_files(read.files, known or {})
    present = {*files.values(), *(known or {})}
    ids = set(taken)
    ready: list[Ready] = []
    problems = list(read.problems)
    for one in read.questions:
        id_ = _free_id(str(one.document.get("id", "")), ids)
        markdown = _MEDIA.sub(
            lambda found: "../media/" + renamed.get(found[1], found[1]),
            _inside(write("x", [{**one.document, "id": id_}])),
        )
        fault = _missing(one, markdown, present) or _fault(one, markdown, block)
        if fault:
            problems.append(fault)
            continue
        ids.add(id_)
        ready.append(Ready(one, id_, markdown))
    used = {name for one in ready for name in shown_in(one.markdown)}
    kept = {name: read.files[old] for old, name in files.items() if name in used}
    return Preview(format_name, tuple(ready), tuple(problems), kept)


def _free_id(wanted: str, taken: set[str]) -> str:
    base = wanted if blocks.ID.match(wanted) and wanted not in blocks.RESERVED_IDS else "question"
    id_, number = base, 1
    while id_ in taken:
        number += 1
        id_ = f"{base[:56]}-{number}"
    return id_


def _inside(block: str) -> str:
    """Return what stands between the fences."""
    return "\n".join(block.strip("\n").split("\n")[1:-1]).strip("\n")


def _take_files(
    files: Mapping[str, bytes], known: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the names in the course of the files that it can take, and which names changed."""
    found, renamed = {}, {}
    for name, data in files.items():
        try:
            refuse_name(f"media/{name}")
        except Invalid:
            continue
        if not data or len(data) > LIMITS.file_bytes:
            continue
        digest = hashlib.sha256(data).hexdigest()
        free = name
        if known.get(name, digest) != digest:
            path = PurePosixPath(name)
            free = f"{path.stem[:60]}-{digest[:8]}{path.suffix}"
            renamed[name] = free
        found[name] = free
    return found, renamed


def _missing(one: QuestionRead, markdown: str, present: set[str]) -> Problem | None:
    lost = sorted(shown_in(markdown) - present)
    if not lost:
        return None
    return error(
        one.name,
        max(1, one.line),
        1,
        say(
            "It shows the file %(name)s, which is not there or which no course takes.", name=lost[0]
        ),
        say("Write it by hand, or export it with its files."),
    )


def _fault(one: QuestionRead, markdown: str, block: BlockType) -> Problem | None:
    """Return what a course would say against a question; what is only a remark does not count."""
    found = blocks.nodes(f"````{BLOCK} {{#x}}\n{markdown}\n````".split("\n"))
    node = found[0] if len(found) == 1 else BlockNode(BLOCK, "x", {}, "", 1)
    errors = [problem for problem in block.validate(node) if problem.is_error]
    if not errors and len(found) == 1:
        return None
    return error(
        one.name,
        max(1, one.line),
        1,
        errors[0].message if errors else say("Its text cannot stand in a lesson."),
        errors[0].remedy if errors else say("Write it by hand."),
    )


def cut(ready: Sequence[Ready]) -> list[list[Ready]]:
    """Cut questions into parts that one file may hold."""
    parts: list[list[Ready]] = []
    weight = 0
    for one in ready:
        size = len(one.markdown.encode("utf-8")) + 2
        if not parts or weight + size > PART_BYTES or len(parts[-1]) >= PART_QUESTIONS:
            parts.append([])
            weight = 0
        parts[-1].append(one)
        weight += size
    return parts


@dataclass(frozen=True, slots=True)
class Target:
    """Where questions go: the bank, or lessons of a module (its folder)."""

    slug: str
    title: str
    language: str
    module: str = ""


def compose(
    shown: Preview, target: Target, files: Mapping[str, Any], ids: Iterable[str]
) -> dict[str, bytes]:
    """Return the new files of a course by path. `files` and `ids` are those that it has.

    Raises Invalid where there is no room left.
    """
    parts = cut(shown.ready)
    names = set(files)
    taken = set(ids)
    made: dict[str, bytes] = {f"media/{name}": data for name, data in shown.files.items()}
    for number, part in enumerate(parts, 1):
        title = f"{target.title} {number}" if len(parts) > 1 else target.title
        wanted = f"{target.slug}-{number}" if len(parts) > 1 else target.slug
        if target.module:
            id_ = _free_id(wanted, taken)
            taken.add(id_)
            path = (
                f"{target.module}/{_next_number(target.module, names)}-{id_}.{target.language}.md"
            )
            made[path] = _lesson(part, id_, title).encode()
        else:
            path = _free_bank(wanted, target.language, names)
            made[path] = _block(part, "pool").encode()
        names.add(path)
    return made


def _next_number(module: str, names: Iterable[str]) -> str:
    numbers = [
        int(name[len(module) + 1 :][:2])
        for name in names
        if name.startswith(f"{module}/") and name[len(module) + 1 :][:2].isdecimal()
    ]
    if max(numbers, default=0) >= 99:
        raise Invalid(
            say("This module has no room for another lesson; nothing was kept."),
            todo=say("Choose another module, or the bank."),
        )
    return f"{max(numbers, default=0) + 1:02}"


def _free_bank(wanted: str, language: str, names: set[str]) -> str:
    base, number = wanted, 1
    while any(name.startswith(f"bank/{wanted}.") for name in names):
        number += 1
        wanted = f"{base}-{number}"
    return f"bank/{wanted}.{language}.md"


def _lesson(part: Sequence[Ready], id_: str, title: str) -> str:
    quoted = title.replace("\\", "\\\\").replace('"', '\\"')
    minutes = max(1, min(600, len(part)))
    front = f'---\nid: {id_}\ntitle: "{quoted}"\nminutes: {minutes}\n---\n\n'
    return front + _block(part, "questions")


def _block(part: Sequence[Ready], wanted: str) -> str:
    id_ = _free_id(wanted, {one.id for one in part})
    inside = "\n\n".join(one.markdown for one in part)
    return f"````{BLOCK} {{#{id_}}}\n{inside}\n````\n"


def report(name: str, read: QuestionsRead) -> dict[str, Any]:
    """Return what was read, and what was not, as plain JSON."""
    return {
        "format": name,
        "questions": len(read.questions),
        "by_type": dict(sorted(Counter(one.type for one in read.questions).items())),
        "left_out": sum(problem.is_error for problem in read.problems),
        "unread": [
            {
                "severity": problem.severity,
                "line": problem.line,
                "name": problem.path,
                "message": str(problem.message),
                "remedy": str(problem.remedy),
            }
            for problem in read.problems
        ],
        "files": [{"name": name, "bytes": len(data)} for name, data in read.files.items()],
        "items": [{"type": one.type, "line": one.line, **one.document} for one in read.questions],
    }


def renamed_uniquely(documents: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return documents whose ids differ: those of two lessons may be the same."""
    taken: set[str] = set()
    found = []
    for document in documents:
        id_ = _free_id(str(document["id"]), taken)
        taken.add(id_)
        found.append({**document, "id": id_})
    return found

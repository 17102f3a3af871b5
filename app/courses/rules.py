"""Values and pure functions: an outline, what a file is sent as, what a check found."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from app.content import rules as content
from app.content.archive import revision_hash
from app.content.checker import check_course
from app.content.context import FileRef, RenderContext
from app.content.files import PICTURES, suffix
from app.content.frontmatter import body_of
from app.content.hooks import BlockType
from app.content.media import pixels
from app.content.rules import Problem
from app.kernel.errors import Invalid
from app.kernel.i18n import say_n

SLUG = re.compile(r"^[a-z0-9][a-z0-9-]{1,62}$")
RESERVED_SLUGS = frozenset({"all", "files", "new", "search"})
SERVED = ("data/", "media/")
"""Folders whose files are sent to browsers. Lessons and `bank/` hold answers and never are."""

TEXT = "text/plain; charset=utf-8"
KINDS = {
    ".avif": "image/avif",
    ".csv": "text/csv; charset=utf-8",
    ".geojson": "application/geo+json",
    ".gif": "image/gif",
    ".ipynb": "application/x-ipynb+json",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".parquet": "application/vnd.apache.parquet",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".tsv": "text/tab-separated-values; charset=utf-8",
    ".vtt": "text/vtt; charset=utf-8",
    ".webm": "video/webm",
    ".webp": "image/webp",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SHOWN = ("image/", "audio/", "video/", "text/vtt")


class CourseRefused(Invalid):
    """A course has errors and was not kept; `problems` lists all of them, warnings too."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        count = sum(problem.is_error for problem in problems)
        super().__init__(
            say_n(
                "The course has %(n)s error. Nothing was kept, and what was published stays.",
                "The course has %(n)s errors. Nothing was kept, and what was published stays.",
                count,
            )
        )
        self.problems = problems


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file of a revision."""

    path: str
    sha256: str
    size: int
    width: int = 0
    height: int = 0
    """Pixels of a picture, 0 for anything else."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file ready to be sent."""

    entry: FileEntry
    content: bytes


@dataclass(frozen=True, slots=True)
class Checked:
    """A course as it came in, with everything that was found; nothing is kept yet."""

    files: Mapping[str, bytes] = field(repr=False)
    course: content.Course | None
    problems: tuple[Problem, ...]
    entries: tuple[FileEntry, ...]
    weights: Mapping[str, Mapping[str, int]]
    digests: Mapping[str, Mapping[str, str]]
    hash: str
    """The name of the revision that these files make."""

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Return the problems that forbid keeping it."""
        return tuple(problem for problem in self.problems if problem.is_error)


def parts_of(entries: Iterable[FileEntry], most: int = 4_000_000) -> Iterator[list[FileEntry]]:
    """Cut files into parts of at most so many bytes, or of one file."""
    part: list[FileEntry] = []
    size = 0
    for entry in entries:
        if part and size + entry.size > most:
            yield part
            part, size = [], 0
        part.append(entry)
        size += entry.size
    if part:
        yield part


@dataclass(frozen=True, slots=True)
class RevisionRef:
    """Names a revision: its row, and the hash by which its content is cached."""

    revision_id: int
    hash: str

    @property
    def short(self) -> str:
        """Return the eight characters that stand in addresses."""
        return self.hash[:8]


@dataclass(frozen=True, slots=True)
class Published(RevisionRef):
    """A course as a certain audience sees it at a certain moment."""

    course_id: int
    key: str
    slug: str
    publication_id: int
    cohort_id: int | None
    starts_at: datetime
    published_at: datetime


@dataclass(frozen=True)
class Outline:
    """All that pages show of a revision without opening its files. Immutable, shared by threads."""

    hash: str
    course: content.Course
    weights: Mapping[str, Mapping[str, int]]
    """Bytes of HTML of each lesson in each language."""
    files: Mapping[str, FileEntry]
    """Every file of the revision by its path, also those that are never served."""
    digests: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What each lesson says in each language, front matter aside, as a short hash."""
    carried: Mapping[str, str] = field(default_factory=dict)
    """What blocks keep of the revision before, by `lesson/block`; see `BlockNode.carried`."""

    @cached_property
    def lessons(self) -> tuple[content.Lesson, ...]:
        """The lessons in the order of the course."""
        return self.course.lessons

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The place of each lesson in `lessons`, by its id."""
        return {lesson.id: place for place, lesson in enumerate(self.lessons)}

    @cached_property
    def minutes(self) -> int:
        """The length of all lessons."""
        return sum(lesson.minutes for lesson in self.lessons)

    def lesson(self, lesson_id: str) -> content.Lesson | None:
        """Return the lesson of that id, or None."""
        place = self.places.get(lesson_id)
        return None if place is None else self.lessons[place]

    def around(self, lesson_id: str) -> tuple[content.Lesson | None, content.Lesson | None]:
        """Return the lessons before and after."""
        place = self.places[lesson_id]
        before = self.lessons[place - 1] if place else None
        after = self.lessons[place + 1] if place + 1 < len(self.lessons) else None
        return before, after

    def said(self, words: Mapping[str, str], language: str) -> str:
        """Return a title or summary in the language, else in the source, else in any."""
        return (
            words.get(language) or words.get(self.course.source) or next(iter(words.values()), "")
        )

    def title(self, language: str) -> str:
        """Return the course's title."""
        return self.said(self.course.title, language)

    def summary(self, language: str) -> str:
        """Return the course's summary."""
        return self.said(self.course.summary, language)

    def lesson_text(self, lesson_id: str, language: str) -> content.LessonText:
        """Return the lesson's text in the language, or in the source. KeyError: no such lesson."""
        return self.lessons[self.places[lesson_id]].text(language, self.course.source)

    def is_reviewed(self, language: str) -> bool:
        """Tell whether the text is the author's own, or one that a native teacher has reviewed."""
        return language == self.course.source or language in self.course.reviewed

    def total_weight(self, language: str) -> int:
        """Return the bytes of HTML of all lessons, in the language or else the source's."""
        source = self.course.source
        return sum(w.get(language, w.get(source, 0)) for w in self.weights.values())

    def translated(self, language: str) -> int:
        """Return how many lessons there are in that language."""
        return sum(language in lesson.texts for lesson in self.lessons)

    def to_json(self) -> dict[str, Any]:
        """Return what is kept in the database (the files stand in the manifest)."""
        course = content.to_dict(self.course)
        return {
            "course": course,
            "weights": self.weights,
            "digests": self.digests,
            "carried": self.carried,
        }


def outline_from_json(name: str, data: Mapping[str, Any], manifest: Iterable[Any]) -> Outline:
    """Return the outline that `to_json` and the manifest were made of."""
    entries = (FileEntry(*entry) for entry in manifest)
    return Outline(
        name,
        content.course_from_dict(data["course"]),
        data["weights"],
        {entry.path: entry for entry in entries},
        data.get("digests", {}),
        data.get("carried", {}),
    )


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the links of a lesson lead: `lesson` holds `{id}`, `files` ends before the path."""

    lesson: str
    files: str


def examine(
    files: Mapping[str, bytes],
    slug: str = "",
    block_types: Mapping[str, BlockType] | None = None,
    step: Callable[[], None] = lambda: None,
) -> Checked:
    """Read and check the files of a course. Never raises for what is in them."""
    course, problems, weights = check_course(files, block_types, slug=slug, step=step)
    entries = tuple(
        FileEntry(path, hashlib.sha256(data).hexdigest(), len(data), *_pixels(path, data))
        for path, data in sorted(files.items())
    )
    ordered = tuple(sorted(problems, key=lambda found: (not found.is_error, found.order())))
    digests = _digests(course, files) if course else {}
    return Checked(files, course, ordered, entries, weights, digests, revision_hash(files))


def _digests(
    course: content.Course, files: Mapping[str, bytes]
) -> Mapping[str, Mapping[str, str]]:
    return {
        lesson.id: {
            language: hashlib.sha256(body_of(files[text.path]).encode()).hexdigest()[:16]
            for language, text in lesson.texts.items()
        }
        for lesson in course.lessons
    }


def _pixels(path: str, data: bytes) -> tuple[int, int]:
    return pixels(data) if suffix(path) in PICTURES else (0, 0)


def render_context(
    outline: Outline, path: str, language: str, addresses: Addresses
) -> RenderContext:
    """Return what the renderer asks about the rest of the course."""

    def lesson_address(lesson_id: str, fragment: str) -> str | None:
        lesson = outline.lesson(lesson_id)
        if lesson is None:
            return None
        address = addresses.lesson.replace("{id}", lesson_id)
        return f"{address}#{lesson.anchor(fragment)}" if fragment else address

    def file_address(target: str) -> FileRef | None:
        entry = outline.files.get(target) if is_served(target) else None
        return _reference(addresses, entry) if entry else None

    return RenderContext(path, lesson_address, file_address, outline.course.words(language))


def _reference(addresses: Addresses, entry: FileEntry) -> FileRef:
    return FileRef(addresses.files + entry.path, entry.size, entry.width, entry.height)


def is_served(path: str) -> bool:
    """Tell whether a browser may have the file at all."""
    return path.startswith(SERVED)


def kind_of(path: str) -> str:
    """Return the media type of a file; whatever could run in a browser is plain text."""
    return KINDS.get(suffix(path), TEXT)


def is_shown(kind: str) -> bool:
    """Tell whether a browser may show the file itself, instead of saving it."""
    return kind.startswith(SHOWN)

"""What a renderer must be told about the world: where lessons and files are, and the glossary."""

import posixpath
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file of the course as a page refers to it; pixels are 0 when they are not known."""

    url: str
    size: int
    width: int = 0
    height: int = 0


def _no_lesson(lesson_id: str, fragment: str) -> str | None:
    return None


def _no_file(path: str) -> FileRef | None:
    return None


@dataclass(frozen=True, slots=True)
class RenderContext:
    """The surroundings of one lesson. `path` is its own place in the course.

    `lesson(id, fragment)` gives the address of a lesson and `file(path)` a file of data/ or
    media/; both answer None for what does not exist. `glossary` holds (term, definition) pairs.
    """

    path: str = ""
    lesson: Callable[[str, str], str | None] = _no_lesson
    file: Callable[[str], FileRef | None] = _no_file
    glossary: tuple[tuple[str, str], ...] = ()

    def resolve(self, target: str) -> str | None:
        """Return the course path that a relative link means; None when it leaves the course."""
        return resolve(self.path, target)


def resolve(path: str, target: str) -> str | None:
    """Return the course path that `target` means in the file `path`; None outside the course."""
    target = target.split("#", 1)[0].split("?", 1)[0]
    if not target or target.startswith("/") or "\\" in target or "\0" in target:
        return None
    found = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    return None if found.startswith("..") or found == "." else found

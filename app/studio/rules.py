"""What the author's pages work out: uploaded names, states of publications, what changes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import IO, Literal

from app.content.files import (
    LIMITS,
    Limits,
    is_ignored,
    refuse_name,
    refuse_weight,
    weigh_text,
)
from app.content.rules import Problem
from app.courses.rules import Outline
from app.kernel.errors import Invalid
from app.kernel.i18n import say

MOST_PROBLEMS = 300
AT_ONCE_TEXT = 150_000
AT_ONCE_BYTES = 5_000_000
"""What is checked while its author waits, which is a second or so; more is a job."""
State = Literal["seen", "planned", "replaced", "withdrawn"]


def job_key(upload_id: int) -> str:
    """Return the key of the job that checks an upload."""
    return f"studio.check:{upload_id}"


def top_folder(names: Iterable[str]) -> str:
    """Return the one folder in which all the names stand, or nothing."""
    tops = {name.split("/", 1)[0] if "/" in name else "" for name in names}
    return tops.pop() if len(tops) == 1 else ""


def name_without_copy(filename: str) -> str:
    """Return the name of an archive without its suffix and the `(1)` that browsers add."""
    stem = PurePosixPath(filename.replace("\\", "/")).name.rsplit(".", 1)[0]
    return stem.rsplit(" (", 1)[0] if stem.endswith(")") else stem


def read_parts(parts: Sequence[tuple[str, IO[bytes]]], limits: Limits = LIMITS) -> dict[str, bytes]:
    """Return path → bytes of a folder that a browser sent, without the folder around it.

    Raises Invalid, with nothing read, for names that leave it, twice the same name, or too much.
    """
    kept = [(name, file) for name, file in parts if not is_ignored(name)]
    top = top_folder(name for name, _ in kept)
    files: dict[str, bytes] = {}
    total = 0
    for name, file in kept:
        path = name[len(top) + 1 :] if top else name
        refuse_name(path)
        if path.casefold() in {known.casefold() for known in files}:
            raise Invalid(say("The file %(name)s came twice; nothing was kept.", name=path))
        content = file.read(limits.file_bytes + 1)
        total += len(content)
        refuse_weight(path, len(content), total, len(files) + 1, limits)
        files[path] = content
    weigh_text({path: len(content) for path, content in files.items()}, limits)
    return files


@dataclass(frozen=True, slots=True)
class Faults:
    """The problems of one file: its errors, then its warnings."""

    path: str
    problems: tuple[Problem, ...]

    @property
    def has_errors(self) -> bool:
        """Tell whether one of them forbids publishing."""
        return any(problem.is_error for problem in self.problems)


def by_file(problems: Sequence[Problem]) -> list[Faults]:
    """Return the first problems grouped by file, the files with errors first."""
    groups: dict[str, list[Problem]] = {}
    for problem in sorted(problems, key=lambda p: (not p.is_error, p.order()))[:MOST_PROBLEMS]:
        groups.setdefault(problem.path, []).append(problem)
    faults = [Faults(path, tuple(found)) for path, found in groups.items()]
    return sorted(faults, key=lambda group: (not group.has_errors, group.path))


@dataclass(frozen=True, slots=True)
class Dated:
    """What decides which of several publications an audience sees."""

    id: int
    cohort_id: int | None
    starts_at: datetime
    is_withdrawn: bool


def states(publications: Sequence[Dated], now: datetime) -> dict[int, State]:
    """Return for each publication whether its audience sees it now, later, or not any more."""
    found: dict[int, State] = {}
    seen: set[int | None] = set()
    for one in sorted(publications, key=lambda p: (p.starts_at, p.id), reverse=True):
        if one.is_withdrawn:
            found[one.id] = "withdrawn"
        elif one.starts_at > now:
            found[one.id] = "planned"
        else:
            found[one.id] = "replaced" if one.cohort_id in seen else "seen"
            seen.add(one.cohort_id)
    return found


@dataclass(frozen=True, slots=True)
class Changes:
    """What learners will find different: titles of lessons, and languages."""

    added: tuple[str, ...]
    gone: tuple[str, ...]
    rewritten: tuple[str, ...]
    languages: tuple[str, ...]

    @property
    def is_nothing(self) -> bool:
        """Tell whether no lesson differs."""
        return not (self.added or self.gone or self.rewritten or self.languages)


def changes(before: Outline, after: Outline, language: str) -> Changes:
    """Compare two revisions lesson by lesson; a lesson that only moved is the same lesson."""
    old, new = _digests(before), _digests(after)

    def titles(outline: Outline, ids: Iterable[str]) -> tuple[str, ...]:
        return tuple(outline.lesson_text(id_, language).title for id_ in ids)

    return Changes(
        titles(after, [id_ for id_ in new if id_ not in old]),
        titles(before, [id_ for id_ in old if id_ not in new]),
        titles(after, [id_ for id_ in new if id_ in old and new[id_] != old[id_]]),
        tuple(name for name in after.course.languages if name not in before.course.languages),
    )


def _digests(outline: Outline) -> Mapping[str, tuple[str, ...]]:
    return {
        lesson.id: tuple(
            outline.files[text.path].sha256
            for _, text in sorted(lesson.texts.items())
            if text.path in outline.files
        )
        for lesson in outline.lessons
    }

"""How far somebody is in a course, and what comes next. Plain values, plain functions."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

PARAGRAPH = re.compile(r"^[a-z]-[A-Za-z0-9_-]{1,60}$")
STOPPED_DAYS = 7
"""After so many days without a sign, staff see somebody as stopped."""


@dataclass(frozen=True, slots=True)
class EnrollmentInfo:
    """An active enrollment."""

    id: int
    course_id: int
    center_id: int | None
    cohort_id: int | None
    enrolled_at: datetime
    seen_at: datetime | None
    completed_at: datetime | None
    last_lesson: str | None
    last_place: str | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far: lessons done of the lessons that the learner's revision has now."""

    done: int
    total: int
    needed: int
    completed_at: datetime | None = None

    @property
    def percent(self) -> int:
        """Return 0 to 100, rounded down; a completed course stays at 100."""
        if self.completed_at is not None:
            return 100
        return self.done * 100 // self.total if self.total else 0

    @property
    def is_enough(self) -> bool:
        """Tell whether the course's rule of completion is met."""
        return self.total > 0 and self.done >= self.needed


def progress_of(
    lessons: Sequence[str],
    done: Collection[str],
    share: int,
    completed_at: datetime | None = None,
) -> Progress:
    """Count what is done of a revision's lessons.

    Lessons that the revision has no more do not count, so it is never over 100; `share` is the
    percentage of the lessons that completes the course.
    """
    total = len(lessons)
    needed = -(-total * share // 100)
    return Progress(sum(lesson in done for lesson in lessons), total, needed, completed_at)


def next_lesson(
    lessons: Sequence[str], done: Collection[str], last: str | None = None
) -> str | None:
    """Return where to go on: the lesson one was in, else the first after it that is not done.

    None when everything is done or there is nothing.
    """
    if last in lessons and last not in done:
        return last
    start = lessons.index(last) + 1 if last in lessons else 0
    ahead = [*lessons[start:], *lessons[:start]]
    return next((lesson for lesson in ahead if lesson not in done), None)


def changed_texts(
    versions: Sequence[tuple[datetime, Mapping[str, Mapping[str, str]]]],
) -> dict[tuple[str, str], datetime]:
    """Return (lesson, language) → since when a text says what it says, for those that changed.

    `versions` are the dates and the hashes of texts of what was published, the newest first. A
    text of which no other wording is known is left out.
    """
    found: dict[tuple[str, str], datetime] = {}
    for lesson, texts in versions[0][1].items() if versions else ():
        for language, text in texts.items():
            since = versions[0][0]
            for begins, before in versions[1:]:
                other = before.get(lesson, {}).get(language)
                if other != text:
                    if other is not None:
                        found[lesson, language] = since
                    break
                since = begins
    return found


def has_stopped(seen_at: datetime | None, now: datetime, progress: Progress) -> bool:
    """Tell whether somebody who is not done has given no sign for a week."""
    if progress.completed_at is not None:
        return False
    return seen_at is None or (now - seen_at).days >= STOPPED_DAYS


def as_place(text: str) -> str | None:
    """Return the paragraph's id if it is one, else None."""
    return text if PARAGRAPH.fullmatch(text) else None


def carried_progress(carried: Mapping[str, object]) -> dict[str, list[str]]:
    """Read what a visitor's browser kept: done lessons by course slug; anything odd is dropped."""
    found = carried.get("done")
    if not isinstance(found, dict):
        return {}
    return {
        str(slug)[:80]: [str(lesson)[:80] for lesson in lessons[:50]]
        for slug, lessons in list(found.items())[:20]
        if isinstance(lessons, list)
    }

"""Editions: what a phone keeps of a revision. They are made of published revisions only."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.content.rules import RENDERER_VERSION, Lesson
from app.courses.queries import get_lesson, outline_of
from app.courses.rules import Addresses, Outline, RevisionRef, is_served
from app.offline.rules import file_digests, fingerprint, lesson_size, packed_size


@dataclass(frozen=True)
class KeptPage:
    """A lesson in the list of what is to be fetched.

    `digest` changes when the edition does: a phone fetches a lesson anew only then. `files` are
    the paths within the course that it shows or offers, each with its size on the wire.
    """

    lesson: Lesson
    title: str
    digest: str
    size: int
    files: dict[str, int]


def list_pages(
    ref: RevisionRef, lessons: Sequence[Lesson], language: str, addresses: Addresses
) -> list[KeptPage]:
    """Return the lessons to fetch. One statement for each that is not in memory."""
    outline = outline_of(ref)
    return [_page(ref, outline, lesson, language, addresses) for lesson in lessons]


def _page(
    ref: RevisionRef, outline: Outline, lesson: Lesson, language: str, addresses: Addresses
) -> KeptPage:
    rendered = get_lesson(ref, lesson.id, language, addresses)
    paths = {link.target for link in rendered.links if link.kind in ("file", "image")}
    paths = {path for path in paths if path in outline.files and is_served(path)}
    source = outline.course.source
    text = lesson.text(language, source)
    around = [
        other.text(language, source).title if other else "" for other in outline.around(lesson.id)
    ]
    digest = fingerprint(
        RENDERER_VERSION,
        outline.files[text.path].sha256,
        text.language,
        outline.title(language),
        around,
        outline.course.words(language),
        *file_digests(outline, paths),
    )
    sizes = {path: packed_size(outline.files[path]) for path in sorted(paths)}
    return KeptPage(lesson, text.title, digest, lesson_size(outline, lesson, language), sizes)

"""Editions: what a phone keeps of a revision. They are made of published revisions only."""

from collections.abc import Sequence
from dataclasses import dataclass

import brotli

from app.content.rules import RENDERER_VERSION, Lesson
from app.courses.queries import get_lesson, outline_of, read_blobs
from app.courses.rules import Addresses, Outline, RevisionRef, is_served
from app.kernel.recent import Recent
from app.offline.rules import file_digests, fingerprint, is_packed, lesson_size

BROTLI_QUALITY = 4
MOST_MEASURED = 2_000_000
"""Larger texts are taken to weigh what they weigh on disk."""
_packed: Recent[int] = Recent(20_000)


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
    measured = wire_sizes(outline)
    sizes = {path: measured[path] for path in sorted(paths)}
    return KeptPage(lesson, text.title, digest, lesson_size(outline, lesson, language), sizes)


def wire_sizes(outline: Outline) -> dict[str, int]:
    """Return what each file of data and media costs on the wire, by path.

    Texts are compressed once to know it; a statement reads those that are not in memory.
    """
    entries = [entry for entry in outline.files.values() if is_served(entry.path)]
    texts = {e.sha256: e for e in entries if is_packed(e) and e.size <= MOST_MEASURED}
    missing = [name for name in texts if _packed.get(name) is None]
    for name, content in zip(missing, read_blobs(missing) if missing else (), strict=True):
        _packed.put(name, len(brotli.compress(content, quality=BROTLI_QUALITY)))
    return {e.path: _packed.get(e.sha256) or e.size for e in entries}

"""What the pages of questions ask: a file that waits, the questions and files of a course."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from app.activities.hooks import ActivityType, BlockTexts
from app.content import blocks
from app.content.frontmatter import split
from app.content.hooks import BlockType
from app.content.reader import is_bank_path
from app.courses import queries as courses
from app.courses.queries import CourseRef, RevisionInfo
from app.courses.rules import Outline, RevisionRef
from app.kernel.db import db
from app.kernel.errors import NotFound, Refusal
from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.questions import rules
from app.questions.hooks import QuestionExporter, QuestionImporter
from app.questions.models import QuestionUpload
from app.questions.rules import QuestionsRead


def get_upload(course_id: int, public_id: str) -> QuestionUpload:
    """Return a file that an author sent to this course; those of other courses are NotFound."""
    found = db.session.scalars(
        select(QuestionUpload).where(
            QuestionUpload.public_id == public_id,
            QuestionUpload.course_id == course_id,
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def get_newest(course: CourseRef) -> RevisionInfo:
    """Return the revision of a course that was imported last."""
    return courses.newest_revisions([course.id])[course.id]


def list_importers(*, everywhere: bool = False) -> list[tuple[str, QuestionImporter]]:
    """Return the formats that can be read; `everywhere`, also those of plugins that are off."""
    return (
        hooks.installed(QuestionImporter)
        if everywhere
        else hooks.collect(QuestionImporter, anywhere=True)
    )


def list_exporters(*, everywhere: bool = False) -> list[tuple[str, QuestionExporter]]:
    """Return the formats that can be written, as above."""
    return (
        hooks.installed(QuestionExporter)
        if everywhere
        else hooks.collect(QuestionExporter, anywhere=True)
    )


def _choose(
    data: bytes, importers: Iterable[tuple[str, QuestionImporter]]
) -> tuple[str, QuestionImporter] | None:
    """Return the format that the file looks like most; its name does not matter."""
    scored = [(importer.sniff(data), name, importer) for name, importer in importers]
    best = max(scored, key=lambda one: one[0], default=None)
    return (best[1], best[2]) if best and best[0] > 0 else None


def read_file(
    data: bytes, importers: Sequence[tuple[str, QuestionImporter]]
) -> tuple[str, QuestionsRead]:
    """Return the format of a file and what is in it. Keeps nothing, asks no database.

    Raises Refusal for a file that no format knows.
    """
    found = _choose(data, importers)
    if found is None:
        raise Refusal(
            say("No format is known in which this file could be; nothing was read."),
            todo=say("Switch a plugin on that reads questions, as “Question exchange”."),
        )
    return found[0], found[1].read(data)


def find_writer() -> tuple[Callable[..., str], BlockType]:
    """Return what writes questions as Markdown, and what checks them."""
    kind = hooks.get(ActivityType, rules.BLOCK, anywhere=True)
    block = hooks.get(BlockType, rules.BLOCK, anywhere=True)
    if kind is None or kind.write is None or block is None:
        raise Refusal(
            say("There are no quizzes on this site, so questions have no place; nothing was kept."),
            todo=say("Switch the plugin “Quizzes” on."),
        )
    return kind.write, block


def preview_of(upload: QuestionUpload, outline: Outline) -> rules.Preview:
    """Return what a file holds for a course."""
    name, read = read_file(upload.content, list_importers())
    write, block = find_writer()
    known = {
        path.removeprefix("media/"): entry.sha256
        for path, entry in outline.files.items()
        if path.startswith("media/")
    }
    return rules.preview(name, read, write, block, taken=_bank_ids(outline), known=known)


def _bank_ids(outline: Outline) -> set[str]:
    return {
        anchor.id
        for text in _texts(outline, [path for path in outline.files if is_bank_path(path)])
        for node in blocks.nodes(text.split("\n"))
        for anchor in blocks.questions(node)
    }


def _texts(outline: Outline, paths: Sequence[str]) -> Iterator[str]:
    names = [outline.files[path].sha256 for path in paths]
    for content in courses.read_blobs(names) if names else ():
        yield content.decode("utf-8", "replace")


def read_markdown(
    text: str, kinds: Mapping[str, ActivityType]
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the id of each question of a lesson or bank file and its plain form."""
    _, body, first_line = split(text)
    for node in blocks.nodes(body.split("\n"), first_line):
        kind = kinds.get(node.name)
        for item in kind.read(BlockTexts(node)).items if kind else ():
            yield item.id, item.document


def list_questions(ref: RevisionRef) -> list[dict[str, Any]]:
    """Return all questions of a revision in the language in which it was written, lessons first."""
    outline = courses.outline_of(ref)
    source = outline.course.source
    paths = [lesson.texts[source].path for lesson in outline.lessons]
    paths += [
        p for p in sorted(outline.files) if (m := is_bank_path(p)) and m["language"] == source
    ]
    kinds = (
        {rules.BLOCK: kind} if (kind := hooks.get(ActivityType, rules.BLOCK, anywhere=True)) else {}
    )
    return rules.renamed_uniquely(
        document for text in _texts(outline, paths) for _, document in read_markdown(text, kinds)
    )


def files_of(ref: RevisionRef, documents: Sequence[Mapping[str, Any]]) -> dict[str, bytes]:
    """Return the files of `media/` that questions show, by name."""
    files = courses.outline_of(ref).files
    names = [name for name in sorted(rules.media_in(documents)) if f"media/{name}" in files]
    if not names:
        return {}
    contents = courses.read_blobs([files[f"media/{name}"].sha256 for name in names])
    return dict(zip(names, contents, strict=True))

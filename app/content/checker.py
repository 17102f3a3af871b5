"""Checks a whole course: every mistake, each with file, line, column and how to mend it."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from app.content.checker_exams import check_exams
from app.content.checker_files import check_files
from app.content.checker_text import check_page
from app.content.checker_translations import check_translation
from app.content.context import FileRef, RenderContext
from app.content.frontmatter import split
from app.content.hooks import BlockType
from app.content.hostile import hostile
from app.content.markdown import render
from app.content.media import pixels
from app.content.pages import Page
from app.content.reader import is_bank_path, read_course, set_of, text_of
from app.content.rules import Course, LessonText, Problem, error, warning
from app.kernel.i18n import say

WEIGHT = 60_000
WEIGHT_WARNING = 45_000


def check(
    files: Mapping[str, bytes], block_types: Mapping[str, BlockType] | None = None
) -> list[Problem]:
    """Return every problem of a course, in order of place; without errors it may be published."""
    return check_course(files, block_types).problems


class Findings(NamedTuple):
    """What a check leaves, so that whoever keeps the course reads and renders it only once."""

    course: Course | None
    problems: list[Problem]
    weights: Mapping[str, Mapping[str, int]]
    """Bytes of HTML by lesson id and language, of the texts that could be rendered."""


def check_course(
    files: Mapping[str, bytes],
    block_types: Mapping[str, BlockType] | None = None,
    *,
    slug: str = "",
    step: Callable[[], None] = lambda: None,
) -> Findings:
    """Check a course. `step` is called twice for each text, for whoever shows how far it is."""
    course, problems = read_course(files, slug=slug)
    problems = [*problems, *check_files(files)]
    pages: Mapping[str, Page] = {}
    if course is not None:
        pages = _pages(course, files, problems, step)
        for page in pages.values():
            problems += check_page(page, course, pages, block_types or {}, files)
            step()
        problems += _translations(course, pages, block_types or {})
        problems += check_exams(course, pages)
    return Findings(course, sorted(set_of(problems), key=Problem.order), _weights(pages))


def _weights(pages: Mapping[str, Page]) -> Mapping[str, Mapping[str, int]]:
    weights: dict[str, dict[str, int]] = {}
    for page in pages.values():
        if page.lesson:
            weights.setdefault(page.lesson, {})[page.text.language] = page.weight
    return weights


def one_line(problem: Problem) -> str:
    """Return `path:line:column: error: message — remedy`."""
    return str(problem)


def _pages(
    course: Course,
    files: Mapping[str, bytes],
    problems: list[Problem],
    step: Callable[[], None],
) -> dict[str, Page]:
    """Return every text of the course by path, rendered once for its anchors and its weight."""
    pages: dict[str, Page] = {}
    for lesson in course.lessons:
        for text in lesson.texts.values():
            page = _page(files, text, lesson.id, problems)
            step()
            if page:
                pages[text.path] = page
    for path in sorted(files):
        found = is_bank_path(path)
        if found and found["language"] in course.languages:
            text = LessonText(found["language"], path, "")
            page = _page(files, text, "", problems)
            step()
            if page:
                pages[path] = page
    return pages


def _page(
    files: Mapping[str, bytes], text: LessonText, lesson: str, problems: list[Problem]
) -> Page | None:
    source = text_of(files, text.path, [])
    if source is None:
        return None
    _, body, first_line = split(source)
    refusal = hostile(body, text.path, first_line)
    if refusal:
        problems.append(refusal)
        return None
    rendered = render(source, language=text.language, context=_context(files, text.path))
    problems += _weight(text.path, rendered.weight) if lesson else []
    return Page(
        text,
        lesson,
        source,
        body.split("\n"),
        first_line,
        frozenset(rendered.anchors),
        rendered.weight,
    )


def _context(files: Mapping[str, bytes], path: str) -> RenderContext:
    def file(name: str) -> FileRef | None:
        data = files.get(name)
        return None if data is None else FileRef(f"/{name}", len(data), *pixels(data))

    return RenderContext(path=path, file=file, lesson=lambda lesson, fragment: "/")


def _weight(path: str, weight: int) -> list[Problem]:
    if weight <= WEIGHT_WARNING:
        return []
    make = error if weight > WEIGHT else warning
    return [
        make(
            path,
            1,
            1,
            say("The page weighs %(weight)s kB.", weight=-(-weight // 1000)),
            say("Split the lesson: at most %(limit)s kB.", limit=WEIGHT // 1000),
        )
    ]


def _translations(
    course: Course, pages: Mapping[str, Page], block_types: Mapping[str, BlockType]
) -> list[Problem]:
    problems: list[Problem] = []
    for lesson in course.lessons:
        source = pages.get(lesson.texts[course.source].path)
        for language in course.languages:
            text = lesson.texts.get(language)
            if text is None:
                problems.append(_untranslated(lesson.texts[course.source].path, language))
            elif language != course.source and source and text.path in pages:
                problems += check_translation(source, pages[text.path], course, block_types)
    for path, page in pages.items():
        found = is_bank_path(path)
        if found and found["language"] != course.source:
            original = pages.get(path.replace(f".{found['language']}.md", f".{course.source}.md"))
            if original:
                problems += check_translation(original, page, course, block_types)
    return problems


def _untranslated(path: str, language: str) -> Problem:
    name = path.rsplit(".", 2)[0] + f".{language}.md"
    return warning(
        path,
        1,
        1,
        say("The lesson has no text in the language “%(language)s”.", language=language),
        say("Add %(name)s; until then learners read the source.", name=name),
    )

"""Reads the files of a course into a `Course`, with every mistake that reading can see."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from app.content.blocks import ID, nodes
from app.content.exams import read_exam
from app.content.files import BARE_NAMES, SUFFIXES, read_folder, suffix
from app.content.frontmatter import read, split
from app.content.manifest import COURSE_FILE, read_course_file, read_module_file
from app.content.projects import check_rubric, read_project, read_rubric
from app.content.rules import (
    KINDS,
    Course,
    ExamRules,
    Lesson,
    LessonText,
    Module,
    Problem,
    ProjectRules,
    error,
)
from app.content.schema import Front
from app.kernel.i18n import LANGUAGES, Sentence, say

__all__ = ["MAX_SOURCE", "is_lesson_path", "read_course", "read_folder", "text_of"]

MAX_SOURCE = 64_000
"""Bytes of one lesson, front matter included."""

_MODULE = re.compile(r"^(?P<position>\d\d)-(?P<slug>[a-z0-9][a-z0-9-]*)$")
_LESSON = re.compile(
    r"^(?P<folder>[^/]+)/(?P<position>\d\d)-(?P<slug>[a-z0-9][a-z0-9-]*)\.(?P<language>[a-z]{2,3})\.md$"
)
_BANK = re.compile(r"^bank/[a-z0-9][a-z0-9-]*\.(?P<language>[a-z]{2,3})\.md$")
_TOP = re.compile(r"^(README(\.[a-z]{2,3})?|CHANGELOG|LICENSE)(\.md|\.txt)?$")
_KEYS = (
    "id", "title", "minutes", "objectives", "kind", "preview", "exam", "project", "rubric",
    "translates",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Page:
    """One lesson file as read."""

    text: LessonText
    id: str
    line: int
    column: int
    kind: str
    minutes: int
    preview: bool
    blocks: tuple[tuple[str, str], ...]
    exam: ExamRules | None = None
    project: ProjectRules | None = None
    front: Front | None = None


@dataclass(slots=True)
class _Reading:
    """What is known while the files are read."""

    files: Mapping[str, bytes]
    problems: list[Problem] = field(default_factory=list)
    course: Course | None = None

    def error(self, path: str, message: Sentence, remedy: Sentence, line: int = 1) -> None:
        self.problems.append(error(path, line, 1, message, remedy))


def is_lesson_path(path: str) -> re.Match[str] | None:
    """Return the parts of a lesson's path (position, slug, language, folder), or None."""
    return _LESSON.match(path)


def is_bank_path(path: str) -> re.Match[str] | None:
    """Return the parts of the path of a file of questions, or None."""
    return _BANK.match(path)


def read_course(
    files: Mapping[str, bytes], *, slug: str = ""
) -> tuple[Course | None, list[Problem]]:
    """Return the course, when its course.toml can be used, and every problem, in order of place.

    A course with errors is still returned as far as it goes, so that it can be shown in a preview;
    whoever publishes looks for errors first.
    """
    reading = _Reading(files)
    reading.course = read_course_file(files, slug, reading.problems)
    languages = reading.course.languages if reading.course else LANGUAGES
    _check_names(reading)
    modules = tuple(
        _module(reading, folder, languages) for folder in sorted(_module_folders(files))
    )
    problems = sorted(set_of(reading.problems), key=Problem.order)
    if reading.course is None:
        return None, problems
    _unique(reading, modules)
    course = _with(reading.course, modules, files)
    return course, sorted(set_of(reading.problems), key=Problem.order)


def set_of(problems: list[Problem]) -> list[Problem]:
    """Return the problems without repetitions of the same sentence at the same place."""
    return list({(p.order(), str(p.message)): p for p in problems}.values())


def text_of(files: Mapping[str, bytes], path: str, problems: list[Problem]) -> str | None:
    """Return a text file, or None after keeping a problem when it is too long or not UTF-8."""
    data = files[path]
    if len(data) > MAX_SOURCE:
        problems.append(
            error(
                path,
                1,
                1,
                say("This text is larger than %(limit)s kB.", limit=MAX_SOURCE // 1000),
                say("Split it into two lessons."),
            )
        )
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as mistake:
        before = data[: mistake.start]
        problems.append(
            error(
                path,
                before.count(b"\n") + 1,
                len(before) - (before.rfind(b"\n") + 1) + 1,
                say("This file is not encoded in UTF-8."),
                say("Save it again with the encoding UTF-8."),
            )
        )
        return None


def _with(course: Course, modules: tuple[Module, ...], files: Mapping[str, bytes]) -> Course:
    extra = {
        path: len(data)
        for path, data in sorted(files.items())
        if path.startswith(("data/", "media/", "bank/"))
    }
    return replace(course, modules=modules, files=extra)


def _module_folders(files: Mapping[str, bytes]) -> set[str]:
    tops = {path.split("/", 1)[0] for path in files if "/" in path}
    return {top for top in tops if _MODULE.match(top)}


def _check_names(reading: _Reading) -> None:
    for path in sorted(reading.files):
        known = (
            path == COURSE_FILE
            or _TOP.match(path)
            or is_bank_path(path)
            or path.startswith(("data/", "media/"))
            or (_MODULE.match(path.split("/")[0]) and _in_module(path))
        )
        if not known:
            reading.error(
                path,
                say("This file has no place in a course."),
                _place_for(path),
            )
        elif suffix(path) not in SUFFIXES and path.rsplit("/", 1)[-1] not in BARE_NAMES:
            reading.error(
                path,
                say("Files of this kind are not taken."),
                say("A course takes: %(suffixes)s.", suffixes=" ".join(sorted(SUFFIXES))),
            )
        _check_language(reading, path)


def _in_module(path: str) -> bool:
    return path.count("/") == 1 and (path.endswith("/module.toml") or bool(_LESSON.match(path)))


def _place_for(path: str) -> Sentence:
    if path.endswith(".md") and "/" in path:
        return say("Name lessons like 01-variables.fr.md, in a folder like 01-first-steps.")
    near = get_close_matches(path, (COURSE_FILE, "README.md", "LICENSE"), 1, 0.7)
    if near:
        return say("Did you mean “%(near)s”?", near=near[0])
    return say("Put lessons in folders like 01-first-steps, other files in data/ or media/.")


def _check_language(reading: _Reading, path: str) -> None:
    found = is_lesson_path(path) or is_bank_path(path)
    if not found:
        return
    languages = reading.course.languages if reading.course else LANGUAGES
    if found["language"] not in languages:
        reading.error(
            path,
            say("The course is not in the language “%(language)s”.", language=found["language"]),
            say(
                "Add it to “languages” in course.toml, or rename the file; known: %(names)s.",
                names=LANGUAGES,
            ),
        )


def _module(reading: _Reading, folder: str, languages: tuple[str, ...]) -> Module:
    name = _MODULE.match(folder)
    position, slug = (int(name["position"]), name["slug"]) if name else (0, folder)
    wanted = languages if reading.course else ()
    id_, title = read_module_file(reading.files, folder, wanted, reading.problems)
    pages: dict[str, dict[str, _Page]] = {}
    for path in sorted(reading.files):
        found = is_lesson_path(path)
        if found and found["folder"] == folder and found["language"] in languages:
            page = _page(reading, path, found["language"])
            if page:
                pages.setdefault(path.split("/")[1].split(".")[0], {})[found["language"]] = page
    lessons = [_lesson(reading, id_ or slug, name, found) for name, found in pages.items()]
    if not any(is_lesson_path(path) for path in reading.files if path.startswith(f"{folder}/")):
        reading.error(
            f"{folder}/module.toml",
            say("This module has no lesson."),
            say("Add a file like 01-hello.%(language)s.md.", language=languages[0]),
        )
    return Module(id_ or slug, slug, position, title, tuple(found for found in lessons if found))


def _page(reading: _Reading, path: str, language: str) -> _Page | None:
    source = text_of(reading.files, path, reading.problems)
    if source is None:
        return None
    values, problems = read(path, source)
    reading.problems += problems
    if not values:
        return None
    front = Front(path, values, reading.problems)
    front.only(_KEYS)
    is_source = reading.course is None or language == reading.course.source
    if not is_source:
        _only_in_source(front)
    _, body, first_line = split(source)
    text = LessonText(
        language,
        path,
        front.text("title", required=True, limit=120),
        front.texts("objectives"),
        tuple(front.text("translates", limit=20_000).split()),
        read_rubric(front),
    )
    return _Page(
        text,
        front.match("id", ID, "first-steps"),
        *front.where("id"),
        front.choice("kind", KINDS, "lesson"),
        int(front.number("minutes", 1, 600, required=True)),
        front.flag("preview"),
        tuple((node.name, node.id) for node in nodes(body.split("\n"), first_line)),
        read_exam(front) if is_source else None,
        read_project(front) if is_source else None,
        front,
    )


def _only_in_source(front: Front) -> None:
    for key in ("kind", "preview", "exam", "project"):
        if key in front.data:
            front.refuse(
                key,
                say("“%(key)s” stands only in the file of the source language.", key=key),
                say("Delete it here."),
            )


def _lesson(reading: _Reading, module: str, name: str, pages: Mapping[str, _Page]) -> Lesson | None:
    source = reading.course.source if reading.course else ""
    main = pages.get(source)
    if main is None:
        path = next(iter(pages.values())).text.path
        wanted = f"{path.split('/')[0]}/{name}.{source}.md"
        if reading.course and wanted not in reading.files:
            reading.error(
                path,
                say("The file of the source language is missing for this lesson."),
                say("Add %(name)s.%(language)s.md beside it.", name=name, language=source),
            )
        return None
    for page in pages.values():
        _same_identity(reading, main, page)
        if page.front:
            check_rubric(page.front, main.project, is_source=page is main)
    position, slug = name.split("-", 1)
    texts = {language: page.text for language, page in pages.items()}
    return Lesson(
        main.id or slug, slug, module, int(position), main.kind, main.minutes, main.preview,
        texts, main.blocks, main.exam, main.project,
    )  # fmt: skip


def _same_identity(reading: _Reading, main: _Page, page: _Page) -> None:
    if page.id and main.id and page.id != main.id:
        reading.problems.append(
            error(
                page.text.path,
                page.line,
                page.column,
                say("The source has another id, “%(id)s”.", id=main.id),
                say("Write id: %(main)s, the same in every language.", main=main.id),
            )
        )
    if page.minutes and main.minutes and page.minutes != main.minutes:
        reading.error(
            page.text.path,
            say("“minutes” differs from the source, which says %(n)s.", n=main.minutes),
            say("Write minutes: %(n)s.", n=main.minutes),
            page.line,
        )


def _unique(reading: _Reading, modules: tuple[Module, ...]) -> None:
    source = reading.course.source if reading.course else ""
    seen: dict[str, str] = {}
    for module in modules:
        for lesson in module.lessons:
            path = lesson.texts[source].path
            if lesson.id in seen:
                reading.error(
                    path,
                    say("The lesson id “%(id)s” is used twice.", id=lesson.id),
                    say("Change it here: %(path)s has it too.", path=seen[lesson.id]),
                    2,
                )
            seen.setdefault(lesson.id, path)
    ids = [module.id for module in modules]
    for module in modules:
        if ids.count(module.id) > 1:
            reading.error(
                f"{module.position:02d}-{module.slug}/module.toml",
                say("The module id “%(id)s” is used twice.", id=module.id),
                say("Give each module its own id."),
            )

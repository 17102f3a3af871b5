"""Checks of what a text points to: lessons, files, anchors, pictures and their text."""

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from app.content.context import resolve
from app.content.files import PICTURES, suffix
from app.content.pages import Page, Target
from app.content.rules import Course, Lesson, Problem, anchor_of
from app.kernel.i18n import say

_SCHEME = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*):")
_NOTE = re.compile(r"\[\^([^\]\s]+)\](:?)")


def check_links(
    page: Page, course: Course, pages: Mapping[str, Page], files: Mapping[str, bytes]
) -> Iterator[Problem]:
    """Yield every link that leads nowhere and every picture that says nothing."""
    for target in page.targets:
        if target.image:
            yield from _image(page, target, files)
        elif target.target.startswith("lesson:"):
            yield from _lesson(page, target, course, pages)
        elif target.target.startswith("#"):
            yield from _anchor(page, target, page, target.target[1:])
        else:
            yield from _other(page, target, files)
    yield from _notes(page)


def _image(page: Page, target: Target, files: Mapping[str, bytes]) -> Iterator[Problem]:
    if not target.text.strip():
        yield page.error(
            target.line,
            target.column,
            say("This picture has no alternative text."),
            say("Say between the brackets what somebody who cannot see it must know."),
        )
    path = None if _SCHEME.match(target.target) else resolve(page.path, target.target)
    if path is None:
        yield page.error(
            target.line,
            target.column,
            say("Pictures come from the course itself."),
            say("Put the file in media/ and write ../media/name.svg."),
        )
    elif suffix(path) not in PICTURES:
        yield page.error(
            target.line,
            target.column,
            say("“%(path)s” is not a picture.", path=path),
            say("Use SVG, PNG, JPEG, WebP or GIF; link to other files without the “!”."),
        )
    else:
        yield from _file(page, target, path, files)


def _file(page: Page, target: Target, path: str, files: Mapping[str, bytes]) -> Iterator[Problem]:
    if path in files and path.startswith(("data/", "media/")):
        return
    near = get_close_matches(path, [name for name in files if name[:5] in ("data/", "media")], 1)
    remedy = (
        say("Did you mean “%(near)s”?", near=near[0])
        if near
        else say("Put the file in data/ or media/, or correct the path.")
    )
    message = say("The file “%(path)s” is not in the course.", path=path)
    yield page.error(target.line, target.column, message, remedy)


def _lesson(
    page: Page, target: Target, course: Course, pages: Mapping[str, Page]
) -> Iterator[Problem]:
    id_, _, fragment = target.target[7:].partition("#")
    lesson = course.lesson(id_)
    if lesson is None:
        near = get_close_matches(id_, [lesson.id for lesson in course.lessons], 1)
        remedy = (
            say("Did you mean “lesson:%(near)s”?", near=near[0])
            if near
            else say("Write the id that stands in the front matter of the lesson.")
        )
        message = say("There is no lesson “%(id)s”.", id=id_)
        yield page.error(target.line, target.column, message, remedy)
    elif fragment:
        other = _text_of(lesson, page.text.language, course.source, pages)
        if other:
            yield from _anchor(page, target, other, fragment)


def _text_of(lesson: Lesson, language: str, source: str, pages: Mapping[str, Page]) -> Page | None:
    return pages.get(lesson.text(language, source).path)


def _anchor(page: Page, target: Target, other: Page, fragment: str) -> Iterator[Problem]:
    inside = {node.id for node in other.nodes} | {anchor.id for anchor in other.questions}
    if fragment in inside or anchor_of(fragment, inside) in other.anchors:
        return
    names = [name[2:] for name in other.anchors if name.startswith("h-")] + sorted(inside)
    near = get_close_matches(fragment, names, 1, 0.4)
    remedy = (
        say("Did you mean “#%(near)s”?", near=near[0])
        if near
        else say("Give the heading an id: ## Title {#some-id}.")
    )
    message = say("Nothing has the id “%(id)s” there.", id=fragment)
    yield page.error(target.line, target.column, message, remedy)


def _other(page: Page, target: Target, files: Mapping[str, bytes]) -> Iterator[Problem]:
    scheme = _SCHEME.match(target.target)
    if scheme and scheme[1].lower() in ("http", "https", "mailto"):
        return
    path = None if scheme else resolve(page.path, target.target)
    if path is None:
        yield page.error(
            target.line,
            target.column,
            say("The link “%(target)s” leads nowhere.", target=target.target[:60]),
            say("Use https://…, lesson:id, #id or a file of data/ or media/."),
        )
    elif path.endswith(".md"):
        yield page.error(
            target.line,
            target.column,
            say("Links to lessons use their id, not their file."),
            say("Write lesson:id, with the id of its front matter."),
        )
    else:
        yield from _file(page, target, path, files)


def _notes(page: Page) -> Iterator[Problem]:
    found = list(_NOTE.finditer(page.prose))
    defined = {note[1] for note in found if note[2]}
    for note in found:
        if not note[2] and note[1] not in defined:
            yield page.error(
                *page.place(note.start()),
                say("The footnote “%(name)s” is not written.", name=note[1]),
                say("Add a line [^%(name)s]: with its text.", name=note[1]),
            )

"""A project below its lesson, one work before its marker, and files: to read or to download."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import flask
from flask import Response, url_for

from app.accounts.queries import names_of
from app.courses.hooks import BlockContext
from app.courses.queries import outline_of
from app.courses.rules import RevisionRef
from app.kernel.actors import Actor
from app.kernel.i18n import say
from app.kernel.pieces import Piece
from app.marking.rules import LEVELS, level_of, level_points
from app.projects import queries
from app.projects.marking import Given
from app.projects.models import ProjectComment
from app.projects.queries import Project
from app.projects.rules import (
    FileRow,
    Lines,
    VersionRow,
    Work,
    lines_of,
    read_text,
    words_of,
)
from app.projects.standing import Standing, get_standing

POLICY = "default-src 'none'; sandbox"


def find_panel(context: BlockContext) -> Piece | None:
    """Return what is asked for, the rubric and how it stands, below the lesson of a project."""
    outline = outline_of(RevisionRef(context.revision_id, context.revision))
    lesson = outline.lesson(context.lesson_id)
    if lesson is None or lesson.project is None:
        return None
    project = Project(context.course_id, context.course_slug, lesson, lesson.project, outline)
    standing, url = Standing(), ""
    if context.enrollment_id and not context.is_preview:
        standing = get_standing(context.actor.id, context.cohort_id, project)
        url = url_for("projects.own", slug=context.course_slug, lesson_id=lesson.id)
    values: dict[str, Any] = {"rules": lesson.project, "standing": standing, "url": url}
    values["term"], values["content_language"] = standing.term, context.language
    values["criteria"] = words_of(lesson.project, project.said(context.language))
    return Piece(say("What you hand in"), "projects/_panel.html", values)


@dataclass(frozen=True)
class Reading:
    """A file as it is read in the browser; without `lines` it can only be downloaded."""

    version: VersionRow
    file: FileRow
    lines: Lines | None
    comments: dict[int, list[ProjectComment]]


def read_file(work: Work, file_id: int, first: int, *, with_comments: bool) -> Reading:
    """Return a file of a work with what was written about its lines. Raises NotFound."""
    version, file = queries.find_file(work, file_id)
    text = read_text(queries.read_blob(file)) if file.is_text else None
    comments = queries.list_comments(file) if with_comments else {}
    return Reading(version, file, None if text is None else lines_of(text, first), comments)


def send_file(work: Work, file_id: int) -> Response:
    """Answer with the bytes of a file as something to keep, never to show or to run."""
    _, file = queries.find_file(work, file_id)
    content = BytesIO(queries.read_blob(file))
    response = flask.send_file(
        content, "application/octet-stream", as_attachment=True, download_name=file.name
    )
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response


def level_marks(most: int) -> list[int]:
    """Return what each level of a criterion is worth, in hundredths."""
    return [level_points(level, most) for level in range(1, LEVELS + 1)]


def show_work(work: Work, actor: Actor, language: str, given: Given | None) -> dict[str, Any]:
    """Return what the page of a marker shows of a work; what was just given stays chosen."""
    standing = work.mark
    chosen: dict[str, Any] = {}
    if standing:
        chosen = {key: level_of(points, most) for key, points, most in standing.lines}
    people = [mark.marker_id for mark in work.marks if mark.marker_id]
    people += [person for mark in work.marks for person, _ in mark.signed]
    return {
        "work": work,
        "standing": standing,
        "names": names_of(people, language) if people else {},
        "levels": given.levels if given else chosen,
        "points": level_marks,
        "comment": given.comment if given else standing.comment if standing else "",
        "comments": queries.list_used_comments(actor),
    }

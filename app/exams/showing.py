"""The panel below an exam in its course, and what the paper shows of a question."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import g, url_for

from app.activities.hooks import ActivityType
from app.activities.rules import ItemState
from app.activities.showing import Shown
from app.content.rules import Lesson
from app.courses.hooks import BlockContext
from app.courses.queries import outline_of
from app.courses.rules import Outline, RevisionRef
from app.exams.bank import Question, bank_of
from app.exams.queries import MarkRow, Paper, Received
from app.exams.rules import FLAGGED, elsewhere, fields_of, is_answered
from app.kernel.errors import Conflict
from app.kernel.hooks import hooks
from app.kernel.i18n import DIRECTIONS, say
from app.kernel.pieces import Piece


def find_panel(context: BlockContext) -> Piece | None:
    """Return the way to an exam, below its lesson."""
    lesson = outline_of(RevisionRef(context.revision_id, context.revision)).lesson(
        context.lesson_id
    )
    if lesson is None or lesson.exam is None:
        return None
    url = ""
    if context.enrollment_id and not context.is_preview:
        url = url_for("exams.door", slug=context.course_slug, lesson_id=lesson.id)
    values = {"rules": lesson.exam, "minutes": lesson.minutes, "url": url}
    return Piece(say("The exam"), "exams/_panel.html", values)


def page_words(outline: Outline, lesson: Lesson) -> dict[str, Any]:
    """Return how a page calls an exam and its course, and the language of its questions."""
    course = outline.course
    language = g.lang if g.lang in course.languages else course.source
    return {
        "title": lesson.text(language, course.source).title,
        "course_title": outline.title(language),
        "language": language,
        "direction": DIRECTIONS[language],
    }


@dataclass(frozen=True)
class Place:
    """One question in the list of a paper."""

    number: int
    item: str
    is_answered: bool
    is_flagged: bool


def places(paper: Paper, counted: Mapping[str, Received]) -> list[Place]:
    """Return the questions of a paper with what became of them so far."""
    return [
        Place(
            number,
            item,
            item in counted and is_answered(counted[item].value),
            (mark := counted.get(FLAGGED + item)) is not None and is_answered(mark.value),
        )
        for number, item in enumerate(paper.items, 1)
    ]


def show_question(paper: Paper, item: str, language: str, received: Received | None) -> Shown:
    """Return a question as it is asked, with what was answered; nothing tells what is right."""
    question, type_, show = _question(paper, item)
    state = None
    if received is not None:
        value = type_.take(question.item.document, fields_of(received.value))
        state = None if value is None else ItemState(value, 0, 0, 0, "", {}, 1, 0)
    return show(question.texts, item, paper.seed, language, state, False)


def show_elsewhere(
    paper: Paper, item: str, received: Sequence[Received], counted: Received | None
) -> list[tuple[str, datetime]]:
    """Return what was answered from other sign-ins, in words, where it is not what counts."""
    found = elsewhere(received, item, counted)
    if not found:
        return []
    question, type_, _ = _question(paper, item)
    asked = question.item.document

    def words(value: Any) -> str:
        return type_.say_answer(asked, value) if type_.say_answer and value is not None else ""

    return [(words(type_.take(asked, fields_of(one.value))), one.received_at) for one in found]


def explain_question(
    paper: Paper, row: MarkRow, language: str, today: RevisionRef | None = None
) -> Shown:
    """Return a marked question with all that may be said of it.

    As it reads `today`, if that is still the same question to this answer: a key that was wrong is
    nobody's explanation.
    """
    question, type_, show = _question(paper, row.item)
    newer = bank_of(today).get(row.item) if today else None
    if newer and newer.kind == question.kind and type_.remark:
        asked = (question.item.document, newer.item.document)
        if type_.remark(*asked, paper.seed, row.value, 0) is not None:
            question = newer
    state = ItemState(row.value, 0, row.points, row.most, row.state, row.details, 1, row.points)
    return show(question.texts, row.item, paper.seed, language, state, True)


def _question(paper: Paper, item: str) -> tuple[Question, ActivityType, Callable[..., Shown]]:
    question = bank_of(paper.ref).get(item)
    type_ = hooks.get(ActivityType, question.kind) if question else None
    if question is None or type_ is None or type_.show is None:
        raise Conflict(
            say("The questions are switched off at the moment. What you answered is kept."),
            todo=say("Try again later."),
        )
    return question, type_, type_.show

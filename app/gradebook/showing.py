"""Marks on the cover of a course, and as files that a spreadsheet opens."""

import io
from dataclasses import dataclass
from decimal import Decimal

from flask import render_template, url_for

from app.accounts.queries import display_name
from app.activities.queries import ScoreRow, list_scores
from app.activities.rules import Place
from app.gradebook.queries import Book, find_withheld
from app.gradebook.rules import PRACTICE, kind_of
from app.kernel.i18n import say, translate
from app.learning.queries import Study
from app.web.access import load_actor

Cell = str | Decimal | None


@dataclass(frozen=True)
class Line:
    """What one earned in an activity of a lesson, in hundredths of a point."""

    title: str
    url: str
    points: int
    most: int


def show_points(study: Study, language: str) -> str:
    """Return the part of a course's cover that says what its learner earned; "" for nothing.

    Marks of exams and projects stay hidden until they are released.
    """
    if study.enrollment is None:
        return ""
    person_id = load_actor().id
    rows = list_scores(study.seen.course_id, [person_id])
    if any(kind_of(row.block_id) != PRACTICE for row in rows):
        is_withheld = find_withheld(person_id)
        at = study.seen.course_id
        rows = [row for row in rows if not is_withheld(Place(at, row.lesson_id, row.block_id))]
    if not rows:
        return ""
    order = {lesson: place for place, lesson in enumerate(study.lessons)}
    known = sorted(rows, key=lambda row: order.get(row.lesson_id, -1))
    return render_template(
        "gradebook/_marks.html",
        rows=[_line(study, row, language) for row in known if row.lesson_id in order],
        points=sum(row.points for row in known),
        most=sum(row.most for row in known),
        waiting=sum(row.waiting for row in known),
        url=url_for("gradebook.own", slug=study.seen.slug),
        language=language,
    )


def _line(study: Study, row: ScoreRow, language: str) -> Line:
    lesson, source = study.outline.lesson(row.lesson_id), study.outline.course.source
    title = lesson.text(language, source).title if lesson else row.lesson_id
    url = url_for(
        "learning.lesson",
        slug=study.seen.slug,
        lesson_id=row.lesson_id,
        _anchor=f"b-{row.block_id}",
    )
    return Line(title, url, row.points, row.most)


def as_rows(book: Book) -> list[list[Cell]]:
    """Return a gradebook as rows: names, the total in percent, each activity with its most."""
    head: list[Cell] = [translate(say("Name")), translate(say("Total in percent"))]
    found: list[list[Cell]] = [head + [title for _, title in book.columns]]
    for row in book.rows:
        cells: list[Cell] = [display_name(row.member), row.total.percent]
        marks = [row.entries.get(key) for key, _ in book.columns]
        found.append([*cells, *(entry.standing if entry else None for entry in marks)])
    return found


def as_workbook(book: Book) -> bytes:
    """Return the same as XLSX. Texts are written as texts: nothing in a name is a formula."""
    import xlsxwriter  # only where it is asked for: every process would hold it otherwise

    out = io.BytesIO()
    with xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as workbook:
        sheet = workbook.add_worksheet()
        for at, row in enumerate(as_rows(book)):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(at, column, cell)
                elif cell is not None:
                    sheet.write_number(at, column, float(cell))
    return out.getvalue()

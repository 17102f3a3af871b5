"""Checks that the bank holds what the exams of a course draw from it."""

from collections.abc import Iterator, Mapping

from app.content.blocks import Anchor
from app.content.frontmatter import Fields, read
from app.content.pages import Page
from app.content.rules import Course, ExamRules, Problem
from app.kernel.i18n import say


def check_exams(course: Course, pages: Mapping[str, Page]) -> Iterator[Problem]:
    """Yield questions of the bank with the same id, and draws for which it is too small."""
    bank = [
        page
        for path, page in sorted(pages.items())
        if not page.lesson and page.text.language == course.source
    ]
    yield from _twins(bank)
    questions = [question for page in bank for question in page.questions]
    for lesson in course.lessons:
        page = pages.get(lesson.texts[course.source].path)
        if lesson.exam and page:
            yield from _draws(page, lesson.exam, questions)


def _twins(bank: list[Page]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for page in bank:
        for question in page.questions:
            other = seen.setdefault(question.id, page.path)
            if question.id and other != page.path:
                yield page.error(
                    question.line,
                    question.column,
                    say("The id “%(id)s” is used twice in the bank.", id=question.id),
                    say("Change it here: %(path)s has it too.", path=other),
                )


def _draws(page: Page, rules: ExamRules, questions: list[Anchor]) -> Iterator[Problem]:
    """What is drawn first may take what a later tag needs too: there must be enough for both."""
    line, column = _place(page)
    for number, (tag, many) in enumerate(rules.draw):
        fit = {one.id for one in questions if not tag or tag in one.tags}
        taken = sum(
            min(before, sum(not other or other in one.tags for one in questions if one.id in fit))
            for other, before in rules.draw[:number]
        )
        if len(fit) >= many + taken:
            continue
        message = say(
            "The exam draws %(many)s questions of “%(tag)s”, and the bank has %(n)s.",
            many=many + taken,
            tag=tag,
            n=len(fit),
        )
        if not tag:
            message = say(
                "The exam draws %(many)s questions, and the bank has %(n)s.",
                many=many,
                n=len(fit),
            )
        yield page.error(
            line, column, message, say("Add questions to files in bank/, or draw fewer.")
        )


def _place(page: Page) -> tuple[int, int]:
    fields = read(page.path, page.source)[0]["exam"].data
    return fields.where("draw") if isinstance(fields, Fields) else (1, 1)

"""Reads what the front matter of an exam says: what is drawn, how often, when, what counts."""

from typing import Any

from app.content.blocks import ID
from app.content.frontmatter import Bare, Fields
from app.content.rules import ExamRules
from app.content.schema import Front, Section
from app.kernel.i18n import say

MOST_QUESTIONS = 200
MOST_ATTEMPTS = 20
WEEK = 7 * 24 * 60
KEEP = ("best", "last", "mean")
SOLUTION = ("last", "marked", "never")
_KEYS = (
    "draw", "attempts", "keep", "cool_down", "shuffle", "pass", "offline_minutes", "solution",
)  # fmt: skip


def read_exam(front: Front) -> ExamRules | None:
    """Return the rules of an exam; None for other lessons. Problems go to those of `front`."""
    is_exam = front.data.get("kind") == "exam"
    if not is_exam:
        if "exam" in front.data:
            front.refuse(
                "exam",
                say("“exam” belongs to lessons that are exams."),
                say("Add kind: exam, or delete it."),
            )
        return None
    if not front.has("exam", required=True):
        return None
    if front.data.get("preview") == "true":
        front.refuse("preview", say("An exam is never open to visitors."), say("Delete preview."))
    section = front.below("exam")
    return _rules(section) if section else None


def _rules(section: Section) -> ExamRules:
    section.only(_KEYS)
    return ExamRules(
        draw=_draw(section),
        attempts=int(section.number("attempts", 1, MOST_ATTEMPTS, default=1)),
        keep=section.choice("keep", KEEP, "best"),
        cool_down=int(section.number("cool_down", 0, WEEK)),
        shuffle="shuffle" not in section.data or section.flag("shuffle"),
        pass_mark=int(section.number("pass", 0, 100)),
        offline_minutes=int(section.number("offline_minutes", 0, WEEK)),
        solution=section.choice("solution", SOLUTION, "last"),
    )


def _draw(section: Section) -> tuple[tuple[str, int], ...]:
    if not section.has("draw", required=True):
        return ()
    found = section.data["draw"]
    wanted = list(found.items()) if isinstance(found, Fields) else [("", found)]
    drawn = [(tag, _count(value)) for tag, value in wanted]
    fits = all(many for _, many in drawn) and sum(many for _, many in drawn) <= MOST_QUESTIONS
    named = isinstance(found, Fields) and all(ID.match(tag) for tag, _ in drawn)
    if not drawn or not fits or not (named or not isinstance(found, Fields)):
        section.refuse(
            "draw",
            say("What is drawn from the bank cannot be read."),
            say(
                "Write draw: 10, or a line for each tag, as loops: 4; at most %(limit)s in all.",
                limit=MOST_QUESTIONS,
            ),
        )
        return ()
    return tuple(drawn)


def _count(value: Any) -> int:
    meaning = value.meaning if isinstance(value, Bare) else 0
    return meaning if isinstance(meaning, int) and not isinstance(meaning, bool) else 0

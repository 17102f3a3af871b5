"""What was answered to the questions of a course, and what it tells together.

Of each learner the first answer to a question counts, with its newest mark: later ones were given
after the verdict on the first. However many answers there are, a page is the same few statements,
and of many learners it reads a part.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Float, case, cast, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.accounts.queries import name_column
from app.activities.hooks import ActivityType
from app.activities.models import AnswerEvent, Attempt, ItemVersion, Mark
from app.activities.queries import is_newest
from app.activities.rules import ASIDE, WAITING, Choice
from app.centers.models import Center, Cohort
from app.centers.policies import visible_cohorts
from app.courses.policies import can_edit
from app.courses.queries import CourseRef, find_course, newest_revisions, outlines_of, resolve_many
from app.courses.rules import Outline
from app.exams.rules import PAPER
from app.itemanalysis.rules import FEWEST_TOGETHER, Analysis, Choices, Response, Spot, analyze_all
from app.kernel import clock
from app.kernel.actors import Actor
from app.kernel.db import db
from app.kernel.errors import NotFound
from app.kernel.hooks import hooks

MOST_LEARNERS = 1_000
"""Of more learners, those count who began last: more would tell the same, and cost more."""
MOST_COHORTS = 100
MOST_TYPED = 200
"""Longer answers are no choices: they are counted together."""
NO_CHOICE = "null"
LONGEST = 2 * 3600
"""Whoever took longer, in seconds, did something else."""


@dataclass(frozen=True)
class CohortChoice:
    """A cohort that answered something in a course."""

    id: int
    public_id: str
    name: str


@dataclass(frozen=True)
class Scope:
    """Whose answers somebody looks at. Who may not `see_names` sees nothing of fewer than five."""

    course: CourseRef
    outline: Outline
    cohorts: Sequence[CohortChoice]
    cohort: CohortChoice | None
    may_edit: bool
    sees_names: bool
    answers: ColumnElement[bool]


@dataclass(frozen=True)
class Row:
    """A question, in words, with what is known of it; `seconds` is None where nobody knows."""

    spot: Spot
    lesson: str
    words: str
    wording: int
    """How many wordings of it were answered before this one; 0 for the only one."""
    found: Analysis
    seconds: float | None


@dataclass(frozen=True)
class Page:
    """Everything about the questions of a course, those with a doubtful key first."""

    learners: int
    rows: Sequence[Row] = ()
    hidden: int = 0
    """Questions that too few answered for who may not know them."""


def get_scope(actor: Actor, slug: str, cohort: str) -> Scope:
    """Return whose answers the actor sees of a course: of one cohort, or of all that they may.

    Authors see what all learners of their course answered. Raises NotFound.
    """
    course = find_course(slug)
    if course is None:
        raise NotFound
    may_edit = can_edit(actor, course.id)
    cohorts = _list_cohorts(actor, course.id)
    chosen = next((one for one in cohorts if one.public_id == cohort), None)
    if cohort and chosen is None:
        raise NotFound
    answers, sees_names = Attempt.course_id == course.id, True
    if chosen is not None:
        answers &= Attempt.cohort_id == chosen.id
    elif may_edit or actor.can("activities.view", course=course.id):
        sees_names = actor.can("cohorts.view")
    else:
        visible = select(Cohort.id).where(visible_cohorts(actor, "activities.view"))
        centers = actor.scopes("activities.view", "center") or frozenset()
        answers &= or_(Attempt.cohort_id.in_(visible), Attempt.center_id.in_(centers))
        if not db.session.scalar(select(exists().where(answers))):
            raise NotFound
    outline = _find_outline(course.id, chosen.id if chosen else None, may_edit)
    return Scope(course, outline, cohorts, chosen, may_edit, sees_names, answers)


def _list_cohorts(actor: Actor, course_id: int) -> list[CohortChoice]:
    answered = select(Attempt.cohort_id).where(Attempt.course_id == course_id)
    rows = db.session.execute(
        select(Cohort.id, Cohort.public_id, Cohort.name, name_column(Center))
        .join(Center, Center.id == Cohort.center_id)
        .where(visible_cohorts(actor, "activities.view"), Cohort.id.in_(answered))
        .order_by(Cohort.ends_on.desc(), Cohort.name)
        .limit(MOST_COHORTS)
    )
    return [CohortChoice(row[0], row[1], f"{row[3]} · {row[2]}") for row in rows]


def _find_outline(course_id: int, cohort_id: int | None, may_edit: bool) -> Outline:
    """Return what the course is called: as it is seen, for its authors as it is written."""
    refs: Mapping[int, Any] = resolve_many({course_id: cohort_id}, now=clock.now())
    if may_edit:
        refs = newest_revisions([course_id])
    if not refs:
        raise NotFound
    ref = refs[course_id]
    return outlines_of([ref])[ref.revision_id]


def get_page(scope: Scope, language: str) -> Page:
    """Return what is known of every question that was answered."""
    learners = db.session.scalar(
        select(func.count(Attempt.person_id.distinct())).where(scope.answers)
    )
    responses = list_responses(scope.answers)
    texts = _texts({one.spot.version_id for one in responses})
    found = analyze_all(responses, lambda spot: texts[spot.version_id].choices())
    least = 1 if scope.sees_names else FEWEST_TOGETHER
    shown = {spot: one for spot, one in found.items() if one.answers >= least}
    rows = _rows(shown, texts, scope.outline, list_seconds(scope.answers), language)
    return Page(learners or 0, rows, len(found) - len(shown))


def _rows(
    found: Mapping[Spot, Analysis],
    texts: Mapping[int, "_Text"],
    outline: Outline,
    seconds: Mapping[Spot, float],
    language: str,
) -> list[Row]:
    places = {lesson.id: at for at, lesson in enumerate(outline.lessons)}
    titles = {one.id: one.text(language, outline.course.source).title for one in outline.lessons}
    wordings: dict[tuple[str, str, str], int] = defaultdict(int)
    rows = []
    for spot in sorted(found, key=lambda one: one.version_id):
        key = (spot.lesson_id, spot.block_id, spot.item)
        lesson = titles.get(spot.lesson_id, spot.lesson_id)
        words = texts[spot.version_id].title or spot.item
        rows.append(Row(spot, lesson, words, wordings[key], found[spot], seconds.get(spot)))
        wordings[key] += 1
    return sorted(rows, key=lambda row: _order(row, places))


def _order(row: Row, places: Mapping[str, int]) -> tuple[Any, ...]:
    """Doubtful keys first, then what separates worst, then what little is known of."""
    value = row.found.discrimination
    return (
        row.found.likely is None,
        value is None,
        value or 0.0,
        places.get(row.spot.lesson_id, len(places)),
        row.spot.block_id,
        row.spot.item,
    )


def list_responses(answers: ColumnElement[bool]) -> list[Response]:
    """Return the first answer of each learner to each question, with its newest mark."""
    newest = (
        select(Attempt.person_id)
        .where(answers)
        .group_by(Attempt.person_id)
        .order_by(func.max(Attempt.began_at).desc(), Attempt.person_id)
        .limit(MOST_LEARNERS)
    )
    is_short = func.length(AnswerEvent.value) <= MOST_TYPED
    rows = db.session.execute(
        select(
            Attempt.person_id,
            Attempt.lesson_id,
            Attempt.block_id,
            AnswerEvent.item,
            Mark.version_id,
            Mark.points,
            Mark.most,
            case((is_short, AnswerEvent.value), else_=NO_CHOICE),
        )
        .join(AnswerEvent, AnswerEvent.attempt_id == Attempt.id)
        .join(Mark, _is_of(Mark, AnswerEvent))
        .where(
            answers,
            Attempt.person_id.in_(newest),
            Mark.most > 0,
            Mark.state.not_in((WAITING, "unreadable")),
            is_newest(),
        )
        .order_by(Attempt.number, AnswerEvent.received_at, AnswerEvent.writer, AnswerEvent.seq)
    )
    found: dict[tuple[Any, ...], Response] = {}
    spots: dict[tuple[Any, ...], Spot] = {}
    for person, *place, points, most, value in rows:
        key = (person, *place[:3])
        if key not in found:
            spot = spots.setdefault(tuple(place), Spot(*place))
            found[key] = Response(person, spot, points / most, value)
    return list(found.values())


def _is_of(mark: Any, event: Any) -> ColumnElement[bool]:
    same: ColumnElement[bool] = (
        (mark.attempt_id == event.attempt_id)
        & (mark.writer == event.writer)
        & (mark.seq == event.seq)
    )
    return same


def list_seconds(answers: ColumnElement[bool]) -> dict[Spot, float]:
    """Return the median time until a question was first answered, where it is known.

    That is in exams only: from one save to the next of the same page, by the clock of the learner's
    device, which may be wrong but runs evenly. When a question of a lesson is seen, nobody notes.
    """
    event, paper = aliased(AnswerEvent), aliased(AnswerEvent)
    before = func.lag(event.claimed_at).over(
        partition_by=(event.attempt_id, event.writer), order_by=event.seq
    )
    turn = func.row_number().over(
        partition_by=(event.attempt_id, event.item), order_by=(event.received_at, event.seq)
    )
    saved = (
        select(
            event.attempt_id,
            event.item,
            (cast(event.claimed_at - before, Float) / 1000).label("seconds"),
            turn.label("turn"),
        )
        .join(Attempt, Attempt.id == event.attempt_id)
        .where(answers, event.writer != PAPER, ~event.item.startswith(ASIDE))
        .subquery()
    )
    key = (Attempt.lesson_id, Attempt.block_id, paper.item, Mark.version_id)
    ranked = (
        select(
            *key,
            saved.c.seconds,
            func.row_number().over(partition_by=key, order_by=saved.c.seconds).label("rank"),
            func.count().over(partition_by=key).label("size"),
        )
        .join(paper, (paper.attempt_id == saved.c.attempt_id) & (paper.item == saved.c.item))
        .join(Attempt, Attempt.id == paper.attempt_id)
        .join(Mark, _is_of(Mark, paper))
        .where(
            paper.writer == PAPER,
            is_newest(),
            saved.c.turn == 1,
            saved.c.seconds.between(0, LONGEST),
        )
        .subquery()
    )
    own = ranked.c
    spot = (own.lesson_id, own.block_id, own.item, own.version_id)
    rows = db.session.execute(
        select(*spot, func.avg(own.seconds))
        .where(own.size >= FEWEST_TOGETHER, (2 * own.rank).between(own.size, own.size + 2))
        .group_by(*spot)
    )
    return {Spot(*row[:4]): row[4] for row in rows}


@dataclass(frozen=True)
class _Text:
    kind: ActivityType | None
    document: Mapping[str, Any]

    @property
    def title(self) -> str:
        if self.kind is None or self.kind.compare is None:
            return ""
        return self.kind.compare(self.document, None).title

    def choices(self) -> tuple[Sequence[Choice], Choices]:
        """Return what is offered, and how to read what an answer chose."""
        find = self.kind.choices if self.kind else None
        if find is None:
            return (), lambda _value: ()

        @cache
        def chosen(value: str) -> Sequence[Choice]:
            given = json.loads(value)
            return () if given is None else find(self.document, given)

        return find(self.document, None), chosen


def _texts(versions: Collection[int]) -> dict[int, _Text]:
    rows = db.session.execute(
        select(ItemVersion.id, ItemVersion.kind, ItemVersion.document).where(
            ItemVersion.id.in_(versions)
        )
    )
    return {
        id_: _Text(hooks.get(ActivityType, kind, anywhere=True), document)
        for id_, kind, document in rows
    }

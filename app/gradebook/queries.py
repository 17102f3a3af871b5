"""What marks add up to, for a cohort and for one learner. A page costs the same for many."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, or_, select, tuple_

from app.accounts.models import Person
from app.accounts.queries import name_column
from app.activities.models import Attempt, Score
from app.activities.queries import ScoreRow, list_scores
from app.activities.rules import Place
from app.centers.models import Cohort, CohortMember
from app.centers.queries import PersonRow, list_members
from app.courses.models import Course
from app.courses.queries import find_course, outlines_of, resolve_many
from app.courses.rules import Outline
from app.exams.rules import BLOCK as EXAM
from app.gradebook import rules
from app.gradebook.hooks import MarkersOf
from app.gradebook.models import Contest, GradebookPlan, MarkOverride
from app.gradebook.rules import Category, Entry, Override, Total
from app.kernel import clock
from app.kernel.db import db
from app.kernel.errors import NotFound
from app.kernel.hooks import hooks
from app.kernel.i18n import translate
from app.learning.models import Enrollment
from app.learning.queries import Study
from app.marking.models import HandMark

MOST_CONTESTS = 200
Key = tuple[str, str]
"""Where an activity stands: its lesson and its block."""


@dataclass(frozen=True)
class CourseChoice:
    """A course in which members of a cohort answered something."""

    id: int
    slug: str
    title: str


@dataclass(frozen=True)
class Plan:
    """How marks add up, and from when learners see the total; None is at once."""

    categories: tuple[Category, ...]
    release_at: datetime | None = None
    contest_days: int = rules.CONTEST_DAYS

    def is_released(self, now: datetime) -> bool:
        """Tell whether learners see their total."""
        return self.release_at is None or self.release_at <= now


@dataclass(frozen=True)
class Row:
    """One member: their marks by activity, and what they add up to."""

    member: PersonRow
    entries: Mapping[Key, Entry]
    total: Total
    waiting: int


@dataclass(frozen=True)
class Book:
    """The gradebook of a cohort in a course; `columns` are the activities with their titles."""

    courses: Sequence[CourseChoice]
    course: CourseChoice | None
    plan: Plan
    columns: Sequence[tuple[Key, str]] = ()
    rows: Sequence[Row] = ()


def get_book(cohort: Cohort, slug: str, language: str, *, now: datetime) -> Book:
    """Return the gradebook of a cohort for the course at `slug`, or for the first one."""
    members = list_members(cohort.id)
    people = [member.id for member in members]
    wanted = find_course(slug) if slug else None
    ids = {*_courses_of(people), *([wanted.id] if wanted else ())}
    seen = resolve_many(dict.fromkeys(ids, cohort.id), now=now)
    outlines = outlines_of(seen.values())
    courses = sorted(
        (
            CourseChoice(number, one.slug, outlines[one.revision_id].title(language))
            for number, one in seen.items()
        ),
        key=lambda course: course.title,
    )
    chosen = next((one for one in courses if one.slug == slug), courses[0] if courses else None)
    if chosen is None:
        return Book((), None, _plan(None))
    plan = find_plan(cohort.id, chosen.id)
    scores = list_scores(chosen.id, people)
    columns = _columns(outlines[seen[chosen.id].revision_id], scores, language)
    found = _entries(chosen.id, people, scores, dict(columns))
    waiting: dict[int, int] = defaultdict(int)
    for score in scores:
        waiting[score.person_id] += score.waiting
    rows = [_row(member, found[member.id], plan, waiting[member.id]) for member in members]
    return Book(courses, chosen, plan, columns, rows)


def get_row(book: Book, public_id: str) -> Row:
    """Return one member's row. Raises NotFound."""
    for row in book.rows:
        if row.member.public_id == public_id:
            return row
    raise NotFound


@dataclass(frozen=True)
class Own:
    """What a learner sees: their marks in the order of lessons, and what they add up to.

    `contests` and `until`, up to when a mark may be contested, are by the key of the mark. Until
    `hidden_until` they see neither total nor what is no practice; None is nothing hidden.
    """

    plan: Plan
    entries: Sequence[Entry]
    total: Total
    contests: Mapping[str, Contest]
    until: Mapping[str, datetime]
    hidden_until: datetime | None = None


def get_own(study: Study, person_id: int, language: str) -> Own:
    """Return a learner's own marks in a course. Where nobody could decide, none is contested."""
    course_id, own = study.seen.course_id, study.enrollment
    scores = list_scores(course_id, [person_id])
    titles = dict(_columns(study.outline, scores, language))
    found = _entries(course_id, [person_id], scores, titles)[person_id]
    plan = find_plan(own.cohort_id if own else None, course_id)
    ordered = [found[key] for key in titles if key in found]
    contests = {contest_key(one): one for one in list_contests(course_id, [person_id])}
    until = {
        found[score.lesson_id, score.block_id].key: rules.contest_until(
            plan.release_at, score.scored_at, plan.contest_days
        )
        for score in scores
        if own and own.cohort_id and plan.contest_days and _is_marked(score, found)
    }
    hidden_until = list_unreleased(person_id).get(course_id)
    total = rules.total(plan.categories, ordered)
    return Own(plan, ordered, total, contests, until, hidden_until)


def _is_marked(score: ScoreRow, found: Mapping[Key, Entry]) -> bool:
    return found[score.lesson_id, score.block_id].counts


def contest_key(contest: Contest) -> str:
    """Return the key of the mark that is contested."""
    return f"{contest.lesson_id}/{contest.block_id}"


def list_contests(course_id: int, people: Collection[int]) -> list[Contest]:
    """Return the marks of a course that these learners contested."""
    return list(
        db.session.scalars(
            select(Contest)
            .where(Contest.course_id == course_id, Contest.person_id.in_(people))
            .order_by(Contest.made_at)
        )
    )


@dataclass(frozen=True)
class OpenContest:
    """A contested mark that waits for a second reader: whose, in which course, since when."""

    person: str
    name: str
    slug: str
    made_at: datetime


def list_open_contests(cohort_id: int, actor_id: int) -> list[OpenContest]:
    """Return what members of a cohort contest, the oldest first; nothing of the actor's own."""
    rows = db.session.execute(
        select(Person.public_id, name_column(Person), Course.slug, Contest.made_at)
        .join(Contest, Contest.person_id == Person.id)
        .join(Course, Course.id == Contest.course_id)
        .where(
            Contest.state == "open",
            Person.id != actor_id,
            Person.id.in_(
                select(CohortMember.person_id).where(
                    CohortMember.cohort_id == cohort_id, CohortMember.left_at.is_(None)
                )
            ),
        )
        .order_by(Contest.made_at, Contest.id)
        .limit(MOST_CONTESTS)
    )
    return [OpenContest(*row) for row in rows]


def list_markers(person_id: int, place: Place) -> frozenset[int]:
    """Return who marked an activity of a learner by hand, or set or confirmed its mark."""
    by_hand = (
        select(HandMark.marker_id)
        .join(Attempt, Attempt.id == HandMark.attempt_id)
        .where(
            Attempt.person_id == person_id,
            Attempt.course_id == place.course_id,
            Attempt.lesson_id == place.lesson_id,
            Attempt.block_id == place.block_id,
        )
    )
    is_here = (
        MarkOverride.person_id == person_id,
        MarkOverride.course_id == place.course_id,
        MarkOverride.lesson_id == place.lesson_id,
        MarkOverride.block_id == place.block_id,
    )
    set_by = select(MarkOverride.actor_id).where(*is_here)
    confirmed_by = select(MarkOverride.second_id).where(*is_here)
    found = set(db.session.scalars(by_hand.union(set_by, confirmed_by)))
    for _, others in hooks.collect(MarkersOf):
        found.update(others.find(person_id, place))
    return frozenset(one for one in found if one)


def get_title(course_id: int, cohort_id: int, *, now: datetime) -> str:
    """Return what a course is called where it was written first; its address where it is gone."""
    seen = resolve_many({course_id: cohort_id}, now=now).get(course_id)
    if seen is None:
        return db.session.scalars(select(Course.slug).where(Course.id == course_id)).one()
    outline = outlines_of([seen])[seen.revision_id]
    return outline.title(outline.course.source)


def _courses_of(people: Sequence[int]) -> list[int]:
    return list(
        db.session.scalars(select(Score.course_id).where(Score.person_id.in_(people)).distinct())
    )


def find_plan(cohort_id: int | None, course_id: int) -> Plan:
    """Return how marks add up in a cohort; the usual way where nobody said."""
    return _plan(db.session.get(GradebookPlan, (cohort_id, course_id)) if cohort_id else None)


def find_release(person_id: int, course_id: int, cohort_id: int | None) -> datetime | None:
    """Return from when somebody sees their exams; None: at once, or nobody said. One statement.

    Of the cohort in which an exam was begun and the one in which they are by now, the later one.
    """
    present = select(Enrollment.cohort_id).where(
        Enrollment.person_id == person_id,
        Enrollment.course_id == course_id,
        Enrollment.left_at.is_(None),
    )
    return db.session.scalar(
        select(func.max(GradebookPlan.release_at)).where(
            GradebookPlan.course_id == course_id,
            or_(GradebookPlan.cohort_id == cohort_id, GradebookPlan.cohort_id.in_(present)),
        )
    )


def list_unreleased(person_id: int) -> dict[int, datetime]:
    """Return from when somebody sees exams, projects and totals, by course; those that they see
    are left out. One statement.

    As for `find_release`, the later one counts of where they are and where they sat an exam.
    """
    present = select(Enrollment.cohort_id, Enrollment.course_id).where(
        Enrollment.person_id == person_id, Enrollment.left_at.is_(None)
    )
    sat = select(Attempt.cohort_id, Attempt.course_id).where(
        Attempt.person_id == person_id, Attempt.block_id == EXAM
    )
    rows = db.session.execute(
        select(GradebookPlan.course_id, func.max(GradebookPlan.release_at))
        .where(
            tuple_(GradebookPlan.cohort_id, GradebookPlan.course_id).in_(present.union(sat)),
            GradebookPlan.release_at > clock.sql_now(),
        )
        .group_by(GradebookPlan.course_id)
    )
    return {course_id: at for course_id, at in rows if at}


def find_withheld(person_id: int) -> Callable[[Place], bool]:
    """Return what tells whether somebody may not see their mark at a place yet. One statement."""
    unreleased = list_unreleased(person_id)
    return lambda at: at.course_id in unreleased and rules.kind_of(at.block_id) != rules.PRACTICE


def export_overrides(person_id: int) -> dict[str, Any]:
    """Return the marks that a person set for somebody, for their copy, as far as they see them."""
    unreleased = list_unreleased(person_id)
    rows = db.session.scalars(
        select(MarkOverride)
        .where(MarkOverride.person_id == person_id, MarkOverride.course_id.not_in([*unreleased]))
        .order_by(MarkOverride.id)
    )
    return {
        "marks_set": [
            {
                "course": row.course_id,
                "lesson": row.lesson_id,
                "activity": row.block_id,
                "points": None if row.points is None else row.points / 100,
                "reason": row.reason,
                "state": row.state,
                "at": row.made_at.isoformat(),
            }
            for row in rows
        ]
    }


def _plan(found: GradebookPlan | None) -> Plan:
    kept = found.categories if found else rules.DEFAULT
    categories = tuple(
        Category(key, translate(rules.KINDS[key]), Decimal(weight), drop)
        for key, weight, drop in kept
    )
    return Plan(categories, found.release_at, found.contest_days) if found else Plan(categories)


def _columns(outline: Outline, scores: Sequence[ScoreRow], language: str) -> list[tuple[Key, str]]:
    """Return the activities in the order of lessons; lessons that are gone come last."""
    asked: dict[str, list[str]] = defaultdict(list)
    for lesson_id, block_id in sorted({(row.lesson_id, row.block_id) for row in scores}):
        asked[lesson_id].append(block_id)
    titles = {one.id: one.text(language, outline.course.source).title for one in outline.lessons}
    ordered = [one for one in titles if one in asked]
    ordered += [one for one in asked if one not in titles]
    return [
        (
            (lesson, block),
            titles.get(lesson, lesson) + (f" ({at})" if len(asked[lesson]) > 1 else ""),
        )
        for lesson in ordered
        for at, block in enumerate(asked[lesson], 1)
    ]


def _entries(
    course_id: int, people: Collection[int], scores: Sequence[ScoreRow], titles: Mapping[Key, str]
) -> dict[int, dict[Key, Entry]]:
    set_by_hand: dict[tuple[int, str, str], list[MarkOverride]] = defaultdict(list)
    for row in list_overrides(course_id, people):
        if row.state == "standing":
            set_by_hand[row.person_id, row.lesson_id, row.block_id].append(row)
    found: dict[int, dict[Key, Entry]] = defaultdict(dict)
    for score in scores:
        key = (score.lesson_id, score.block_id)
        history = set_by_hand[score.person_id, *key]
        found[score.person_id][key] = _entry(score, titles[key], history)
    return found


def _entry(score: ScoreRow, title: str, history: Sequence[MarkOverride]) -> Entry:
    return Entry(
        f"{score.lesson_id}/{score.block_id}",
        title,
        rules.kind_of(score.block_id),
        Decimal(score.points) / 100,
        Decimal(score.most) / 100,
        "waiting" if score.waiting else "marked",
        tuple(
            Override(
                None if one.points is None else Decimal(one.points) / 100,
                one.reason,
                one.actor_id or 0,
                one.made_at,
            )
            for one in history
        ),
    )


def list_overrides(course_id: int, people: Collection[int]) -> list[MarkOverride]:
    """Return every mark that a person set for these learners, in the order in which it was."""
    return list(
        db.session.scalars(
            select(MarkOverride)
            .where(MarkOverride.course_id == course_id, MarkOverride.person_id.in_(people))
            .order_by(MarkOverride.person_id, MarkOverride.number)
        )
    )


def _row(member: PersonRow, entries: Mapping[Key, Entry], plan: Plan, waiting: int) -> Row:
    return Row(member, entries, rules.total(plan.categories, list(entries.values())), waiting)

"""What the first page shows to whom. Each part costs a fixed number of statements."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import ClassVar

from sqlalchemy import ColumnElement, SQLColumnExpression, func, or_, select, true

from app.accounts.models import Person
from app.accounts.queries import display_name, name_column
from app.admin.queries import Finding, run_checks
from app.catalog.queries import list_entries
from app.catalog.rules import Entry
from app.centers.models import Center, CenterMember, Cohort, CohortMember
from app.home.rules import Member, grants_for, needs_help
from app.kernel.actors import Actor
from app.kernel.db import db
from app.learning.models import Enrollment
from app.learning.queries import LearnerRow, Study, count_learners, list_progress_of, list_studies
from app.learning.rules import STOPPED_DAYS
from app.notices.models import NoticeReceipt
from app.partners.models import Partner
from app.rosters.models import Roster

MOST_COHORTS = 12
MOST_MEMBERS = 600
MOST_PLACES = 100
ACTIVE = timedelta(days=7)
LINGERS = timedelta(days=14)
"""So long after its end a cohort stays on its trainer's page."""


@dataclass(frozen=True)
class Step:
    """A course somebody is in, and the lesson they would open now."""

    study: Study
    language: str
    lesson_id: str
    lesson_title: str
    minutes: int

    @property
    def missing(self) -> int:
        """Return how many lessons are missing until the course is completed."""
        return max(0, self.study.progress.needed - self.study.progress.done)


@dataclass(frozen=True)
class Visitor:
    """What is shown to somebody without an account."""

    entries: list[Entry]
    preview: tuple[str, str] | None
    """Course and lesson that one can read at once."""
    enrolled: int
    completed: int


@dataclass(frozen=True)
class LearnerPart:
    """The next step of a learner, what is due, and the other courses."""

    kind: ClassVar[str] = "learner"
    steps: list[Step]
    unread: int = 0
    ends_on: date | None = None
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True)
class CohortPart:
    """A cohort as its trainer sees it, those who need them first."""

    public_id: str
    name: str
    center_slug: str
    center_name: str
    ends_on: date
    members: list[Member]

    @property
    def stopped(self) -> list[Member]:
        """Return the members who gave no sign for a week."""
        return [member for member in self.members if member.stopped]


@dataclass(frozen=True)
class InstructorPart:
    """The cohorts that somebody trains."""

    kind: ClassVar[str] = "instructor"
    cohorts: list[CohortPart]

    @property
    def stopped(self) -> int:
        """Return how many people need their trainer."""
        return sum(len(cohort.stopped) for cohort in self.cohorts)


@dataclass(frozen=True)
class CenterFigures:
    """A center at a glance."""

    slug: str
    name: str
    name_ar: str
    people: int
    cohorts: int
    stopped: int
    imports: int


@dataclass(frozen=True)
class ManagerPart:
    """The centers that somebody runs."""

    kind: ClassVar[str] = "manager"
    centers: list[CenterFigures]


@dataclass(frozen=True)
class PartnerPart:
    """The partners for which somebody acts."""

    kind: ClassVar[str] = "partner"
    partners: list[Partner]


@dataclass(frozen=True)
class OfficeRow:
    """What is learned at a center; without a slug: outside of centers."""

    slug: str
    name: str
    name_ar: str
    enrolled: int
    active: int
    completed: int


@dataclass(frozen=True)
class OfficePart:
    """The figures over all centers."""

    kind: ClassVar[str] = "office"
    rows: list[OfficeRow]
    total: OfficeRow


@dataclass(frozen=True)
class AdminPart:
    """Whether the site is well, and its figures."""

    kind: ClassVar[str] = "admin"
    findings: list[Finding]
    enrolled: int
    active: int
    completed: int


Part = LearnerPart | InstructorPart | ManagerPart | PartnerPart | OfficePart | AdminPart


def get_visitor(*, now: datetime) -> Visitor:
    """Return the page of a visitor. Two statements."""
    entries = list_entries(now=now)
    enrolled, _, completed = count_learners(since=now - ACTIVE)
    previews = (
        (entry.seen.slug, lesson.id)
        for entry in entries
        for lesson in entry.outline.lessons
        if lesson.preview
    )
    return Visitor(entries, next(previews, None), enrolled, completed)


def list_parts(actor: Actor, language: str, *, now: datetime) -> list[Part]:
    """Return the parts of somebody's page: learning first when enrolled, then by role.

    At most seven statements for each role.
    """
    work = _work(actor, language, now)
    learner = _learner(actor.id, language, now)
    if learner.steps:
        return [learner, *work]
    if work:
        return work
    return [LearnerPart([], learner.unread, entries=list_entries(now=now))]


def _work(actor: Actor, language: str, now: datetime) -> list[Part]:
    parts: list[Part] = []
    if actor.has_role("instructor"):
        parts.append(_instructor(actor, language, now))
    if actor.has_role("manager"):
        parts.append(_manager(actor, now))
    if actor.has_role("partner"):
        parts.append(_partner(actor))
    if actor.has_role("office"):
        parts.append(_office(now))
    if actor.can("site.manage"):
        parts.append(AdminPart(run_checks(), *count_learners(since=now - ACTIVE)))
    return parts


def _learner(person_id: int, language: str, now: datetime) -> LearnerPart:
    studies = list_studies(person_id, now=now)
    if not studies:
        return LearnerPart([])
    steps = sorted(
        (_step(study, language) for study in studies), key=lambda step: not step.lesson_id
    )
    enrollment = steps[0].study.enrollment
    unread = (
        select(func.count())
        .select_from(NoticeReceipt)
        .where(NoticeReceipt.person_id == person_id, NoticeReceipt.read_at.is_(None))
    )
    ends_on = select(Cohort.ends_on).where(
        Cohort.id == (enrollment.cohort_id if enrollment else None)
    )
    row = db.session.execute(select(unread.scalar_subquery(), ends_on.scalar_subquery())).one()
    return LearnerPart(steps, row[0], row[1])


def _step(study: Study, language: str) -> Step:
    course = study.outline.course
    reading = language if language in course.languages else course.source
    lesson = study.outline.lesson(study.next) if study.next else None
    if lesson is None:
        return Step(study, reading, "", "", 0)
    text = lesson.text(reading, course.source)
    return Step(study, text.language, lesson.id, text.title, lesson.minutes)


def _places(actor: Actor, role: str, **columns: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Filter to the places of a role: `center=Center.id`; all for a role on the whole site."""
    held = grants_for(actor.grants, role)
    if "site" in held:
        return true()
    return or_(*(column.in_(held.get(kind, ())) for kind, column in columns.items()))


def _instructor(actor: Actor, language: str, now: datetime) -> InstructorPart:
    cohorts = db.session.execute(
        select(Cohort, Center.slug, name_column(Center))
        .join(Center, Center.id == Cohort.center_id)
        .where(_places(actor, "instructor", cohort=Cohort.id, center=Cohort.center_id))
        .where(Cohort.ends_on >= (now - LINGERS).date())
        .order_by(Cohort.starts_on.desc(), Cohort.name, Cohort.id)
        .limit(MOST_COHORTS)
    ).all()
    members = _members([row[0].id for row in cohorts], language, now)
    return InstructorPart(
        [
            CohortPart(
                cohort.public_id,
                cohort.name,
                slug,
                center,
                cohort.ends_on,
                sorted(members[cohort.id], key=needs_help),
            )
            for cohort, slug, center in cohorts
        ]
    )


def _members(
    cohort_ids: Sequence[int], language: str, now: datetime
) -> defaultdict[int, list[Member]]:
    found: defaultdict[int, list[Member]] = defaultdict(list)
    if not cohort_ids:
        return found
    people = db.session.execute(
        select(CohortMember.cohort_id, CohortMember.joined_at, Person)
        .join(Person, Person.id == CohortMember.person_id)
        .where(CohortMember.cohort_id.in_(cohort_ids), CohortMember.left_at.is_(None))
        .where(Person.erased_at.is_(None), Person.suspended_at.is_(None))
        .order_by(CohortMember.id)
        .limit(MOST_MEMBERS)
    ).all()
    latest: dict[int, LearnerRow] = {}
    ids = sorted({person.id for _, _, person in people})
    for row in list_progress_of(ids, language, now=now) if ids else []:
        known = latest.get(row.person_id)
        if known is None or (row.seen_at and (not known.seen_at or row.seen_at > known.seen_at)):
            latest[row.person_id] = row
    for cohort_id, joined_at, person in people:
        last = latest.get(person.id)
        found[cohort_id].append(
            Member(
                person.public_id,
                display_name(person, language),
                joined_at,
                last.seen_at if last else None,
                last.course_title if last else "",
                last.progress if last else None,
                now,
            )
        )
    return found


def _manager(actor: Actor, now: datetime) -> ManagerPart:
    silent_since = now - timedelta(days=STOPPED_DAYS)
    people = select(func.count()).where(CenterMember.center_id == Center.id)
    cohorts = select(func.count()).where(
        Cohort.center_id == Center.id, Cohort.ends_on >= now.date()
    )
    stopped = select(func.count(Enrollment.person_id.distinct())).where(
        Enrollment.center_id == Center.id,
        Enrollment.left_at.is_(None),
        Enrollment.completed_at.is_(None),
        func.coalesce(Enrollment.seen_at, Enrollment.enrolled_at) < silent_since,
    )
    imports = select(func.count()).where(
        Roster.center_id == Center.id, Roster.state.in_(("checking", "checked", "creating"))
    )
    counts = (q.correlate(Center).scalar_subquery() for q in (people, cohorts, stopped, imports))
    rows = db.session.execute(
        select(Center.slug, Center.name, Center.name_ar, *counts)
        .where(_places(actor, "manager", center=Center.id), Center.state != "closed")
        .order_by(name_column(Center), Center.id)
        .limit(MOST_PLACES)
    )
    return ManagerPart([CenterFigures(*row) for row in rows])


def _partner(actor: Actor) -> PartnerPart:
    found = db.session.scalars(
        select(Partner)
        .where(_places(actor, "partner", partner=Partner.id))
        .order_by(name_column(Partner), Partner.id)
        .limit(MOST_PLACES)
    )
    return PartnerPart(list(found))


def _office(now: datetime) -> OfficePart:
    figures = (
        func.count(Enrollment.person_id.distinct()),
        func.count(Enrollment.person_id.distinct()).filter(Enrollment.seen_at >= now - ACTIVE),
        func.count(Enrollment.id).filter(Enrollment.completed_at.is_not(None)),
    )
    rows = db.session.execute(
        select(Center.slug, Center.name, Center.name_ar, *figures)
        .select_from(Center)
        .outerjoin(Enrollment, (Enrollment.center_id == Center.id) & Enrollment.left_at.is_(None))
        .group_by(Center.id, Center.slug, Center.name, Center.name_ar)
        .order_by(name_column(Center), Center.id)
        .limit(MOST_PLACES)
    )
    total = count_learners(since=now - ACTIVE)
    return OfficePart([OfficeRow(*row) for row in rows], OfficeRow("", "", "", *total))

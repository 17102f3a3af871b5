"""What the author's pages ask: their courses with their states, people's and cohorts' names."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select, true

from app.accounts.models import Person
from app.accounts.queries import name_column
from app.centers.models import Center, Cohort
from app.courses import queries as courses
from app.courses.models import Course
from app.courses.queries import CourseRef, PublicationInfo, RevisionInfo
from app.courses.rules import Outline, Published, RevisionRef
from app.kernel.actors import Actor
from app.kernel.db import db
from app.kernel.errors import NotFound
from app.kernel.jobs import Job
from app.studio.models import CourseUpload
from app.studio.rules import Dated, State, job_key, states

MOST_COHORTS = 300
MOST_UPLOADS = 5


@dataclass(frozen=True, slots=True)
class CourseCard:
    """A course in the author's list."""

    course: CourseRef
    newest: RevisionInfo
    outline: Outline
    """Of the newest revision."""
    published: Published | None
    """What everybody sees."""

    @property
    def has_draft(self) -> bool:
        """Tell whether the newest revision is not what everybody sees."""
        return self.published is None or self.published.revision_id != self.newest.revision_id


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A publication with the words that its row shows."""

    publication: PublicationInfo
    state: State
    cohort: str
    published_by: str
    withdrawn_by: str


@dataclass(frozen=True, slots=True)
class CohortChoice:
    """A cohort that a course can be published to."""

    id: int
    name: str


class RevisionFiles(Mapping[str, bytes]):
    """The files of a revision by path, each read when it is asked for: together they are heavy."""

    def __init__(self, ref: RevisionRef) -> None:
        self._entries = courses.outline_of(ref).files

    def __getitem__(self, path: str) -> bytes:
        """Read one file."""
        return courses.read_blobs([self._entries[path].sha256])[0]

    def __iter__(self) -> Iterator[str]:
        """Go through the paths."""
        return iter(self._entries)

    def __len__(self) -> int:
        """Count the files."""
        return len(self._entries)


def list_cards(actor: Actor, *, now: datetime) -> list[CourseCard]:
    """Return the courses that the person may edit; four statements, however many they are."""
    mine = courses.list_courses(actor)
    newest = courses.newest_revisions([course.id for course in mine])
    published = courses.resolve_many(dict.fromkeys(newest), now=now)
    outlines = courses.outlines_of(newest.values())
    return [
        CourseCard(
            course,
            newest[course.id],
            outlines[newest[course.id].revision_id],
            published.get(course.id),
        )
        for course in mine
        if course.id in newest
    ]


def list_history(course_id: int, *, now: datetime) -> list[HistoryLine]:
    """Return the publications of a course, the newest first, with who did it."""
    found = courses.list_publications(course_id)
    standing = states(
        [
            Dated(one.publication_id, one.cohort_id, one.starts_at, one.withdrawn_at is not None)
            for one in found
        ],
        now,
    )
    people = names_of([person for one in found for person in (one.published_by, one.withdrawn_by)])
    cohorts = _cohort_names([one.cohort_id for one in found if one.cohort_id])
    return [
        HistoryLine(
            one,
            standing[one.publication_id],
            cohorts.get(one.cohort_id or 0, ""),
            people.get(one.published_by or 0, ""),
            people.get(one.withdrawn_by or 0, ""),
        )
        for one in found
    ]


def names_of(ids: Iterable[int | None]) -> dict[int, str]:
    """Return the names of people by their ids."""
    wanted = {id_ for id_ in ids if id_}
    if not wanted:
        return {}
    rows = db.session.execute(select(Person.id, name_column(Person)).where(Person.id.in_(wanted)))
    return {row[0]: row[1] for row in rows}


def get_upload(actor: Actor, public_id: str) -> CourseUpload:
    """Return an upload of the person's own, or anybody's for who writes all courses."""
    found = db.session.scalars(
        select(CourseUpload).where(CourseUpload.public_id == public_id)
    ).one_or_none()
    if found is None or (found.person_id != actor.id and not actor.can("courses.write")):
        raise NotFound
    return found


def find_slug(upload: CourseUpload) -> str | None:
    """Return the address of the course that an upload became."""
    return db.session.scalar(select(Course.slug).where(Course.id == upload.course_id))


def list_uploads(person_id: int) -> list[CourseUpload]:
    """Return the newest uploads of a person that are no version of a course, or not yet."""
    return list(
        db.session.scalars(
            select(CourseUpload)
            .where(CourseUpload.person_id == person_id, CourseUpload.state != "kept")
            .order_by(CourseUpload.id.desc())
            .limit(MOST_UPLOADS)
        )
    )


def is_one_checked(person_id: int) -> bool:
    """Tell whether an upload of the person is being checked, or waits for it."""
    ids = db.session.scalars(
        select(CourseUpload.id).where(
            CourseUpload.person_id == person_id, CourseUpload.state == "checking"
        )
    ).all()
    under_way = Job.key.in_([job_key(id_) for id_ in ids]), Job.state.in_(("ready", "running"))
    return bool(ids) and bool(db.session.scalar(select(exists().where(*under_way))))


def find_progress(upload: CourseUpload) -> tuple[bool, int, int]:
    """Return whether the check of an upload is under way, and the steps (done, total) of it."""
    row = db.session.execute(
        select(Job.state, Job.progress).where(Job.key == job_key(upload.id))
    ).first()
    if row is None:
        return False, 0, 0
    done, total = row.progress or (0, 0)
    return row.state in ("ready", "running"), done, total


def list_cohorts(actor: Actor) -> list[CohortChoice]:
    """Return the cohorts for which the person may decide what is seen, those ending last first."""
    rows = db.session.execute(
        select(Cohort.id, Cohort.name, name_column(Center))
        .join(Center, Center.id == Cohort.center_id)
        .where(_publishable(actor))
        .order_by(Cohort.ends_on.desc(), Cohort.name)
        .limit(MOST_COHORTS)
    )
    return [CohortChoice(id_, f"{center} · {name}") for id_, name, center in rows]


def _publishable(actor: Actor) -> ColumnElement[bool]:
    centers = actor.scopes("courses.publish", "center")
    cohorts = actor.scopes("courses.publish", "cohort")
    if centers is None or cohorts is None:
        return true()
    return or_(Cohort.center_id.in_(centers), Cohort.id.in_(cohorts))


def _cohort_names(ids: Iterable[int]) -> dict[int, str]:
    wanted = set(ids)
    if not wanted:
        return {}
    rows = db.session.execute(
        select(Cohort.id, Cohort.name, name_column(Center))
        .join(Center, Center.id == Cohort.center_id)
        .where(Cohort.id.in_(wanted))
    )
    return {id_: f"{center} · {name}" for id_, name, center in rows}

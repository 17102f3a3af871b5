"""What can be asked of learning. A lesson page costs two statements here, whatever the numbers."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import and_, bindparam, case, func, or_, select

from app.accounts.models import Person
from app.courses.models import Course, Publication, Revision
from app.courses.queries import (
    holds_at,
    outline_of,
    outlines_of,
    resolve_many,
    resolve_publication,
)
from app.courses.rules import Outline, Published, RevisionRef
from app.kernel.db import db
from app.kernel.recent import Recent
from app.learning.models import Enrollment, LessonDone
from app.learning.rules import (
    EnrollmentInfo,
    Progress,
    changed_texts,
    next_lesson,
    progress_of,
)

MOST_VERSIONS = 50
_dates: Recent[dict[tuple[str, str], datetime]] = Recent(256)


@dataclass(frozen=True)
class Study:
    """A course as one person has it: the revision they see, and how far they are."""

    seen: Published
    outline: Outline
    enrollment: EnrollmentInfo | None = None
    done: frozenset[str] = field(default_factory=frozenset)
    done_at: datetime | None = None
    """When the lesson that was asked for was finished."""

    @property
    def lessons(self) -> list[str]:
        """The ids of the lessons, in order."""
        return [lesson.id for lesson in self.outline.lessons]

    @property
    def progress(self) -> Progress:
        """How far this person is."""
        completed = self.enrollment.completed_at if self.enrollment else None
        share = self.outline.course.completion_share
        return progress_of(self.lessons, self.done, share, completed)

    @property
    def next(self) -> str | None:
        """The id of the lesson to go on with; None when all is done."""
        last = self.enrollment.last_lesson if self.enrollment else None
        return next_lesson(self.lessons, self.done, last)


_E, _D, _C = (model.__table__.c for model in (Enrollment, LessonDone, Course))
_ENROLLMENT = (
    _E.id,
    _E.course_id,
    _E.center_id,
    _E.cohort_id,
    _E.enrolled_at,
    _E.seen_at,
    _E.completed_at,
    _E.last_lesson,
    _E.last_place,
)
# Asked by every page of a course: built once, and of plain tables, which costs a tenth.
_OWN = (
    select(*_ENROLLMENT, _D.lesson_id, case((_D.lesson_id == bindparam("lesson_id"), _D.done_at)))
    .select_from(Course.__table__)
    .outerjoin(
        Enrollment.__table__,
        and_(
            _E.course_id == _C.id,
            _E.person_id == bindparam("person_id"),
            _E.left_at.is_(None),
        ),
    )
    .outerjoin(
        LessonDone.__table__,
        and_(_D.course_id == _C.id, _D.person_id == bindparam("person_id")),
    )
    .where(_C.slug == bindparam("slug"))
)


def get_study(slug: str, person_id: int, *, lesson_id: str = "", now: datetime) -> Study:
    """Return the course at this address as the person (0: a visitor) has it. Raises NotFound.

    Two statements, one for a visitor, once the outline is in memory.
    """
    enrollment, done, at = _own(slug, person_id, lesson_id) if person_id else _NOTHING
    cohort_id = enrollment.cohort_id if enrollment else None
    seen = resolve_publication(slug, cohort_id, now=now)
    return Study(seen, outline_of(seen), enrollment, done, at)


_Own = tuple[EnrollmentInfo | None, frozenset[str], datetime | None]
_NOTHING: _Own = (None, frozenset(), None)


def _own(slug: str, person_id: int, lesson_id: str) -> _Own:
    asked = {"slug": slug, "person_id": person_id, "lesson_id": lesson_id}
    rows = db.session.execute(_OWN, asked).all()
    if not rows:
        return _NOTHING
    first = rows[0]
    enrollment = EnrollmentInfo(*first[:-2]) if first[0] is not None else None
    done = frozenset(row[-2] for row in rows if row[-2] is not None)
    return enrollment, done, next((row[-1] for row in rows if row[-1] is not None), None)


def find_correction(study: Study, lesson_id: str, language: str) -> datetime | None:
    """Return since when a lesson that the person had finished says something else, or None.

    No statement once the dates of a publication are in memory.
    """
    if study.done_at is None:
        return None
    key = (study.seen.publication_id, study.seen.hash, study.seen.starts_at)
    dates = _dates.get(key)
    if dates is None:
        dates = _dates.put(key, _text_dates(study.seen))
    changed = dates.get((lesson_id, language))
    return changed if changed and changed > study.done_at else None


def _text_dates(seen: Published) -> dict[tuple[str, str], datetime]:
    """Return since when each text that was corrected is what it is."""
    everybody = Publication.cohort_id.is_(None)
    rows = db.session.execute(
        select(Publication.starts_at, Revision.id, Revision.hash)
        .join(Revision, Revision.id == Publication.revision_id)
        .where(
            Publication.course_id == seen.course_id,
            holds_at(seen.starts_at),
            or_(everybody, Publication.cohort_id == seen.cohort_id)
            if seen.cohort_id
            else everybody,
        )
        .order_by(Publication.starts_at.desc(), Publication.id.desc())
        .limit(MOST_VERSIONS)
    ).all()
    outlines = outlines_of([RevisionRef(*row[1:]) for row in rows])
    versions = [(row.starts_at, outlines[row.id].digests) for row in rows]
    return changed_texts(versions)


def list_studies(person_id: int, *, now: datetime) -> list[Study]:
    """Return the person's active courses, the one last seen first. Three statements."""
    rows = db.session.execute(
        select(*_ENROLLMENT)
        .where(Enrollment.person_id == person_id, Enrollment.left_at.is_(None))
        .order_by(func.coalesce(Enrollment.seen_at, Enrollment.enrolled_at).desc())
        .limit(100)
    )
    enrollments = [EnrollmentInfo(*row) for row in rows]
    if not enrollments:
        return []
    seen = resolve_many({e.course_id: e.cohort_id for e in enrollments}, now=now)
    outlines = outlines_of(seen.values())
    done = _done_by_course(person_id)
    return [
        Study(
            seen[e.course_id],
            outlines[seen[e.course_id].revision_id],
            e,
            frozenset(done[e.course_id]),
        )
        for e in enrollments
        if e.course_id in seen
    ]


def _done_by_course(person_id: int) -> dict[int, set[str]]:
    rows = db.session.execute(
        select(LessonDone.course_id, LessonDone.lesson_id).where(LessonDone.person_id == person_id)
    )
    found: dict[int, set[str]] = defaultdict(set)
    for course_id, lesson_id in rows:
        found[course_id].add(lesson_id)
    return found


def find_enrollment(person_id: int, course_id: int) -> Enrollment | None:
    """Return the person's active enrollment in a course, for a service to change."""
    return db.session.scalars(
        select(Enrollment).where(
            Enrollment.person_id == person_id,
            Enrollment.course_id == course_id,
            Enrollment.left_at.is_(None),
        )
    ).first()


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A learner who has not completed a course, and whether what is done would be enough now."""

    enrollment_id: int
    person_id: int
    is_enough: bool


def list_unfinished(course_id: int, *, after: int, limit: int, now: datetime) -> list[Unfinished]:
    """Return active enrollments that are not completed, by number, after the one named."""
    rows = db.session.execute(
        select(Enrollment.id, Enrollment.person_id, Enrollment.cohort_id)
        .where(
            Enrollment.course_id == course_id,
            Enrollment.id > after,
            Enrollment.left_at.is_(None),
            Enrollment.completed_at.is_(None),
        )
        .order_by(Enrollment.id)
        .limit(limit)
    ).all()
    seen = {
        cohort: resolve_many({course_id: cohort}, now=now).get(course_id)
        for cohort in {row.cohort_id for row in rows}
    }
    outlines = outlines_of(one for one in seen.values() if one)
    done = _done_by_person([row.person_id for row in rows])
    found = []
    for id_, person_id, cohort in rows:
        one = seen[cohort]
        outline = outlines[one.revision_id] if one else None
        found.append(
            Unfinished(
                id_,
                person_id,
                outline is not None
                and progress_of(
                    [lesson.id for lesson in outline.lessons],
                    done[person_id, course_id],
                    outline.course.completion_share,
                ).is_enough,
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class LearnerRow:
    """A learner in the list of a cohort."""

    person_id: int
    public_id: str
    name: str
    name_ar: str
    course_slug: str
    course_title: str
    seen_at: datetime | None
    progress: Progress


def list_progress_of(
    person_ids: Sequence[int], language: str, *, now: datetime
) -> list[LearnerRow]:
    """Return how far each of these people is in each of their courses. Four statements."""
    rows = db.session.execute(
        select(Person.id, Person.public_id, Person.name, Person.name_ar, *_ENROLLMENT)
        .join(Enrollment, Enrollment.person_id == Person.id)
        .where(Person.id.in_(person_ids), Enrollment.left_at.is_(None))
        .order_by(Enrollment.seen_at.desc(), Person.id)
    ).all()
    found = [(row[:4], EnrollmentInfo(*row[4:])) for row in rows]
    seen = resolve_many({e.course_id: e.cohort_id for _, e in found}, now=now)
    outlines = outlines_of(seen.values())
    done = _done_by_person(person_ids)
    learners = []
    for person, e in found:
        if e.course_id not in seen:
            continue
        outline = outlines[seen[e.course_id].revision_id]
        progress = progress_of(
            [lesson.id for lesson in outline.lessons],
            done[person[0], e.course_id],
            outline.course.completion_share,
            e.completed_at,
        )
        slug, title = seen[e.course_id].slug, outline.title(language)
        learners.append(
            LearnerRow(person[0], person[1], person[2], person[3], slug, title, e.seen_at, progress)
        )
    return learners


def _done_by_person(person_ids: Iterable[int]) -> dict[tuple[int, int], set[str]]:
    rows = db.session.execute(
        select(LessonDone.person_id, LessonDone.course_id, LessonDone.lesson_id).where(
            LessonDone.person_id.in_(list(person_ids))
        )
    )
    found: dict[tuple[int, int], set[str]] = defaultdict(set)
    for person_id, course_id, lesson_id in rows:
        found[person_id, course_id].add(lesson_id)
    return found


def count_learners(*, since: datetime) -> tuple[int, int, int]:
    """Return the learners enrolled now, those seen since a moment, and the completed courses."""
    row = db.session.execute(
        select(
            func.count(Enrollment.person_id.distinct()),
            func.count(Enrollment.person_id.distinct()).filter(Enrollment.seen_at >= since),
            func.count().filter(Enrollment.completed_at.is_not(None)),
        ).where(Enrollment.left_at.is_(None))
    ).one()
    return row[0], row[1], row[2]

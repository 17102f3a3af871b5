"""What can be done in a course: enroll, leave, finish a lesson, keep the place. Assumes write()."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select, update

from app.centers import queries as centers
from app.courses.models import Course
from app.courses.queries import find_publication, outline_of, resolve_publication
from app.kernel import outbox, place
from app.kernel.actors import Actor
from app.kernel.db import db, insert_into
from app.kernel.errors import Conflict, NotFound
from app.kernel.hooks import hooks
from app.kernel.i18n import say
from app.learning.hooks import (
    CourseFinished,
    Enrolling,
    EnrollmentRule,
    LearnerEnrolled,
    LessonFinished,
)
from app.learning.models import Enrollment, LessonDone
from app.learning.queries import Study, find_enrollment, get_study
from app.learning.rules import as_place

EXAM_DONE = say("An exam is done when it is passed.")
PROJECT_DONE = say("A project is done when it is handed in.")


def enroll_learner(*, actor: Actor, slug: str, now: datetime) -> Study:
    """Enroll the actor in the course at this address; twice is once.

    Center and cohort are the actor's own, if the center offers the course.
    """
    cohort = centers.get_cohort_of(actor.id)
    center_id = cohort.center_id if cohort else centers.center_of(actor.id)
    cohort_id = cohort.id if cohort else None
    seen = resolve_publication(slug, cohort_id, now=now)
    if center_id is not None:
        offered = centers.list_course_ids(center_id)
        if offered and seen.course_id not in offered:
            center_id = cohort_id = None
    if hooks.collect(EnrollmentRule, anywhere=True) and not find_enrollment(
        actor.id, seen.course_id
    ):
        _ask_rules(Enrolling(actor.id, seen.course_id, slug, center_id, cohort_id))
    added = db.session.scalar(
        insert_into(Enrollment)
        .values(
            person_id=actor.id,
            course_id=seen.course_id,
            center_id=center_id,
            cohort_id=cohort_id,
            enrolled_at=now,
            seen_at=now,
        )
        .on_conflict_do_nothing()
        .returning(Enrollment.id)
    )
    if added is not None:
        outbox.record(LearnerEnrolled(actor.id, seen.course_id, center_id, cohort_id))
        complete_if_enough(person_id=actor.id, course_id=seen.course_id, now=now)
    return get_study(slug, actor.id, now=now)


def _ask_rules(enrolling: Enrolling) -> None:
    with place.at(enrolling.center_id):
        for _, rule in hooks.collect(EnrollmentRule):
            if refusal := rule.check(enrolling):
                raise Conflict(refusal)


def leave_course(*, actor: Actor, slug: str, now: datetime) -> None:
    """End the actor's enrollment; what was done is kept, for whoever comes back."""
    db.session.execute(
        update(Enrollment)
        .where(
            Enrollment.person_id == actor.id,
            Enrollment.left_at.is_(None),
            Enrollment.course_id.in_(select(Course.id).where(Course.slug == slug)),
        )
        .values(left_at=now)
    )


def finish_lesson(
    *, actor: Actor, slug: str, lesson_id: str, now: datetime, earned: bool = False
) -> Study:
    """Keep that the actor has done a lesson; twice is once. Returns how far they are now.

    An exam is done when it is passed, a project when it is handed in: then it is `earned`. Raises
    NotFound for a lesson that the course lacks, Conflict for one that is not open to them.
    """
    study = get_study(slug, actor.id, now=now)
    lesson = study.outline.lesson(lesson_id)
    if lesson is None:
        raise NotFound
    if study.enrollment is None and not lesson.preview:
        raise Conflict(
            say("You are not enrolled in this course, so the lesson was not marked as done."),
            todo=say("Enroll from the course's page, then mark it again."),
        )
    if not earned and (lesson.exam or lesson.project):
        raise Conflict(EXAM_DONE if lesson.exam else PROJECT_DONE)
    course_id = study.seen.course_id
    _keep_done(actor.id, course_id, lesson_id, now)
    if study.enrollment:
        _move_on(study, lesson_id, now)
        complete_if_enough(person_id=actor.id, course_id=course_id, now=now)
    return get_study(slug, actor.id, now=now)


def _keep_done(person_id: int, course_id: int, lesson_id: str, now: datetime) -> None:
    added = db.session.scalar(
        insert_into(LessonDone)
        .values(person_id=person_id, course_id=course_id, lesson_id=lesson_id, done_at=now)
        .on_conflict_do_nothing()
        .returning(LessonDone.id)
    )
    if added is not None:
        outbox.record(LessonFinished(person_id, course_id, lesson_id))


def _move_on(study: Study, lesson_id: str, now: datetime) -> None:
    assert study.enrollment is not None  # noqa: S101  (the caller has looked)
    values: dict[str, object] = {"seen_at": now}
    if study.enrollment.last_lesson in (None, lesson_id):
        values |= {"last_lesson": lesson_id, "last_place": None}
    db.session.execute(
        update(Enrollment).where(Enrollment.id == study.enrollment.id).values(**values)
    )


def complete_if_enough(*, person_id: int, course_id: int, now: datetime) -> None:
    """Keep that the person met the course's rule of completion, once; or do nothing."""
    row = find_enrollment(person_id, course_id)
    if row is None or row.completed_at is not None:
        return
    slug = db.session.get_one(Course, course_id).slug
    study = get_study(slug, person_id, now=now)
    if not study.progress.is_enough:
        return
    changed = db.session.execute(
        update(Enrollment)
        .where(Enrollment.id == row.id, Enrollment.completed_at.is_(None))
        .values(completed_at=now)
    )
    if changed.rowcount:  # type: ignore[attr-defined]
        outbox.record(CourseFinished(person_id, course_id, row.id))


def keep_place(*, actor: Actor, slug: str, lesson_id: str, paragraph: str, now: datetime) -> None:
    """Remember where the actor is reading; anything that is no place of the course is ignored."""
    study = get_study(slug, actor.id, now=now)
    if study.enrollment is None or study.outline.lesson(lesson_id) is None:
        return
    db.session.execute(
        update(Enrollment)
        .where(Enrollment.id == study.enrollment.id)
        .values(last_lesson=lesson_id, last_place=as_place(paragraph), seen_at=now)
    )


def keep_carried(*, person_id: int, carried: Mapping[str, list[str]], now: datetime) -> None:
    """Give a person who signs up or in what they did as a visitor; only open lessons count."""
    courses = db.session.execute(
        select(Course.id, Course.slug).where(Course.slug.in_(list(carried)))
    ).all()
    for course_id, slug in courses:
        seen = find_publication(slug, now=now)
        if seen is None:
            continue
        outline = outline_of(seen)
        for lesson_id in carried[slug]:
            lesson = outline.lesson(lesson_id)
            if lesson and lesson.preview and not (lesson.exam or lesson.project):
                _keep_done(person_id, course_id, lesson_id, now)
        complete_if_enough(person_id=person_id, course_id=course_id, now=now)


def follow_cohort(*, person_id: int, center_id: int, cohort_id: int) -> None:
    """Put the active enrollments of a new cohort member under that cohort and center."""
    offered = centers.list_course_ids(center_id)
    statement = update(Enrollment).where(
        Enrollment.person_id == person_id, Enrollment.left_at.is_(None)
    )
    if offered:
        statement = statement.where(Enrollment.course_id.in_(offered))
    db.session.execute(statement.values(center_id=center_id, cohort_id=cohort_id))

"""What can be asked of courses: who sees which revision, its outline, its lessons, its files.

Revisions never change, so outlines and rendered lessons are kept in the memory of the process,
keyed by hash. What is published is asked of the database each time, in one statement.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select

from app.kernel.recent import Recent
from app.centers.hooks import CourseChoice
from app.content.carrying import with_carried
from app.content.markdown import render
from app.content.rules import RENDERER_VERSION, Problem, Rendered, problem_from_json
from app.courses import policies
from app.courses.models import Blob, Course, Publication, Revision
from app.courses.rules import (
    Addresses,
    Outline,
    Published,
    RevisionRef,
    StoredFile,
    is_served,
    outline_from_json,
    render_context,
)
from app.kernel import clock
from app.kernel.actors import Actor
from app.kernel.db import db
from app.kernel.errors import NotFound

CATALOG_LIMIT = 500
HISTORY_LIMIT = 100
LESSON_BYTES = 24_000_000

_outlines: Recent[Outline] = Recent(256)
_lessons: Recent[Rendered] = Recent(LESSON_BYTES, lambda found: len(found.html) + 20_000)


@dataclass(frozen=True, slots=True)
class CourseRef:
    """A course, whatever its revisions say."""

    id: int
    key: str
    slug: str
    source: str


@dataclass(frozen=True, slots=True)
class RevisionInfo(RevisionRef):
    """A revision in the list of its course."""

    course_id: int
    created_at: datetime
    created_by: int | None


@dataclass(frozen=True, slots=True)
class PublicationInfo(Published):
    """A publication in the history of its course."""

    published_by: int | None
    withdrawn_at: datetime | None
    withdrawn_by: int | None


_P, _R, _C = (model.__table__.c for model in (Publication, Revision, Course))
_PUBLISHED = (
    _R.id,
    _R.hash,
    _C.id,
    _C.key,
    _C.slug,
    _P.id,
    _P.cohort_id,
    _P.starts_at,
    _P.published_at,
)
_FIRST = (
    _P.cohort_id.is_(None),  # the cohort's own goes before everybody's
    _P.starts_at.desc(),
    _P.id.desc(),
)


def holds_at(now: Any) -> ColumnElement[bool]:
    """Filter publications to those that count at a moment."""
    return and_(_P.withdrawn_at.is_(None), _P.starts_at <= now)


def _for_audience(cohort_id: Any) -> ColumnElement[bool]:
    everybody = _P.cohort_id.is_(None)
    return everybody if cohort_id is None else or_(everybody, _P.cohort_id == cohort_id)


def _published(*columns: Any) -> Any:
    return (
        select(*_PUBLISHED, *columns)
        .select_from(Publication.__table__)
        .join(Revision.__table__, _R.id == _P.revision_id)
        .join(Course.__table__, _C.id == _P.course_id)
    )


def _seen_by(cohort_id: Any) -> Any:
    return (
        _published()
        .where(_C.slug == bindparam("slug"), holds_at(bindparam("now")), _for_audience(cohort_id))
        .order_by(*_FIRST)
        .limit(1)
    )


# Asked by every page of a course: built once, and of plain tables, which costs a tenth.
_SEEN_BY_ALL, _SEEN_BY_COHORT = _seen_by(None), _seen_by(bindparam("cohort_id"))


def find_publication(slug: str, cohort_id: int | None = None, *, now: datetime) -> Published | None:
    """Return what the cohort (None: everybody) sees of the course at this address, or None."""
    asked = {"slug": slug, "now": now}
    if cohort_id is None:
        row = db.session.execute(_SEEN_BY_ALL, asked).first()
    else:
        row = db.session.execute(_SEEN_BY_COHORT, asked | {"cohort_id": cohort_id}).first()
    return Published(*row) if row else None


def resolve_publication(slug: str, cohort_id: int | None = None, *, now: datetime) -> Published:
    """Return what the cohort (None: everybody) sees of the course, or raise NotFound."""
    found = find_publication(slug, cohort_id, now=now)
    if found is None:
        raise NotFound
    return found


def resolve_many(audiences: Mapping[int, int | None], *, now: datetime) -> dict[int, Published]:
    """Return what is seen of several courses, by course id, given the cohort of each.

    Courses of which nothing is published are left out. One statement.
    """
    cohorts = {cohort for cohort in audiences.values() if cohort is not None}
    everybody = Publication.cohort_id.is_(None)
    rows = db.session.execute(
        _published()
        .where(
            Publication.course_id.in_(audiences),
            holds_at(now),
            or_(everybody, Publication.cohort_id.in_(cohorts)) if cohorts else everybody,
        )
        .order_by(Publication.course_id, *_FIRST)
    )
    found: dict[int, Published] = {}
    for row in rows:
        seen = Published(*row)
        if seen.cohort_id in (None, audiences[seen.course_id]):
            found.setdefault(seen.course_id, seen)
    return found


def list_published(
    now: datetime, cohort_id: int | None = None, limit: int = CATALOG_LIMIT
) -> list[Published]:
    """Return the courses that an audience sees, those published last first. One statement."""
    place = func.row_number().over(partition_by=Publication.course_id, order_by=_FIRST)
    ranked = (
        _published(place.label("place")).where(holds_at(now), _for_audience(cohort_id)).subquery()
    )
    rows = db.session.execute(
        select(*list(ranked.c)[:-1])
        .where(ranked.c.place == 1)
        .order_by(ranked.c.starts_at.desc(), ranked.c.slug)
        .limit(limit)
    )
    return [Published(*row) for row in rows]


def outlines_of(refs: Iterable[RevisionRef]) -> dict[int, Outline]:
    """Return outlines by revision id; those not in memory are read in one statement."""
    refs = list(refs)
    found = {ref.revision_id: kept for ref in refs if (kept := _outlines.get(ref.hash))}
    missing = [ref.revision_id for ref in refs if ref.revision_id not in found]
    if missing:
        rows = db.session.execute(
            select(Revision.id, Revision.hash, Revision.outline, Revision.manifest).where(
                Revision.id.in_(missing)
            )
        )
        for id_, name, data, manifest in rows:
            found[id_] = _outlines.put(name, outline_from_json(name, data, manifest))
    return found


def outline_of(ref: RevisionRef) -> Outline:
    """Return the outline of a revision; no statement when it is in memory."""
    kept = _outlines.get(ref.hash)
    return kept or outlines_of((ref,))[ref.revision_id]


def get_outline(revision_id: int) -> Outline:
    """Return the outline of a revision known by its id alone (one statement more)."""
    name = db.session.scalar(select(Revision.hash).where(Revision.id == revision_id))
    if name is None:
        raise NotFound
    return outline_of(RevisionRef(revision_id, name))


def get_lesson(ref: RevisionRef, lesson_id: str, language: str, addresses: Addresses) -> Rendered:
    """Return a lesson as HTML segments and block nodes, in the language or else the source's.

    It holds nothing personal and stays in memory; otherwise it is rendered anew from its file,
    read in one statement. Raises NotFound for a lesson that the revision does not have.
    """
    outline = outline_of(ref)
    lesson = outline.lesson(lesson_id)
    if lesson is None:
        raise NotFound
    text = lesson.text(language, outline.course.source)
    key = (ref.hash, lesson_id, text.language, RENDERER_VERSION, addresses)
    kept = _lessons.get(key)
    if kept is not None:
        return kept
    source = read_blobs([outline.files[text.path].sha256])[0].decode()
    context = render_context(outline, text.path, text.language, addresses)
    rendered = render(source, language=text.language, context=context)
    return _lessons.put(key, with_carried(rendered, lesson_id, outline.carried))


def read_blobs(names: Sequence[str]) -> list[bytes]:
    """Return the bytes of files by their hashes, in that order. One statement."""
    rows = db.session.execute(select(Blob.sha256, Blob.content).where(Blob.sha256.in_(names)))
    found = {row.sha256: row.content for row in rows}
    return [found[name] for name in names]


def get_file(ref: RevisionRef, path: str) -> StoredFile:
    """Return a file of `data/` or `media/`; NotFound for all else, above all `bank/`."""
    entry = outline_of(ref).files.get(path) if is_served(path) else None
    if entry is None:
        raise NotFound
    return StoredFile(entry, read_blobs([entry.sha256])[0])


def read_revision(ref: RevisionRef) -> dict[str, bytes]:
    """Return every file of a revision, byte for byte as it came in."""
    entries = list(outline_of(ref).files.values())
    return {entry.path: read_blobs([entry.sha256])[0] for entry in entries}


def find_open_revision(slug: str, short: str, *, now: datetime) -> RevisionRef | None:
    """Return the revision of that name if it is published to anybody now. One statement."""
    if len(short) != 8 or not set(short) <= set("0123456789abcdef"):
        return None
    row = db.session.execute(
        select(Revision.id, Revision.hash)
        .join(Course, Course.id == Revision.course_id)
        .join(Publication, Publication.revision_id == Revision.id)
        .where(Course.slug == slug, Revision.hash.like(f"{short}%"), holds_at(now))
        .limit(1)
    ).first()
    return RevisionRef(*row) if row else None


def find_course(slug: str) -> CourseRef | None:
    """Return the course at this address, published or not."""
    row = db.session.execute(_courses().where(Course.slug == slug)).first()
    return CourseRef(*row) if row else None


def get_course_to_edit(actor: Actor, slug: str) -> CourseRef:
    """Return a course that the person may edit; others' are NotFound."""
    row = db.session.execute(
        _courses().where(Course.slug == slug, policies.visible_to(actor))
    ).first()
    if row is None:
        raise NotFound
    return CourseRef(*row)


def find_course_by_key(actor: Actor, key: str) -> CourseRef | None:
    """Return the course with this author's id if the person may edit it."""
    row = db.session.execute(
        _courses().where(Course.key == key, policies.visible_to(actor))
    ).first()
    return CourseRef(*row) if row else None


def list_courses(actor: Actor, limit: int = CATALOG_LIMIT) -> list[CourseRef]:
    """Return the courses that the person may edit."""
    rows = db.session.execute(
        _courses().where(policies.visible_to(actor)).order_by(Course.slug).limit(limit)
    )
    return [CourseRef(*row) for row in rows]


def _courses() -> Any:
    return select(Course.id, Course.key, Course.slug, Course.source)


def newest_revisions(course_ids: Iterable[int]) -> dict[int, RevisionInfo]:
    """Return the revision that was imported last of each course, by course id. One statement."""
    newest = (
        select(func.max(Revision.id))
        .where(Revision.course_id.in_(list(course_ids)))
        .group_by(Revision.course_id)
    )
    rows = db.session.execute(_revisions().where(Revision.id.in_(newest)))
    return {info.course_id: info for info in (RevisionInfo(*row) for row in rows)}


def list_revisions(course_id: int, limit: int = HISTORY_LIMIT) -> list[RevisionInfo]:
    """Return the revisions of a course, the newest first."""
    rows = db.session.execute(
        _revisions()
        .where(Revision.course_id == course_id)
        .order_by(Revision.id.desc())
        .limit(limit)
    )
    return [RevisionInfo(*row) for row in rows]


def get_revision(course_id: int, short: str) -> RevisionInfo:
    """Return the revision of a course by the first characters of its hash, or raise NotFound."""
    if len(short) < 8 or not set(short) <= set("0123456789abcdef"):
        raise NotFound
    row = db.session.execute(
        _revisions()
        .where(Revision.course_id == course_id, Revision.hash.like(f"{short}%"))
        .limit(1)
    ).first()
    if row is None:
        raise NotFound
    return RevisionInfo(*row)


def _revisions() -> Any:
    return select(
        Revision.id, Revision.hash, Revision.course_id, Revision.created_at, Revision.created_by
    )


def list_problems(ref: RevisionRef) -> tuple[Problem, ...]:
    """Return what the check said of a revision when it was kept."""
    kept = db.session.scalar(select(Revision.problems).where(Revision.id == ref.revision_id))
    return tuple(problem_from_json(one) for one in kept or ())


def list_publications(course_id: int, limit: int = HISTORY_LIMIT) -> list[PublicationInfo]:
    """Return the history of a course's publications, the newest first."""
    rows = db.session.execute(
        _published(Publication.published_by, Publication.withdrawn_at, Publication.withdrawn_by)
        .where(Publication.course_id == course_id)
        .order_by(Publication.id.desc())
        .limit(limit)
    )
    return [PublicationInfo(*row) for row in rows]


def find_live(course_id: int, cohort_id: int | None, *, now: datetime) -> Publication | None:
    """Return the publication that counts for exactly this audience, or None."""
    return db.session.scalars(
        select(Publication)
        .where(
            Publication.course_id == course_id,
            Publication.cohort_id.is_not_distinct_from(cohort_id),
            holds_at(now),
        )
        .order_by(Publication.starts_at.desc(), Publication.id.desc())
        .limit(1)
    ).first()


def publication_mark(course_id: int) -> str:
    """Return a text that changes whenever something of the course is published or taken back."""
    newest, withdrawn = db.session.execute(
        select(func.max(Publication.id), func.count(Publication.withdrawn_at)).where(
            Publication.course_id == course_id
        )
    ).one()
    return f"{newest or 0}-{withdrawn}"


def list_choices(language: str) -> list[CourseChoice]:
    """Return the published courses for the pages of centers, by title."""
    found = list_published(clock.now())
    outlines = outlines_of(found)
    choices = [CourseChoice(p.course_id, outlines[p.revision_id].title(language)) for p in found]
    return sorted(choices, key=lambda choice: choice.title)


def wider_places(course_id: int) -> dict[str, int] | None:
    """Return that a course lies in no other place; None when there is no such course."""
    found = db.session.scalar(select(Course.id).where(Course.id == course_id))
    return None if found is None else {}

"""What can be done with courses: import, publish, take back. Each is safe when done twice."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.accounts.models import RoleGrant
from app.centers.models import Cohort
from app.content.carrying import Carried
from app.content.hooks import BlockType
from app.content.rules import Problem
from app.courses import policies, queries
from app.courses.carrying import carry_over
from app.courses.hooks import CourseImported, CoursePublished, PublicationWithdrawn
from app.courses.models import Blob, Course, Publication, Revision
from app.courses.rules import (
    RESERVED_SLUGS,
    SLUG,
    Checked,
    CourseRefused,
    FileEntry,
    Outline,
    RevisionRef,
    examine,
    kind_of,
)
from app.kernel import audit, outbox
from app.kernel.actors import Actor
from app.kernel.db import db, insert_into
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from app.kernel.hooks import hooks
from app.kernel.i18n import say

BATCH = 20


@dataclass(frozen=True, slots=True)
class Imported(RevisionRef):
    """What an import left: the revision, and whether it was new."""

    course_id: int
    slug: str
    is_new_course: bool
    is_new_revision: bool
    doubts: tuple[Problem, ...] = ()
    """What its author should look at, as the revision before had it otherwise."""


@dataclass(frozen=True, slots=True)
class PublicationMade:
    """A publication; `is_new` is False when the same one held already."""

    publication_id: int
    course_id: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A publication that was taken back, and the revision that its audience sees instead."""

    publication_id: int
    course_id: int
    seen_now: RevisionRef | None


def slug_from(name: str) -> str:
    """Return an address made of a folder's or archive's name; empty when nothing is left of it."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = "-".join("".join(c if c.isalnum() else " " for c in plain).split())[:63].strip("-")
    return slug if SLUG.match(slug) else ""


def check_files(
    files: Mapping[str, bytes],
    slug: str = "",
    step: Callable[[], None] = lambda: None,
    *,
    kinds: Mapping[str, BlockType] | None = None,
) -> Checked:
    """Check the files of a course with the kinds of block that are on anywhere, or with `kinds`.

    It takes a while, a second for some 150 kB of text: do it before the transaction that imports.
    `step` is called twice for each text, for whoever shows how far it is.
    """
    if kinds is None:
        kinds = dict(hooks.collect(BlockType, anywhere=True))
    return examine(files, slug, kinds, step)


def import_course(*, actor: Actor, checked: Checked, slug: str = "", now: datetime) -> Imported:
    """Keep the files of a checked course as a revision that only its authors see.

    The same files again give the same revision. A course that exists keeps its address. Raises
    CourseRefused when the check found errors; then nothing is kept.
    """
    if checked.errors or checked.course is None:
        raise CourseRefused(checked.problems)
    course, is_new_course = _course_for(actor, checked, slug, now)
    keep_files(checked, checked.entries)
    carried, doubts = carry_over(course.id, checked)
    checked = replace(checked, problems=(*checked.problems, *doubts))
    revision_id = _add_revision(actor, checked, carried, course.id, now)
    is_new_revision = revision_id is not None
    if revision_id is None:
        revision_id = db.session.scalars(
            select(Revision.id).where(
                Revision.course_id == course.id, Revision.hash == checked.hash
            )
        ).one()
    else:
        outbox.record(CourseImported(course.id, revision_id))
        audit.record(
            actor,
            "courses.import",
            obj=f"course:{course.id}",
            details={"revision": checked.hash, "files": len(checked.entries)},
        )
    return Imported(
        revision_id,
        checked.hash,
        course.id,
        course.slug,
        is_new_course,
        is_new_revision,
        tuple(doubts) if is_new_revision else (),
    )


def _course_for(actor: Actor, checked: Checked, slug: str, now: datetime) -> tuple[Course, bool]:
    found = checked.course
    if found is None or not policies.can_create(actor):
        raise Forbidden(say("Your account may not bring courses in; nothing was kept."))
    slug = slug or slug_from(found.id)
    is_new = _add_course(actor, found.id, slug, found.source, now)
    course = _lock_course(Course.key == found.id)
    if course is None:
        raise Conflict(
            say("The address “%(slug)s” belongs to another course; nothing was kept.", slug=slug),
            todo=say("Give the course's folder another name."),
        )
    if not is_new and not policies.can_edit(actor, course.id):
        raise Conflict(
            say("A course of other authors has the id “%(id)s”; nothing was kept.", id=found.id),
            todo=say("Write another id in course.toml, or ask them to make you an author."),
        )
    course.source = found.source
    return course, is_new


def _add_course(actor: Actor, key: str, slug: str, source: str, now: datetime) -> bool:
    """Add the course unless its key or address is taken; tell whether it was added."""
    if not SLUG.match(slug) or slug in RESERVED_SLUGS:
        raise Invalid(
            say("“%(slug)s” cannot be the address of a course; nothing was kept.", slug=slug),
            todo=say("Name the folder with small letters a–z, digits and hyphens."),
        )
    course_id = db.session.scalar(
        insert_into(Course)
        .values(key=key, slug=slug, source=source, created_at=now)
        .on_conflict_do_nothing()
        .returning(Course.id)
    )
    if course_id is None:
        return False
    if actor.is_signed_in and actor.has_role("instructor"):
        db.session.execute(
            insert_into(RoleGrant)
            .values(
                person_id=actor.id,
                role="instructor",
                scope="course",
                scope_id=course_id,
                granted_at=now,
            )
            .on_conflict_do_nothing()
        )
    return True


def _lock_course(which: Any) -> Course | None:
    """Return the course, held until the end of the transaction: one writer at a time."""
    return db.session.scalars(
        select(Course).where(which).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()


def keep_files(checked: Checked, entries: Iterable[FileEntry]) -> None:
    """Keep the bytes of some files; those that are kept already cost nothing.

    `import_course` does it for all. Whoever brings much in does it before, a part in each
    transaction, so that nobody waits for the whole.
    """
    sizes = {entry.sha256: entry for entry in entries}
    known = set(db.session.scalars(select(Blob.sha256).where(Blob.sha256.in_(sizes))))
    fresh = [entry for name, entry in sizes.items() if name not in known]
    for start in range(0, len(fresh), BATCH):
        rows = [
            {
                "sha256": entry.sha256,
                "size": entry.size,
                "kind": kind_of(entry.path),
                "content": checked.files[entry.path],
            }
            for entry in fresh[start : start + BATCH]
        ]
        db.session.execute(insert_into(Blob).values(rows).on_conflict_do_nothing())


def _add_revision(
    actor: Actor, checked: Checked, carried: Carried, course_id: int, now: datetime
) -> int | None:
    if checked.course is None:
        raise CourseRefused(checked.problems)
    outline = Outline(checked.hash, checked.course, checked.weights, {}, checked.digests, carried)
    revision_id: int | None = db.session.scalar(
        insert_into(Revision)
        .values(
            course_id=course_id,
            hash=checked.hash,
            manifest=[list(astuple(entry)) for entry in checked.entries],
            outline=outline.to_json(),
            problems=[problem.to_json() for problem in checked.problems],
            created_at=now,
            created_by=actor.id or None,
        )
        .on_conflict_do_nothing()
        .returning(Revision.id)
    )
    return revision_id


def publish_course(
    *,
    actor: Actor,
    revision_id: int,
    cohort_id: int | None = None,
    starts_at: datetime | None = None,
    mark: str | None = None,
    now: datetime,
) -> PublicationMade:
    """Let everybody, or one cohort, see a revision, at once or from a moment.

    `mark` is `queries.publication_mark` as it was when the person decided: when anything was
    published or taken back since, Conflict is raised and nothing changes. Publishing what is
    published already changes nothing.
    """
    revision = db.session.get(Revision, revision_id)
    if revision is None:
        raise NotFound
    course = _lock_course(Course.id == revision.course_id)
    if course is None or not policies.can_edit(actor, course.id):
        raise NotFound
    if not policies.can_publish(actor, course.id):
        raise Forbidden(say("Your account may not publish this course; nothing was changed."))
    _check_cohort(actor, cohort_id)
    starts_at = starts_at if starts_at and starts_at > now else now
    held = _same_publication(revision, cohort_id, starts_at, now)
    if held is not None:
        return PublicationMade(held.id, course.id, is_new=False)
    _refuse_surprise(course.id, mark)
    publication = Publication(
        course_id=course.id,
        revision_id=revision.id,
        cohort_id=cohort_id,
        starts_at=starts_at,
        published_at=now,
        published_by=actor.id or None,
    )
    db.session.add(publication)
    db.session.flush()  # the event needs its id
    _tell_published(actor, publication, revision)
    return PublicationMade(publication.id, course.id, is_new=True)


def _check_cohort(actor: Actor, cohort_id: int | None) -> None:
    if cohort_id is None:
        return
    cohort = db.session.get(Cohort, cohort_id)
    if cohort is None or not policies.can_publish_to(
        actor, cohort_id=cohort.id, center_id=cohort.center_id
    ):
        raise NotFound(say("This cohort does not exist, or is not yours; nothing was published."))


def _same_publication(
    revision: Revision, cohort_id: int | None, starts_at: datetime, now: datetime
) -> Publication | None:
    """Return the publication that already does what is asked."""
    if starts_at <= now:
        live = queries.find_live(revision.course_id, cohort_id, now=now)
        return live if live is not None and live.revision_id == revision.id else None
    return db.session.scalars(
        select(Publication)
        .where(
            Publication.revision_id == revision.id,
            Publication.cohort_id.is_not_distinct_from(cohort_id),
            Publication.starts_at == starts_at,
            Publication.withdrawn_at.is_(None),
        )
        .limit(1)
    ).first()


def _refuse_surprise(course_id: int, mark: str | None) -> None:
    if mark is not None and mark != queries.publication_mark(course_id):
        raise Conflict(
            say("Somebody else published this course in the meantime; nothing was changed."),
            todo=say("Look at what is published now, then decide again."),
        )


def _tell_published(actor: Actor, publication: Publication, revision: Revision) -> None:
    outbox.record(
        CoursePublished(
            publication.course_id,
            publication.revision_id,
            publication.id,
            publication.cohort_id,
            publication.starts_at.isoformat(),
        )
    )
    audit.record(
        actor,
        "courses.publish",
        obj=f"course:{publication.course_id}",
        details={
            "publication": publication.id,
            "revision": revision.hash,
            "cohort": publication.cohort_id,
            "starts_at": publication.starts_at.isoformat(),
        },
    )


def withdraw_publication(*, actor: Actor, publication_id: int, now: datetime) -> TakenBack:
    """Take a publication back; its audience sees again what it saw before. Twice is once."""
    publication = db.session.get(Publication, publication_id)
    course = _lock_course(Course.id == publication.course_id) if publication else None
    if publication is None or course is None or not policies.can_edit(actor, course.id):
        raise NotFound
    if not policies.can_publish(actor, course.id):
        raise Forbidden(say("Your account may not take this back; nothing was changed."))
    _check_cohort(actor, publication.cohort_id)
    db.session.refresh(publication)
    if publication.withdrawn_at is None:
        publication.withdrawn_at = now
        publication.withdrawn_by = actor.id or None
        db.session.flush()  # what is seen now is asked below
        _tell_withdrawn(actor, publication)
    seen = queries.find_publication(course.slug, publication.cohort_id, now=now)
    return TakenBack(publication.id, course.id, seen)


def _tell_withdrawn(actor: Actor, publication: Publication) -> None:
    outbox.record(
        PublicationWithdrawn(
            publication.course_id, publication.revision_id, publication.id, publication.cohort_id
        )
    )
    audit.record(
        actor,
        "courses.take_back",
        obj=f"course:{publication.course_id}",
        details={"publication": publication.id, "cohort": publication.cohort_id},
    )

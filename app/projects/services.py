"""Handing in, asking for more, writing about lines. Whoever writes holds the row of the work."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from app.activities.rules import Place
from app.activities.services import set_score
from app.centers.models import Cohort
from app.centers.rules import clean_text
from app.kernel import audit
from app.kernel.actors import Actor
from app.kernel.db import db, get_now, insert_into
from app.kernel.errors import Conflict, Invalid, NotFound
from app.kernel.i18n import Sentence, say
from app.learning.services import finish_lesson
from app.marking.policies import can_mark
from app.notices.services import notify_people
from app.projects import policies, queries
from app.projects.models import (
    ProjectBlob,
    ProjectComment,
    ProjectFile,
    ProjectRequest,
    ProjectTerm,
    ProjectVersion,
    ProjectWork,
)
from app.projects.queries import Project
from app.projects.rules import (
    BLOCK,
    MOST_COMMENT,
    MOST_LINK,
    MOST_NOTE,
    MOST_VERSIONS,
    FileRow,
    MarkRow,
    VersionRow,
    Work,
    clean_name,
    digest_of,
    distinct,
    kind_of,
    refuse_file,
    refuse_link,
)
from app.settings import get_settings

NOTHING = say("Nothing of this was kept; what you handed in before is.")


@dataclass(frozen=True)
class Sent:
    """What a learner sends: files by name, a link, a note.

    `keep` are files of the newest version that stay; one that is sent again takes their place.
    """

    files: Sequence[tuple[str, bytes]] = ()
    keep: Sequence[int] = ()
    link: str = ""
    note: str = ""


class Overtaken(Conflict):
    """Something came in the meantime that the marker did not see; nothing was overwritten."""


def hand_in(
    *, actor: Actor, project: Project, cohort_id: int | None, sent: Sent, now: datetime
) -> VersionRow:
    """Keep what a learner hands in as a new version; the same again is the same version.

    With the first one its lesson is done, whatever it is worth later.

    Raises Invalid for what cannot be taken and Conflict when nothing can be handed in any more;
    then nothing is kept.
    """
    work_id = _lock(actor.id, project)
    work = queries.find_work(actor.id, project)
    link, note = sent.link.strip(), clean_text(sent.note)
    cleaned = [(clean_name(name), content) for name, content in sent.files]
    again = {name for name, _ in cleaned}
    before = work.newest.files if work.newest else ()
    kept = [file for file in before if file.id in sent.keep and file.name not in again]
    files = _checked(project, kept, cleaned)
    _check_rest(project, link, note, count=len(kept) + len(files))
    names = distinct([file.name for file in kept] + [name for name, _ in files])
    hashes = [file.sha256 for file in kept] + [_sha256(content) for _, content in files]
    digest = digest_of(zip(names, hashes, strict=True), link, note)
    if work.newest and work.newest.digest == digest:
        return work.newest
    _check_open(work)
    term, moment = queries.find_term(cohort_id, project), get_now()
    until = work.asked.until if work.asked else term.due_at
    version = ProjectVersion(
        work_id=work_id,
        number=len(work.versions) + 1,
        link=link,
        note=note,
        digest=digest,
        is_late=until is not None and moment > until,
        received_at=moment,
    )
    db.session.add(version)
    db.session.flush()  # files need its id
    _keep_files(work_id, version.id, kept, files, names)
    if work.counted is None:
        keep_score(actor.id, project, None, 0, now)
    finish_lesson(actor=actor, slug=project.slug, lesson_id=project.lesson.id, earned=True, now=now)
    found = queries.find_work(actor.id, project).newest
    assert found is not None  # noqa: S101  (it was added above)
    return found


def _lock(person_id: int, project: Project) -> int:
    """Return the work of a learner, which from now on nobody else changes."""
    key = {
        "person_id": person_id,
        "course_id": project.course_id,
        "lesson_id": project.lesson.id,
    }
    db.session.execute(insert_into(ProjectWork).values(**key).on_conflict_do_nothing())
    return db.session.scalars(select(ProjectWork.id).filter_by(**key).with_for_update()).one()


def _checked(
    project: Project, kept: Sequence[FileRow], found: list[tuple[str, bytes]]
) -> list[tuple[str, bytes]]:
    for name, content in found:
        refused = refuse_file(name, content, project.rules.kinds)
        if refused:
            raise Invalid(refused, todo=NOTHING)
    limit = get_settings().project_upload_mb
    size = sum(file.size for file in kept) + sum(len(content) for _, content in found)
    if size > limit * 1_000_000:
        raise Invalid(say("All files together may weigh %(limit)s MB.", limit=limit), todo=NOTHING)
    if len(kept) + len(found) > project.rules.files:
        raise Invalid(
            say("Hand in at most %(limit)s files.", limit=project.rules.files), todo=NOTHING
        )
    return found


def _check_rest(project: Project, link: str, note: str, *, count: int) -> None:
    if link and not project.rules.link:
        raise Invalid(say("This project takes no link."), todo=NOTHING)
    refused = refuse_link(link) if link else None
    if refused:
        raise Invalid(refused, todo=NOTHING)
    for text, most in ((link, MOST_LINK), (note, MOST_NOTE)):
        if len(text) > most:
            raise Invalid(say("Write at most %(most)s characters.", most=most), todo=NOTHING)
    if not link and not count:
        raise Invalid(say("Choose a file or write a link."), todo=NOTHING)


def _check_open(work: Work) -> None:
    if not work.is_open:
        raise Conflict(
            say("Your work is being marked, so no newer version is taken."),
            todo=say("What you handed in is kept. Ask your instructor if you need another try."),
        )
    if len(work.versions) >= MOST_VERSIONS:
        raise Conflict(
            say("You have handed in %(limit)s versions, which is the most.", limit=MOST_VERSIONS),
            todo=NOTHING,
        )


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _keep_files(
    work_id: int,
    version_id: int,
    kept: Sequence[FileRow],
    files: Sequence[tuple[str, bytes]],
    names: Sequence[str],
) -> None:
    contents = {_sha256(content): content for _, content in files}
    for name, content in contents.items():
        values = {"work_id": work_id, "sha256": name, "content": content}
        db.session.execute(insert_into(ProjectBlob).values(values).on_conflict_do_nothing())
    blobs = dict(
        db.session.execute(
            select(ProjectBlob.sha256, ProjectBlob.id).where(ProjectBlob.work_id == work_id)
        ).all()
    )
    rows = [(blobs[one.sha256], one.size) for one in kept]
    rows += [(blobs[_sha256(content)], len(content)) for _, content in files]
    found = [
        {
            "version_id": version_id,
            "blob_id": blob,
            "name": name,
            "kind": kind_of(name),
            "size": size,
        }
        for name, (blob, size) in zip(names, rows, strict=True)
    ]
    if found:
        db.session.execute(insert(ProjectFile), found)


def keep_score(
    person_id: int, project: Project, mark: MarkRow | None, center_id: int, now: datetime
) -> None:
    """Keep what a work is worth for gradebooks: it waits, or what its mark says."""
    set_score(
        person_id=person_id,
        place=Place(project.course_id, project.lesson.id, BLOCK),
        points=mark.points if mark else 0,
        most=mark.most if mark else project.rules.most * 100,
        waiting=0 if mark else 1,
        center_id=center_id,
        now=now,
    )


def set_term(
    *,
    actor: Actor,
    cohort: Cohort,
    project: Project,
    due_at: datetime | None,
    is_jury: bool,
) -> None:
    """Say until when a cohort hands in a project, and whether a jury marks it."""
    if not can_mark(actor, cohort):
        raise NotFound
    key = {"cohort_id": cohort.id, "course_id": project.course_id, "lesson_id": project.lesson.id}
    values = {"due_at": due_at, "is_jury": is_jury}
    statement = insert_into(ProjectTerm).values(**key, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))
    record(
        actor,
        cohort,
        "term",
        f"cohort:{cohort.id}",
        course=project.course_id,
        lesson=project.lesson.id,
        due=due_at.isoformat() if due_at else None,
        jury=is_jury,
    )


def record(actor: Actor, cohort: Cohort, act: str, obj: str, **details: object) -> None:
    """Add to the audit trail of the cohort's center."""
    audit.record(actor, f"projects.{act}", obj=obj, center_id=cohort.center_id, details=details)


def open_work(actor: Actor, cohort: Cohort, project: Project, person_id: int) -> Work:
    """Return a member's work as it is while nobody else changes it."""
    if not policies.can_mark_work(actor, cohort, person_id):
        raise NotFound
    _lock(person_id, project)
    work = queries.find_work(person_id, project)
    if work.newest is None:
        raise Conflict(say("Nothing was handed in yet."))
    return work


def ask_again(
    *,
    actor: Actor,
    cohort: Cohort,
    project: Project,
    person_id: int,
    newest: int,
    text: str,
    until: datetime | None,
    now: datetime,
) -> None:
    """Ask a learner for a newer version, and tell them why. Twice with the same words is once."""
    work = open_work(actor, cohort, project, person_id)
    said = clean_text(text)
    if not said or len(said) > MOST_COMMENT:
        raise Invalid(say("Write at most %(most)s characters.", most=MOST_COMMENT))
    if until is None or until <= now:
        raise Invalid(say("Choose a moment that lies ahead."))
    assert work.newest is not None  # noqa: S101  (see open_work)
    if work.newest.number != newest:
        raise newer()
    asked = work.asked
    if asked and (asked.text, asked.until) == (said, until):
        return
    db.session.add(
        ProjectRequest(
            version_id=work.newest.id, text=said, until=until, asked_by=actor.id, asked_at=now
        )
    )
    db.session.flush()  # the key of the notice needs what is kept
    record(actor, cohort, "ask", f"person:{person_id}", work=work.id, version=newest)
    tell(cohort, person_id, ASKED, f"ask:{work.id}:{newest}:{len(work.requests)}", now)


ASKED = say("Your project is to be handed in again. Open its lesson to see why and until when.")


def tell(cohort: Cohort, person_id: int, text: Sentence, key: str, now: datetime) -> None:
    """Tell a learner something of their project, once for each key."""
    notify_people(
        kind="projects.told",
        people=[person_id],
        text=text,
        center_id=cohort.center_id,
        key=f"project:{key}",
        now=now,
    )


def newer() -> Overtaken:
    """Return the refusal for whoever has not seen the newest version."""
    return Overtaken(
        say("A newer version was handed in meanwhile, so nothing was kept."),
        todo=say("Look at it first."),
    )


def add_comment(
    *,
    actor: Actor,
    cohort: Cohort,
    project: Project,
    person_id: int,
    file_id: int,
    line: int,
    text: str,
    now: datetime,
) -> None:
    """Write about a line of a file; it stays with that version. The same twice is once."""
    work = open_work(actor, cohort, project, person_id)
    _, file = queries.find_file(work, file_id)
    said = clean_text(text)
    if not said or len(said) > MOST_COMMENT:
        raise Invalid(say("Write at most %(most)s characters.", most=MOST_COMMENT))
    known = queries.list_comments(file)[line]
    if any((one.author_id, one.text) == (actor.id, said) for one in known):
        return
    db.session.add(
        ProjectComment(file_id=file.id, line=line, text=said, author_id=actor.id, made_at=now)
    )


def remove_comment(
    *, actor: Actor, cohort: Cohort, project: Project, person_id: int, file_id: int, comment_id: int
) -> None:
    """Take back a comment of one's own; another's stays."""
    work = open_work(actor, cohort, project, person_id)
    _, file = queries.find_file(work, file_id)
    for rows in queries.list_comments(file).values():
        for row in rows:
            if row.id == comment_id and row.author_id == actor.id:
                db.session.delete(row)

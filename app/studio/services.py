"""What authors do in the browser, as far as it is more than one call of `app.courses`."""

import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import IO

from sqlalchemy import delete, select

from app.accounts.models import Person
from app.content.archive import list_zip, read_zip, write_zip
from app.content.files import weigh_text
from app.content.rules import sentence_to_json
from app.courses import queries as courses
from app.courses.rules import Checked
from app.courses.services import import_course, slug_from
from app.kernel import audit, jobs
from app.kernel.actors import Actor
from app.kernel.db import db
from app.kernel.errors import Conflict, Invalid, NotFound, Refusal
from app.kernel.i18n import say
from app.studio import queries
from app.studio.models import CourseUpload
from app.studio.rules import (
    AT_ONCE_BYTES,
    AT_ONCE_TEXT,
    job_key,
    name_without_copy,
    read_parts,
    top_folder,
)

KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Received:
    """A course as it was sent; its names and sizes are known to be harmless."""

    file_name: str
    slug: str
    """The address that its name suggests."""
    size: int
    text: int
    """How many bytes of it are Markdown, which is what takes time."""
    files: Callable[[], dict[str, bytes]]
    archive: Callable[[], bytes]

    @property
    def is_checked_at_once(self) -> bool:
        """Tell whether checking takes about a second, so that the person may wait for it."""
        return self.text <= AT_ONCE_TEXT and self.size <= AT_ONCE_BYTES


def receive_archive(filename: str, file: IO[bytes]) -> Received:
    """Look at a zipped course without reading what is in its files.

    Raises Invalid for an archive that cannot be trusted. Keeps nothing.
    """
    sizes = list_zip(file)
    _refuse_empty(sizes)
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        top = top_folder(name for name in archive.namelist() if not name.endswith("/"))

    def content() -> bytes:
        file.seek(0)
        return file.read()

    slug = slug_from(top or name_without_copy(filename))
    weight = sum(sizes.values())
    return Received(filename, slug, weight, weigh_text(sizes), lambda: read_zip(file), content)


def receive_folder(parts: Sequence[tuple[str, IO[bytes]]]) -> Received:
    """Take a course that came file by file. Raises Invalid as above. Keeps nothing."""
    files = read_parts(parts)
    _refuse_empty(files)
    sizes = {path: len(content) for path, content in files.items()}
    top = top_folder(name for name, _ in parts)

    def content() -> bytes:
        packed = BytesIO()
        write_zip(files, packed)
        return packed.getvalue()

    weight = sum(sizes.values())
    return Received(top, slug_from(top), weight, weigh_text(sizes), lambda: files, content)


def _refuse_empty(files: Mapping[str, object]) -> None:
    if not files:
        raise Invalid(
            say("There is no file in it; nothing was kept."),
            todo=say("Choose the zip file or the folder of a course."),
        )


def keep_upload(*, actor: Actor, received: Received, archive: bytes, now: datetime) -> CourseUpload:
    """Keep an upload until it was checked in the background, one for each person at a time."""
    # one after the other, also when two come at the same moment
    db.session.execute(select(Person.id).where(Person.id == actor.id).with_for_update())
    if queries.is_one_checked(actor.id):
        raise Conflict(
            say("Another course of yours is being checked; nothing was kept of this one."),
            todo=say("Wait for its report, which stands in your studio, then send this again."),
        )
    upload = CourseUpload(
        person_id=actor.id,
        file_name=received.file_name[:200],
        slug=received.slug,
        archive=archive,
        created_at=now,
    )
    db.session.add(upload)
    db.session.flush()  # the job needs its id
    # after everything else: a check may take minutes, and messages do not wait for it
    jobs.enqueue("studio.check", {"upload_id": upload.id}, key=job_key(upload.id), priority=-1)
    audit.record(actor, "studio.upload", obj=f"upload:{upload.id}", details={"bytes": len(archive)})
    return upload


def end_upload(*, actor: Actor, upload_id: int, checked: Checked, now: datetime) -> None:
    """Keep the course, or the report that says why not. Once: a second call changes nothing."""
    upload = _lock(upload_id)
    if upload.state != "checking":
        return
    if checked.errors:
        known = courses.find_course_by_key(actor, checked.course.id) if checked.course else None
        upload.state, upload.course_id = "refused", known.id if known else None
        upload.problems = [problem.to_json() for problem in checked.problems]
    else:
        kept = import_course(actor=actor, checked=checked, slug=upload.slug, now=now)
        upload.state, upload.course_id = "kept", kept.course_id
    upload.archive, upload.ended_at = None, now


def stop_upload(*, upload_id: int, refusal: Refusal, now: datetime) -> None:
    """Keep why an upload can be neither kept nor reported on."""
    upload = _lock(upload_id)
    if upload.state == "checking":
        sentences = (refusal.sentence, refusal.todo)
        upload.reason = [sentence_to_json(sentence) for sentence in sentences if sentence]
        upload.state, upload.archive, upload.ended_at = "stopped", None, now


def _lock(upload_id: int) -> CourseUpload:
    upload = db.session.get(CourseUpload, upload_id, with_for_update=True, populate_existing=True)
    if upload is None:
        raise NotFound
    return upload


def forget_old(*, now: datetime) -> None:
    """Remove uploads that ended, or were given up, some days ago. What was kept of them stays."""
    db.session.execute(delete(CourseUpload).where(CourseUpload.created_at < now - KEPT))

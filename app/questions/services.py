"""What can be done with a file of questions: keep it to be looked at, bring it in, drop it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete

from app.courses import policies
from app.courses.queries import CourseRef, outline_of
from app.courses.services import slug_from
from app.kernel import audit
from app.kernel.actors import Actor
from app.kernel.db import db
from app.kernel.errors import Conflict, Invalid, NotFound
from app.kernel.i18n import say
from app.questions import queries, rules
from app.questions.models import QuestionUpload
from app.studio.queries import RevisionFiles

KEPT = timedelta(days=1)


def keep_upload(
    *, actor: Actor, course: CourseRef, file_name: str, content: bytes, now: datetime
) -> QuestionUpload:
    """Keep a file until its author has seen what is in it; an older one of theirs is forgotten."""
    if not policies.can_edit(actor, course.id):
        raise NotFound
    if len(content) > rules.MOST_BYTES:
        raise Invalid(
            say(
                "This file is larger than %(limit)s MB; nothing was kept.",
                limit=rules.MOST_BYTES // 1_000_000,
            ),
            todo=say("Export fewer questions at a time."),
        )
    db.session.execute(
        delete(QuestionUpload).where(
            QuestionUpload.person_id == actor.id, QuestionUpload.course_id == course.id
        )
    )
    upload = QuestionUpload(
        person_id=actor.id,
        course_id=course.id,
        file_name=file_name.replace("\\", "/").rpartition("/")[2][:200] or "questions",
        content=content,
        created_at=now,
    )
    db.session.add(upload)
    db.session.flush()
    return upload


def with_questions(
    course: CourseRef, base: str, shown: rules.Preview, *, title: str, module: str
) -> Mapping[str, bytes]:
    """Return the files of a course with the questions in it. Keeps nothing.

    Raises Conflict when the course has another version by now than `base`.
    """
    newest = queries.get_newest(course)
    if newest.short != base:
        raise Conflict(
            say("The course got another version meanwhile; nothing was kept."),
            todo=say("Look at what is in the file once more, then bring it in."),
        )
    if not shown.ready:
        raise Invalid(say("There is no question in it that a course could take."))
    outline = outline_of(newest)
    target = rules.Target(slug_from(title) or "questions", title, outline.course.source, module)
    files = dict(RevisionFiles(newest))
    return files | rules.compose(shown, target, files, [lesson.id for lesson in outline.lessons])


def drop_upload(*, actor: Actor, upload: QuestionUpload, became: str = "") -> None:
    """Forget a file, once: a second call raises NotFound. `became` names the revision it became."""
    gone = db.session.scalar(
        delete(QuestionUpload)
        .where(QuestionUpload.id == upload.id)
        .returning(QuestionUpload.id)
        .execution_options(synchronize_session=False)
    )
    if gone is None:
        raise NotFound
    db.session.expunge(upload)
    if became:
        audit.record(
            actor,
            "questions.import",
            obj=f"course:{upload.course_id}",
            details={"revision": became},
        )


def forget_old(*, now: datetime) -> None:
    """Remove files about which nobody decided for a day."""
    db.session.execute(delete(QuestionUpload).where(QuestionUpload.created_at < now - KEPT))

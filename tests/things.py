"""Things that people of the tests' world made, each with the name that addresses use."""

from datetime import timedelta

from sqlalchemy import select

from app.activities.models import Attempt
from app.activities.services import keep_versions
from app.centers.models import Cohort
from app.courses.models import Publication, Revision
from app.courses.rules import RevisionRef
from app.credentials.services import Given, award_credential
from app.exams.bank import bank_of
from app.exams.marking import mark_attempt
from app.exams.models import ExamAttempt
from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import write
from app.projects.models import (
    ProjectBlob,
    ProjectComment,
    ProjectFile,
    ProjectVersion,
    ProjectWork,
)
from app.questions.models import QuestionUpload
from app.regrading.models import Regrading
from app.studio.models import CourseUpload


def send(person_id: int) -> str:
    """Return an upload whose check stopped."""
    with write() as session:
        upload = CourseUpload(
            person_id=person_id,
            file_name="cours.zip",
            slug="cours",
            state="stopped",
            created_at=clock.now(),
        )
        session.add(upload)
        session.flush()
        return upload.public_id


def send_questions(person_id: int, course_id: int) -> str:
    """Return a file of questions about which nobody decided yet."""
    with write() as session:
        upload = QuestionUpload(
            person_id=person_id,
            course_id=course_id,
            file_name="questions.gift",
            content=b"::One::Is it so?{T}",
            created_at=clock.now(),
        )
        session.add(upload)
        session.flush()
        return upload.public_id


def regrade(person_id: int, publication_id: int) -> str:
    """Return a decision about marks that waits for a signature."""
    with write() as session:
        publication = session.get_one(Publication, publication_id)
        found = Regrading(
            course_id=publication.course_id,
            revision_id=publication.revision_id,
            publication_id=publication.id,
            choice="lower",
            reason="La clé était fausse.",
            state="done",
            asked_by=person_id,
            asked_at=clock.now(),
        )
        session.add(found)
        session.flush()
        return found.public_id


def award(cohort_id: int, person_id: int, course_id: int) -> str:
    """Return the number of a certificate of a member of the cohort."""
    with write() as session:
        given = Given(
            person_id, session.get_one(Cohort, cohort_id), course_id, {"fr": "Tout est fini."}
        )
        return award_credential(actor=SYSTEM, given=given, now=clock.now()).public_id


def sit(course_id: int, person_id: int, number: int, *, center_id: int, cohort_id: int) -> str:
    """Return an attempt at the exam of the course: the first one is marked, the second one runs."""
    now = clock.now()
    with write() as session:
        revision = session.scalars(
            select(Revision).where(Revision.course_id == course_id).order_by(Revision.id)
        ).first()
        assert revision
        drawn = bank_of(RevisionRef(revision.id, revision.hash))
        attempt = Attempt(
            person_id=person_id,
            course_id=course_id,
            lesson_id="bilan",
            block_id="exam",
            kind="exam",
            number=number,
            seed="seed",
            revision_id=revision.id,
            center_id=center_id,
            cohort_id=cohort_id,
            began_at=now,
        )
        session.add(attempt)
        session.flush()
        versions = keep_versions([(one.kind, one.item) for one in drawn.values()])
        exam = ExamAttempt(
            attempt_id=attempt.id,
            person_id=person_id,
            deadline=now + timedelta(hours=2),
            accepts_until=now + timedelta(hours=2),
            drawn=[[item, versions[item]] for item in list(drawn)[:6]],
            draw_version=1,
            closed_at=now if number == 1 else None,
            closed_by="hand-in" if number == 1 else "",
        )
        session.add(exam)
        session.flush()
        if drawn:  # nothing is asked where the plugin of its questions is left out
            mark_attempt(attempt_id=attempt.id, now=now)
        return exam.public_id


def hand_in(course_id: int, person_id: int) -> str:
    """Return a file of somebody's project; it has a comment and waits for a mark."""
    now, content = clock.now(), b"def tarif(metres):\n    return 2 + metres // 80\n"
    with write() as session:
        work = ProjectWork(person_id=person_id, course_id=course_id, lesson_id="tarif-du-taxi")
        session.add(work)
        session.flush()
        blob = ProjectBlob(work_id=work.id, sha256="0" * 64, content=content)
        version = ProjectVersion(
            work_id=work.id, number=1, link="", note="Voilà.", digest="", is_late=False,
            received_at=now,
        )  # fmt: skip
        session.add_all([blob, version])
        session.flush()
        file = ProjectFile(
            version_id=version.id, blob_id=blob.id, name="taxi.py", kind="py", size=len(content)
        )
        session.add(file)
        session.flush()
        session.add(ProjectComment(file_id=file.id, line=2, text="Et la nuit ?", made_at=now))
        return str(file.id)

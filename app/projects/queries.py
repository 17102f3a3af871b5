"""What was handed in and how it stands. A list costs the same for one learner and for many."""

import base64
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import undefer

from app.centers.models import Cohort
from app.centers.queries import PersonRow, get_cohort, list_member_ids, list_members
from app.content.rules import Lesson, ProjectRules
from app.courses.queries import find_course, outlines_of, resolve_many
from app.courses.rules import Outline
from app.gradebook.queries import find_plan
from app.kernel.actors import Actor
from app.kernel.db import db, get_now
from app.kernel.errors import NotFound
from app.learning.models import Enrollment
from app.learning.queries import Study
from app.marking.policies import can_mark
from app.projects import policies
from app.projects.models import (
    ProjectBlob,
    ProjectComment,
    ProjectFile,
    ProjectMark,
    ProjectRequest,
    ProjectSignature,
    ProjectTerm,
    ProjectVersion,
    ProjectWork,
)
from app.projects.rules import ORDER, FileRow, MarkRow, RequestRow, VersionRow, Work

COMMENTS = 12


@dataclass(frozen=True)
class Project:
    """A project of a course, as whoever asks sees the course."""

    course_id: int
    slug: str
    lesson: Lesson
    rules: ProjectRules
    outline: Outline

    def title(self, language: str) -> str:
        """Return the title of its lesson."""
        return self.lesson.text(language, self.outline.course.source).title

    def said(self, language: str) -> dict[str, str]:
        """Return what each criterion means, in the source's words where it is not translated."""
        source = self.outline.course.source
        own = self.lesson.text(language, source).rubric
        return dict(self.lesson.texts[source].rubric) | dict(own)

    def language(self, language: str) -> str:
        """Return the language in which its course is read by somebody who reads `language`."""
        course = self.outline.course
        return language if language in course.languages else course.source


@dataclass(frozen=True)
class Term:
    """Until when, and whether a jury marks; nothing said is no date and no jury."""

    due_at: datetime | None = None
    is_jury: bool = False


@dataclass(frozen=True)
class MemberWork:
    """A member of a cohort and what they handed in."""

    member: PersonRow
    work: Work


@dataclass(frozen=True)
class ProjectRow:
    """A project of a cohort: how many have handed in, wait and are marked."""

    project: Project
    term: Term
    counts: Mapping[str, int]


def find_own_project(study: Study, lesson_id: str) -> Project | None:
    """Return a project of a course that takes work, or None."""
    lesson = study.outline.lesson(lesson_id)
    if lesson is None or lesson.project is None:
        return None
    return Project(study.seen.course_id, study.seen.slug, lesson, lesson.project, study.outline)


def get_own_project(study: Study, lesson_id: str) -> Project:
    """Return the project that a learner hands in. Raises NotFound, also for who is not enrolled."""
    project = find_own_project(study, lesson_id)
    if project is None or study.enrollment is None:
        raise NotFound
    return project


def get_marking_cohort(actor: Actor, public_id: str, center_id: int) -> Cohort:
    """Return a cohort whose projects the actor marks. Raises NotFound."""
    cohort = get_cohort(actor, public_id, center_id)
    if not can_mark(actor, cohort):
        raise NotFound
    return cohort


def get_project(cohort: Cohort, slug: str, lesson_id: str, *, now: datetime) -> Project:
    """Return a project as a cohort sees it. Raises NotFound."""
    course = find_course(slug)
    found = _projects(cohort, [course.id] if course else [], now)
    for project in found:
        if project.lesson.id == lesson_id:
            return project
    raise NotFound


def _projects(cohort: Cohort, course_ids: Collection[int], now: datetime) -> list[Project]:
    seen = resolve_many(dict.fromkeys(course_ids, cohort.id), now=now)
    outlines = outlines_of(seen.values())
    return [
        Project(course_id, one.slug, lesson, lesson.project, outlines[one.revision_id])
        for course_id, one in sorted(seen.items(), key=lambda item: item[1].slug)
        for lesson in outlines[one.revision_id].lessons
        if lesson.project
    ]


def list_projects(cohort: Cohort, *, now: datetime) -> list[ProjectRow]:
    """Return the projects of the courses that members of a cohort take."""
    people = list_member_ids(cohort.id)
    courses = db.session.scalars(
        select(Enrollment.course_id)
        .where(Enrollment.person_id.in_(people), Enrollment.left_at.is_(None))
        .distinct()
    ).all()
    projects = _projects(cohort, courses, now)
    terms = _terms(cohort.id)
    counts: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    ids = {project.course_id for project in projects}
    works = db.session.scalars(
        select(ProjectWork).where(ProjectWork.person_id.in_(people), ProjectWork.course_id.in_(ids))
    ).all()
    found = _fill(works)
    for row in works:
        counts[row.course_id, row.lesson_id][found[row.id].state] += 1
    return [
        ProjectRow(
            project,
            terms.get((project.course_id, project.lesson.id), Term()),
            counts[project.course_id, project.lesson.id],
        )
        for project in projects
    ]


def _terms(cohort_id: int) -> dict[tuple[int, str], Term]:
    rows = db.session.scalars(select(ProjectTerm).where(ProjectTerm.cohort_id == cohort_id))
    return {(row.course_id, row.lesson_id): Term(row.due_at, row.is_jury) for row in rows}


def find_term(cohort_id: int | None, project: Project) -> Term:
    """Return what a cohort was told about a project."""
    key = (cohort_id, project.course_id, project.lesson.id)
    found = db.session.get(ProjectTerm, key) if cohort_id else None
    return Term(found.due_at, found.is_jury) if found else Term()


def find_work(person_id: int, project: Project) -> Work:
    """Return what a learner handed in for a project."""
    return _works([person_id], project).get(person_id, Work(person_id=person_id))


def _works(people: Collection[int], project: Project) -> dict[int, Work]:
    rows = db.session.scalars(
        select(ProjectWork).where(
            ProjectWork.person_id.in_(people),
            ProjectWork.course_id == project.course_id,
            ProjectWork.lesson_id == project.lesson.id,
        )
    ).all()
    found = _fill(rows)
    return {row.person_id: found[row.id] for row in rows}


def list_works(actor: Actor, cohort: Cohort, project: Project) -> list[MemberWork]:
    """Return the members of a cohort with their works, those first that wait for the staff."""
    members = [
        one for one in list_members(cohort.id) if policies.can_mark_work(actor, cohort, one.id)
    ]
    works = _works([one.id for one in members], project)
    rows = [MemberWork(one, works.get(one.id, Work(person_id=one.id))) for one in members]
    return sorted(rows, key=lambda row: ORDER.index(row.work.state))


def get_member_work(actor: Actor, cohort: Cohort, project: Project, public_id: str) -> MemberWork:
    """Return what one member of a cohort handed in. Raises NotFound."""
    for one in list_members(cohort.id):
        if one.public_id == public_id and policies.can_mark_work(actor, cohort, one.id):
            return MemberWork(one, find_work(one.id, project))
    raise NotFound


def get_row(rows: Sequence[MemberWork], public_id: str) -> MemberWork:
    """Return what one member handed in, out of the list of all. Raises NotFound."""
    for row in rows:
        if row.member.public_id == public_id:
            return row
    raise NotFound


def find_waiting(rows: Sequence[MemberWork], *, after: MemberWork) -> MemberWork | None:
    """Return another work that waits for a mark, or None."""
    waiting = (row for row in rows if row.work.state == "waiting")
    return next((row for row in waiting if row.member.id != after.member.id), None)


def _fill(rows: Sequence[ProjectWork]) -> dict[int, Work]:
    """Return works with all that belongs to them but the bytes of files: five statements."""
    ids = [row.id for row in rows]
    if not ids:
        return {}
    versions, numbers = _versions(ids)
    requests, marks = _requests(ids, numbers), _marks(ids)
    return {
        row.id: Work(
            row.id, row.person_id, tuple(versions[row.id]), tuple(requests[row.id]),
            tuple(marks[row.id]),
        )
        for row in rows
    }  # fmt: skip


def _versions(ids: list[int]) -> tuple[dict[int, list[VersionRow]], dict[int, int]]:
    comments = (
        select(func.count())
        .where(ProjectComment.file_id == ProjectFile.id)
        .correlate(ProjectFile)
        .scalar_subquery()
    )
    files: dict[int, list[FileRow]] = defaultdict(list)
    for row in db.session.execute(
        select(ProjectFile, ProjectBlob.sha256, comments)
        .join(ProjectBlob, ProjectBlob.id == ProjectFile.blob_id)
        .where(ProjectBlob.work_id.in_(ids))
        .order_by(ProjectFile.id)
    ):
        one = row[0]
        files[one.version_id].append(
            FileRow(one.id, one.name, one.kind, one.size, row[1], one.blob_id, row[2])
        )
    found: dict[int, list[VersionRow]] = defaultdict(list)
    numbers: dict[int, int] = {}
    for version in db.session.scalars(
        select(ProjectVersion)
        .where(ProjectVersion.work_id.in_(ids))
        .order_by(ProjectVersion.work_id, ProjectVersion.number)
    ):
        numbers[version.id] = version.number
        found[version.work_id].append(
            VersionRow(
                version.id, version.number, version.link, version.note, version.digest,
                version.is_late, version.received_at, tuple(files[version.id]),
            )
        )  # fmt: skip
    return found, numbers


def _requests(ids: list[int], numbers: Mapping[int, int]) -> dict[int, list[RequestRow]]:
    found: dict[int, list[RequestRow]] = defaultdict(list)
    for request, work_id in db.session.execute(
        select(ProjectRequest, ProjectVersion.work_id)
        .join(ProjectVersion, ProjectVersion.id == ProjectRequest.version_id)
        .where(ProjectVersion.work_id.in_(ids))
        .order_by(ProjectRequest.id)
    ):
        found[work_id].append(
            RequestRow(
                numbers[request.version_id], request.text, request.until, request.asked_by,
                request.asked_at,
            )
        )  # fmt: skip
    return found


def _marks(ids: list[int]) -> dict[int, list[MarkRow]]:
    found: dict[int, list[MarkRow]] = defaultdict(list)
    signed: dict[int, list[tuple[int, datetime]]] = defaultdict(list)
    for one in db.session.scalars(
        select(ProjectSignature)
        .join(ProjectMark, ProjectMark.id == ProjectSignature.mark_id)
        .where(ProjectMark.work_id.in_(ids))
        .order_by(ProjectSignature.signed_at)
    ):
        signed[one.mark_id].append((one.person_id, one.signed_at))
    for row in db.session.scalars(
        select(ProjectMark).where(ProjectMark.work_id.in_(ids)).order_by(ProjectMark.number)
    ):
        found[row.work_id].append(
            MarkRow(
                row.id, row.number, row.version_id, row.newest, row.marker_id,
                tuple((key, points, most) for key, points, most in row.lines),
                row.points, row.most, row.comment, row.is_jury, row.marked_at,
                tuple(signed[row.id]),
            )
        )  # fmt: skip
    return found


def find_file(work: Work, file_id: int) -> tuple[VersionRow, FileRow]:
    """Return a file of a work and its version. Raises NotFound."""
    for version in work.versions:
        for file in version.files:
            if file.id == file_id:
                return version, file
    raise NotFound


def read_blob(file: FileRow) -> bytes:
    """Return the bytes of a file."""
    return db.session.scalars(
        select(ProjectBlob.content).where(ProjectBlob.id == file.blob_id)
    ).one()


def list_comments(file: FileRow) -> dict[int, list[ProjectComment]]:
    """Return what was written about a file, by line."""
    found: dict[int, list[ProjectComment]] = defaultdict(list)
    for row in db.session.scalars(
        select(ProjectComment)
        .where(ProjectComment.file_id == file.id)
        .order_by(ProjectComment.line, ProjectComment.id)
    ):
        found[row.line].append(row)
    return found


def list_used_comments(actor: Actor) -> list[str]:
    """Return what a marker wrote about projects lately, each comment once, the newest first."""
    return list(
        db.session.scalars(
            select(ProjectMark.comment)
            .where(ProjectMark.marker_id == actor.id, ProjectMark.comment != "")
            .group_by(ProjectMark.comment)
            .order_by(func.max(ProjectMark.marked_at).desc(), ProjectMark.comment)
            .limit(COMMENTS)
        )
    )


def is_released(cohort_id: int | None, project: Project) -> bool:
    """Tell whether learners of a cohort see their marks, as the gradebook says."""
    return find_plan(cohort_id, project.course_id).is_released(get_now())


def export_works(person_id: int) -> dict[str, Any]:
    """Return everything that a learner handed in, the files included, for their copy."""
    works = db.session.scalars(select(ProjectWork).where(ProjectWork.person_id == person_id)).all()
    found = _fill(works)
    return {"works": [_export(row, found[row.id]) for row in works]}


def _export(row: ProjectWork, work: Work) -> dict[str, Any]:
    contents: dict[str, str] = {
        one.sha256: base64.b64encode(one.content).decode()
        for one in db.session.scalars(
            select(ProjectBlob)
            .where(ProjectBlob.work_id == row.id)
            .options(undefer(ProjectBlob.content))
        )
    }
    return {
        "lesson": row.lesson_id,
        "versions": [
            {
                "number": version.number,
                "received_at": version.received_at.isoformat(),
                "late": version.is_late,
                "link": version.link,
                "note": version.note,
                "files": {file.name: file.sha256 for file in version.files},
            }
            for version in work.versions
        ],
        "asked_again": [
            {"version": one.number, "text": one.text, "until": one.until.isoformat()}
            for one in work.requests
        ],
        "files_base64": contents,
    }

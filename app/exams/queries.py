"""What can be asked of exams. A page of the paper costs three statements here."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select

from app.activities.models import AnswerEvent, Attempt, Mark, Score
from app.content.rules import ExamRules, Lesson
from app.courses.models import Course, Revision
from app.courses.queries import outline_of
from app.courses.rules import Outline, RevisionRef
from app.exams.hooks import Release
from app.exams.models import Accommodation, ExamAttempt, ExamWindow
from app.exams.rules import BLOCK, Taken, Window
from app.kernel import clock
from app.kernel.db import as_moment, db
from app.kernel.errors import NotFound
from app.kernel.hooks import hooks
from app.learning.models import Enrollment


@dataclass(frozen=True)
class Paper:
    """An attempt at an exam, as it stands at `now` by the database's clock."""

    id: int
    public_id: str
    person_id: int
    course_id: int
    slug: str
    lesson_id: str
    ref: RevisionRef
    seed: str
    number: int
    center_id: int | None
    cohort_id: int | None
    began_at: datetime
    deadline: datetime
    accepts_until: datetime
    drawn: tuple[tuple[str, int], ...]
    epoch: int
    closed_at: datetime | None
    closed_by: str
    marked_at: datetime | None
    now: datetime

    @property
    def is_open(self) -> bool:
        """Tell whether answers are taken."""
        return self.closed_at is None and self.now <= self.accepts_until

    @property
    def outline(self) -> Outline:
        """The course as it was when the attempt began."""
        return outline_of(self.ref)

    @property
    def lesson(self) -> Lesson:
        """The exam as it was when the attempt began."""
        return self.outline.lessons[self.outline.places[self.lesson_id]]

    @property
    def rules(self) -> ExamRules:
        """Its rules as they were when the attempt began."""
        return self.lesson.exam or ExamRules(())

    @property
    def items(self) -> tuple[str, ...]:
        """The ids of its questions, in their order."""
        return tuple(item for item, _ in self.drawn)


_PAPER = (
    select(
        ExamAttempt.attempt_id,
        ExamAttempt.public_id,
        ExamAttempt.person_id,
        Attempt.course_id,
        Course.slug,
        Attempt.lesson_id,
        Attempt.revision_id,
        Revision.hash,
        Attempt.seed,
        Attempt.number,
        Attempt.center_id,
        Attempt.cohort_id,
        Attempt.began_at,
        ExamAttempt.deadline,
        ExamAttempt.accepts_until,
        ExamAttempt.drawn,
        ExamAttempt.epoch,
        ExamAttempt.closed_at,
        ExamAttempt.closed_by,
        ExamAttempt.marked_at,
        clock.sql_now().label("now"),
    )
    .join(Attempt, Attempt.id == ExamAttempt.attempt_id)
    .join(Course, Course.id == Attempt.course_id)
    .join(Revision, Revision.id == Attempt.revision_id)
)


def _paper(row: Any) -> Paper:
    values = row._asdict()
    ref = RevisionRef(values.pop("revision_id"), values.pop("hash"))
    drawn = tuple((item, version) for item, version in values.pop("drawn"))
    now = as_moment(values.pop("now"))
    return Paper(id=values.pop("attempt_id"), ref=ref, drawn=drawn, now=now, **values)


def get_paper(public_id: str, person_id: int) -> Paper:
    """Return somebody's own attempt; NotFound for others'. One statement."""
    row = db.session.execute(
        _PAPER.where(ExamAttempt.public_id == public_id, ExamAttempt.person_id == person_id)
    ).first()
    if row is None:
        raise NotFound
    return _paper(row)


def get_paper_by_id(attempt_id: int) -> Paper:
    """Return an attempt for whoever marks it."""
    return _paper(db.session.execute(_PAPER.where(ExamAttempt.attempt_id == attempt_id)).one())


def find_release(paper: Paper) -> datetime | None:
    """Return from when its learner may see what an attempt earned, if that is still to come."""
    kept = hooks.get(Release, "gradebook")
    at = kept.find(paper.person_id, paper.course_id, paper.cohort_id) if kept else None
    return at if at is not None and at > paper.now else None


@dataclass(frozen=True)
class Received:
    """An answer as it was received."""

    writer: str
    seq: int
    item: str
    value: str
    received_at: datetime


def list_received(
    attempt_id: int, *, writer: str = "", seqs: Collection[int] = ()
) -> list[Received]:
    """Return what was received in an attempt, or of it what one writer sent under these counts."""
    statement = select(
        AnswerEvent.writer,
        AnswerEvent.seq,
        AnswerEvent.item,
        AnswerEvent.value,
        AnswerEvent.received_at,
    ).where(AnswerEvent.attempt_id == attempt_id)
    if writer:
        statement = statement.where(AnswerEvent.writer == writer, AnswerEvent.seq.in_(seqs))
    return [Received(*row) for row in db.session.execute(statement)]


_TAKEN = (
    select(
        ExamAttempt.public_id,
        Attempt.number,
        ExamAttempt.deadline,
        ExamAttempt.accepts_until,
        ExamAttempt.closed_at,
        ExamAttempt.marked_at,
    )
    .join(Attempt, Attempt.id == ExamAttempt.attempt_id)
    .order_by(Attempt.number)
)


def list_taken(person_id: int, course_id: int, lesson_id: str) -> list[Taken]:
    """Return somebody's attempts at an exam, the first one first; without points. One statement."""
    rows = db.session.execute(
        _TAKEN.where(
            Attempt.person_id == person_id,
            Attempt.course_id == course_id,
            Attempt.lesson_id == lesson_id,
            Attempt.block_id == BLOCK,
        )
    )
    return [Taken(*row) for row in rows]


def with_points(
    taken: Sequence[Taken], person_id: int, course_id: int, lesson_id: str
) -> list[Taken]:
    """Return the attempts with what each earned by its newest marks. One statement."""
    rows = db.session.execute(
        select(Attempt.number, Mark.writer, Mark.seq, Mark.points, Mark.most, Mark.state)
        .join(Mark, Mark.attempt_id == Attempt.id)
        .where(
            Attempt.person_id == person_id,
            Attempt.course_id == course_id,
            Attempt.lesson_id == lesson_id,
            Attempt.block_id == BLOCK,
        )
        .order_by(Mark.id)
    )
    newest: dict[int, dict[tuple[str, int], Any]] = defaultdict(dict)
    for row in rows:
        newest[row.number][row.writer, row.seq] = row
    return [_with_points(one, newest[one.number]) for one in taken]


def _with_points(one: Taken, marks: Mapping[tuple[str, int], Any]) -> Taken:
    return Taken(
        one.public_id,
        one.number,
        one.deadline,
        one.accepts_until,
        one.closed_at,
        one.marked_at,
        sum(mark.points for mark in marks.values()),
        sum(mark.most for mark in marks.values()),
        sum(mark.state == "waiting" for mark in marks.values()),
    )


def find_window(
    course_id: int, lesson_id: str, center_id: int | None, cohort_id: int | None
) -> Window | None:
    """Return when somebody of this cohort or center may begin an exam; None: nobody said so."""
    if center_id is None:
        return None
    own = and_(ExamWindow.cohort_id == cohort_id) if cohort_id else ExamWindow.cohort_id.is_(None)
    row = db.session.execute(
        select(ExamWindow.opens_at, ExamWindow.closes_at)
        .where(
            ExamWindow.course_id == course_id,
            ExamWindow.lesson_id == lesson_id,
            ExamWindow.center_id == center_id,
            or_(own, ExamWindow.cohort_id.is_(None)),
        )
        .order_by(ExamWindow.cohort_id.is_(None))
        .limit(1)
    ).first()
    return Window(*row) if row else None


@dataclass(frozen=True)
class Needs:
    """What somebody needs in everything that is timed; never why."""

    factor: int = 100
    larger_text: bool = False


def get_needs(person_id: int) -> Needs:
    """Return what somebody needs."""
    row = db.session.execute(
        select(Accommodation.factor, Accommodation.larger_text).where(
            Accommodation.person_id == person_id
        )
    ).first()
    return Needs(*row) if row else Needs()


def get_score(person_id: int, course_id: int, lesson_id: str) -> int:
    """Return the points that somebody has in an exam by now."""
    found = db.session.scalar(
        select(Score.points).where(
            Score.person_id == person_id,
            Score.course_id == course_id,
            Score.lesson_id == lesson_id,
            Score.block_id == BLOCK,
        )
    )
    return found or 0


def find_last_end(course_id: int) -> datetime | None:
    """Return when the last attempt ends of those at exams of a course that run, or None."""
    return db.session.scalar(
        select(func.max(ExamAttempt.accepts_until))
        .join(Attempt, Attempt.id == ExamAttempt.attempt_id)
        .where(Attempt.course_id == course_id, ExamAttempt.closed_at.is_(None))
    )


def find_end_of_sitting(now: datetime, soon: timedelta) -> datetime | None:
    """Return until when exams are sat anywhere, or None: by attempts that run and by windows.

    A window counts while it is open and when it opens `soon`; one without an end is no exam day.
    """
    running = select(func.max(ExamAttempt.accepts_until)).where(
        ExamAttempt.closed_at.is_(None), ExamAttempt.accepts_until > now
    )
    opened = select(func.max(ExamWindow.closes_at)).where(
        ExamWindow.closes_at > now,
        or_(ExamWindow.opens_at.is_(None), ExamWindow.opens_at <= now + soon),
    )
    ends = [end for way in (running, opened) if (end := db.session.scalar(way)) is not None]
    return max(ends, default=None)


def list_marked(course_id: int, cohort_id: int) -> list[int]:
    """Return the marked attempts at exams of who is in a cohort, or was when it began."""
    present = select(Enrollment.person_id).where(
        Enrollment.cohort_id == cohort_id,
        Enrollment.course_id == course_id,
        Enrollment.left_at.is_(None),
    )
    return list(
        db.session.scalars(
            select(ExamAttempt.attempt_id)
            .join(Attempt, Attempt.id == ExamAttempt.attempt_id)
            .where(
                Attempt.course_id == course_id,
                ExamAttempt.marked_at.is_not(None),
                or_(Attempt.cohort_id == cohort_id, Attempt.person_id.in_(present)),
            )
        )
    )


@dataclass(frozen=True)
class MarkRow:
    """The newest mark of a question of a paper."""

    item: str
    value: Any
    points: int
    most: int
    state: str
    details: Mapping[str, Any]
    reason: str = ""
    """Why it was marked again; empty for a first mark."""


def list_marks(attempt_id: int) -> dict[str, MarkRow]:
    """Return the newest mark of each question of an attempt, by its id."""
    rows = db.session.execute(
        select(
            AnswerEvent.item,
            AnswerEvent.value,
            Mark.points,
            Mark.most,
            Mark.state,
            Mark.details,
            Mark.reason,
        )
        .join(
            Mark,
            and_(
                Mark.attempt_id == AnswerEvent.attempt_id,
                Mark.writer == AnswerEvent.writer,
                Mark.seq == AnswerEvent.seq,
            ),
        )
        .where(AnswerEvent.attempt_id == attempt_id)
        .order_by(Mark.id)
    )
    return {row.item: MarkRow(row.item, json.loads(row.value), *row[2:]) for row in rows}

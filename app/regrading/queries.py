"""Which questions differ from those that answers were marked by, and what was answered to them.

However many answers there are, a dry run is five statements.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, true, tuple_

from app.activities.hooks import Activity, ActivityType, BlockTexts, Item
from app.activities.models import AnswerEvent, Attempt, ItemVersion, Mark
from app.activities.queries import is_newest
from app.activities.rules import version_of
from app.content.carrying import blocks_in
from app.courses.models import Publication
from app.courses.queries import holds_at, outline_of, read_blobs
from app.courses.rules import RevisionRef
from app.exams.bank import Question, bank_of
from app.exams.rules import BLOCK as EXAM
from app.kernel.db import db
from app.kernel.errors import NotFound
from app.kernel.hooks import hooks
from app.regrading.models import Regrading
from app.regrading.rules import Edited, Given, Impact, Spot, weigh

MOST_LISTED = 20
Block = tuple[str, str]


@dataclass(frozen=True)
class Audience:
    """Whose marks a publication concerns: of one cohort, or of all but cohorts with their own."""

    course_id: int
    cohort_id: int | None = None
    without: tuple[int, ...] = ()

    def holds(self) -> ColumnElement[bool]:
        """Filter attempts to those of the audience."""
        own = Attempt.course_id == self.course_id
        if self.cohort_id is not None:
            return own & (Attempt.cohort_id == self.cohort_id)
        if self.without:
            return own & or_(Attempt.cohort_id.is_(None), Attempt.cohort_id.not_in(self.without))
        return own & true()


def audience_of(course_id: int, cohort_id: int | None, *, now: datetime) -> Audience:
    """Return whom a publication reaches: cohorts that see their own revision are left out."""
    if cohort_id is not None:
        return Audience(course_id, cohort_id)
    found = db.session.scalars(
        select(Publication.cohort_id)
        .where(
            Publication.course_id == course_id,
            Publication.cohort_id.is_not(None),
            holds_at(now),
        )
        .distinct()
    )
    return Audience(course_id, None, tuple(sorted(one for one in found if one is not None)))


def marked_answers(*columns: Any) -> Any:
    """Return a select over answers with the newest mark of each."""
    return (
        select(*columns)
        .select_from(Attempt)
        .join(AnswerEvent, AnswerEvent.attempt_id == Attempt.id)
        .join(
            Mark,
            (Mark.attempt_id == AnswerEvent.attempt_id)
            & (Mark.writer == AnswerEvent.writer)
            & (Mark.seq == AnswerEvent.seq),
        )
        .where(is_newest())
    )


def read_activities(ref: RevisionRef, lessons: Iterable[str]) -> dict[Block, tuple[str, Activity]]:
    """Return what the blocks of lessons ask in a revision, with their kinds. Two statements."""
    outline = outline_of(ref)
    source = outline.course.source
    found = [lesson for id_ in sorted(set(lessons)) if (lesson := outline.lesson(id_))]
    wanted = [
        (lesson.id, code, text.path) for lesson in found for code, text in lesson.texts.items()
    ]
    contents = read_blobs([outline.files[path].sha256 for _, _, path in wanted]) if wanted else []
    blocks: dict[Block, dict[str, Any]] = defaultdict(dict)
    for (lesson_id, code, _), content in zip(wanted, contents, strict=True):
        for block_id, node in blocks_in(content, outline.carried, lesson_id).items():
            blocks[lesson_id, block_id][code] = node
    activities: dict[Block, tuple[str, Activity]] = {}
    for place, own in blocks.items():
        kind = hooks.get(ActivityType, own[source].name, anywhere=True) if source in own else None
        if kind is not None:
            activities[place] = own[source].name, kind.read(BlockTexts(own[source], own))
    return activities


def list_edited(audience: Audience, ref: RevisionRef) -> list[Edited]:
    """Return the questions whose answers were marked by another version than that of a revision.

    Questions of plugins that are away are left out: their marks stay as they are.
    """
    counts = _count_versions(audience)
    activities = read_activities(ref, {lesson for lesson, block, _ in counts if block != EXAM})
    is_exam = any(block == EXAM for _, block, _ in counts)
    bank = bank_of(ref, anywhere=True) if is_exam else {}
    documents: dict[int, Any] = {}
    pending = []
    for spot, versions in counts.items():
        kind, item = _asked(spot, activities, bank)
        now = version_of(item.document) if item else ""
        old = {id_: count for id_, (name, _, count) in versions.items() if name != now}
        kinds = {known for _, known, _ in versions.values()}
        if old and (item is None or kinds == {kind}):
            pending.append((spot, kinds.pop(), item, old))
            documents |= dict.fromkeys(old)
    rows = db.session.execute(
        select(ItemVersion.id, ItemVersion.document).where(ItemVersion.id.in_(documents))
    )
    documents = {row.id: row.document for row in rows}
    return [
        edited
        for spot, kind, item, old in pending
        if (edited := _edited(spot, kind, item, {id_: documents[id_] for id_ in old}, old))
    ]


def _asked(
    spot: Spot, activities: Mapping[Block, tuple[str, Activity]], bank: Mapping[str, Question]
) -> tuple[str, Item | None]:
    if spot[1] == EXAM:
        question = bank.get(spot[2])
        return (question.kind, question.item) if question else ("", None)
    kind, activity = activities.get(spot[:2], ("", None))
    items = activity.items if activity else ()
    return kind, next((one for one in items if one.id == spot[2]), None)


def _count_versions(audience: Audience) -> dict[Spot, dict[int, tuple[str, str, int]]]:
    """Return by question how many answers were marked by which version: hash, kind, count."""
    spot = Attempt.lesson_id, Attempt.block_id, AnswerEvent.item
    rows = db.session.execute(
        marked_answers(*spot, ItemVersion.id, ItemVersion.hash, ItemVersion.kind, func.count())
        .join(ItemVersion, ItemVersion.id == Mark.version_id)
        .where(audience.holds(), or_(Attempt.kind == ItemVersion.kind, Attempt.kind == EXAM))
        .group_by(*spot, ItemVersion.id, ItemVersion.hash, ItemVersion.kind)
        .order_by(*spot)
    )
    found: dict[Spot, dict[int, tuple[str, str, int]]] = defaultdict(dict)
    for lesson_id, block_id, item, id_, name, kind, count in rows:
        found[lesson_id, block_id, item][id_] = name, kind, count
    return found


def _edited(
    spot: Spot, kind: str, item: Any, versions: Mapping[int, Any], counts: Mapping[int, int]
) -> Edited | None:
    type_ = hooks.get(ActivityType, kind, anywhere=True)
    if type_ is None or type_.compare is None:
        return None
    changes = [type_.compare(old, item.document if item else None) for old in versions.values()]
    change = next((one for one in changes if one.touches_marks), changes[-1])
    return Edited(spot, kind, type_, item, versions, change, sum(counts.values()))


def list_given(
    audience: Audience, edited: Sequence[Edited], people: Collection[int] = ()
) -> list[Given]:
    """Return the answers whose marks an edit may touch, of all people or of some. One statement."""
    touched = [one for one in edited if one.change.touches_marks]
    if not touched:
        return []
    query = _touched(
        audience,
        touched,
        Attempt.person_id,
        Attempt.id,
        AnswerEvent.writer,
        AnswerEvent.seq,
        Attempt.lesson_id,
        Attempt.block_id,
        AnswerEvent.item,
        Attempt.seed,
        AnswerEvent.value,
        AnswerEvent.hints,
        Mark.version_id,
        Mark.points,
        Attempt.center_id,
    ).order_by(Attempt.person_id, Mark.id)
    if people:
        query = query.where(Attempt.person_id.in_(people))
    versions = {one.spot: one.versions for one in touched}
    answers = (
        Given(
            person_id=row[0],
            attempt_id=row[1],
            writer=row[2],
            seq=row[3],
            spot=(row[4], row[5], row[6]),
            seed=row[7],
            value=row[8],
            hints=row[9],
            version_id=row[10],
            points=row[11],
            center_id=row[12] or 0,
        )
        for row in db.session.execute(query)
    )
    return [given for given in answers if given.version_id in versions[given.spot]]


def list_people(audience: Audience, edited: Sequence[Edited], after: int, limit: int) -> list[int]:
    """Return the next people of whom marks may be touched, in order."""
    touched = [one for one in edited if one.change.touches_marks]
    if not touched:
        return []
    query = (
        _touched(audience, touched, Attempt.person_id)
        .where(Attempt.person_id > after)
        .distinct()
        .order_by(Attempt.person_id)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def _touched(audience: Audience, touched: Sequence[Edited], *columns: Any) -> Any:
    versions = {version for one in touched for version in one.versions}
    spots = tuple_(Attempt.lesson_id, Attempt.block_id, AnswerEvent.item)
    return marked_answers(*columns).where(
        audience.holds(),
        spots.in_([one.spot for one in touched]),
        Mark.version_id.in_(versions),
    )


def weigh_revision(course_id: int, ref: RevisionRef) -> Impact:
    """Return what publishing a revision to everybody would do to marks. Nothing is changed."""
    audience = Audience(course_id)
    return weigh_answers(audience, list_edited(audience, ref))


def touches_marks(course_id: int, ref: RevisionRef) -> bool:
    """Tell whether there is anything to decide about marks when a revision is published."""
    found = list_edited(Audience(course_id), ref)
    return any(one.change.touches_marks for one in found)


def weigh_answers(audience: Audience, edited: Sequence[Edited]) -> Impact:
    """Return what marking again would still do."""
    return weigh(edited, list_given(audience, edited))


def get_regrading(course_id: int, public_id: str) -> Regrading:
    """Return a decision about the marks of a course. Raises NotFound."""
    found = db.session.scalars(
        select(Regrading).where(Regrading.course_id == course_id, Regrading.public_id == public_id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def list_regradings(course_id: int) -> list[Regrading]:
    """Return the newest decisions about the marks of a course."""
    return list(
        db.session.scalars(
            select(Regrading)
            .where(Regrading.course_id == course_id)
            .order_by(Regrading.id.desc())
            .limit(MOST_LISTED)
        )
    )

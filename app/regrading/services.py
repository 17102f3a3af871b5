"""Deciding what becomes of marks, signing that some fall, and doing it. Assumes a transaction."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select, tuple_

from app.activities.hooks import Activity, Marked
from app.activities.models import AnswerEvent, Attempt, Mark, Score
from app.activities.rules import WAITING
from app.activities.services import keep_versions
from app.courses.models import Publication, Revision
from app.courses.policies import can_edit, can_publish
from app.courses.queries import find_live, outline_of
from app.courses.rules import RevisionRef
from app.exams.marking import keep_score
from app.exams.queries import find_last_end, find_release, get_paper_by_id
from app.exams.rules import BLOCK as EXAM
from app.kernel import audit, jobs, outbox
from app.kernel.actors import SYSTEM, Actor
from app.kernel.db import db, insert_into
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from app.kernel.i18n import Sentence, say
from app.notices.services import notify_people
from app.regrading import queries
from app.regrading.hooks import MarksChanged
from app.regrading.models import Regrading
from app.regrading.queries import Audience, Block
from app.regrading.rules import MOST_REASON, NOTICE, Edited, Given, Marker, decide

PEOPLE_AT_ONCE = 100
SWEEP = 600.0
"""Seconds after which answers are looked for that were under way while marks were changed."""


@dataclass(frozen=True)
class Plan:
    """What a decision is about: whose marks, which questions, what their activities ask now."""

    regrading_id: int
    course_id: int
    audience: Audience
    edited: tuple[Edited, ...]
    activities: Mapping[Block, tuple[str, Activity]]
    title: str


def decide_marks(
    *,
    actor: Actor,
    publication_id: int,
    choice: str,
    reason: str,
    now: datetime,
) -> Regrading:
    """Keep what becomes of the marks that a publication concerns, and have it done from its start.

    Deciding twice about a publication is deciding once. Lowering waits for `sign_lowering`.
    """
    publication = db.session.get_one(Publication, publication_id)
    if not can_publish(actor, publication.course_id):
        raise Forbidden(say("Your account may not decide about marks here; nothing was changed."))
    reason = " ".join(reason.split())
    if len(reason) > MOST_REASON or (choice != "leave" and not reason):
        raise Invalid(say("Write in a sentence why marks change: learners read it."))
    held = db.session.scalars(
        select(Regrading).where(Regrading.publication_id == publication_id)
    ).one_or_none()
    if held is not None:
        return held
    made = Regrading(
        course_id=publication.course_id,
        revision_id=publication.revision_id,
        publication_id=publication.id,
        choice=choice,
        reason=reason,
        state="done" if choice == "leave" else "ready",
        asked_by=actor.id or None,
        asked_at=now,
        ended_at=now if choice == "leave" else None,
    )
    db.session.add(made)
    db.session.flush()  # the job needs its id
    if choice != "leave":
        wait = max(0.0, (publication.starts_at - now).total_seconds() + 1)
        _enqueue(made, "first", wait)
    _write_down(actor, "regrading.decide", made, {"choice": choice, "reason": reason})
    return made


def _enqueue(regrading: Regrading, name: str, delay: float = 0) -> None:
    key = f"regrading:{regrading.id}:{name}"
    jobs.enqueue("regrading.apply", {"regrading_id": regrading.id}, key=key, delay=delay)


def _write_down(actor: Actor, verb: str, regrading: Regrading, details: dict[str, object]) -> None:
    details = {"regrading": regrading.id, "publication": regrading.publication_id, **details}
    audit.record(actor, verb, obj=f"course:{regrading.course_id}", details=details)


def sign_lowering(*, actor: Actor, course_id: int, public_id: str, now: datetime) -> Regrading:
    """Sign that marks may fall, as somebody else than who decided it. Signing twice is once."""
    found = queries.get_regrading(course_id, public_id)
    found = _lock(found.id)
    if not can_edit(actor, course_id):
        raise NotFound
    if not can_publish(actor, course_id):
        raise Forbidden(say("Your account may not sign this; no mark was lowered."))
    if found.choice != "lower" or found.state == "replaced":
        raise Conflict(say("There is nothing to sign here; no mark was lowered."))
    if found.asked_by == actor.id or found.asked_by is None:
        raise Forbidden(
            say("Whoever decided that marks fall cannot sign it too; no mark was lowered."),
            todo=say("Ask a colleague who may publish this course."),
        )
    if found.signed_by is None:
        found.signed_by, found.signed_at, found.state = actor.id, now, "ready"
        _enqueue(found, "signed")
        _write_down(actor, "regrading.sign", found, {"reason": found.reason})
    return found


def make_plan(*, regrading_id: int, now: datetime) -> Plan | None:
    """Return what is to be done, or None when it is done, or not what people see any more."""
    found = db.session.get(Regrading, regrading_id, populate_existing=True)
    if found is None or found.choice == "leave" or found.state == "replaced":
        return None
    publication = db.session.get_one(Publication, found.publication_id)
    live = find_live(found.course_id, publication.cohort_id, now=now)
    if publication.withdrawn_at is not None or live is None or live.id != publication.id:
        return None
    name = db.session.scalars(select(Revision.hash).where(Revision.id == found.revision_id)).one()
    ref = RevisionRef(found.revision_id, name)
    audience = queries.audience_of(found.course_id, publication.cohort_id, now=now)
    edited = tuple(one for one in queries.list_edited(audience, ref) if one.change.touches_marks)
    lessons = {one.spot[0] for one in edited if one.spot[1] != EXAM}
    activities = queries.read_activities(ref, lessons)
    outline = outline_of(ref)
    title = outline.title(outline.course.source)
    return Plan(found.id, found.course_id, audience, edited, activities, title)


def apply_part(*, plan: Plan, after: int, now: datetime) -> int | None:
    """Mark the answers of the next people again; return the last of them, None when all are done.

    What was done before is found done: a mark by the new version is not touched again.
    """
    regrading = _lock(plan.regrading_id)
    people = queries.list_people(plan.audience, plan.edited, after, PEOPLE_AT_ONCE)
    if not people or regrading.state == "replaced":
        return None
    db.session.execute(  # an answer that comes now is marked after this, or before
        select(Attempt.id)
        .where(Attempt.person_id.in_(people), plan.audience.holds())
        .order_by(Attempt.id)
        .with_for_update()
    ).all()
    marker = Marker(plan.edited)
    may_fall = regrading.choice == "lower" and regrading.signed_by is not None
    changed: list[tuple[Given, Marked]] = []
    for given in queries.list_given(plan.audience, plan.edited, people):
        marked = marker.mark(given)
        verdict = decide(given.points, marked.points if marked else None, may_fall=may_fall)
        if marked is not None and verdict in ("rises", "falls"):
            changed.append((given, marked))
    if changed:
        _keep(plan, regrading, changed, now)
        _keep_scores(plan, changed, may_fall, now)
        hidden = _keep_exams(changed, may_fall, now)
        _tell(plan, regrading, [one for one in changed if one[0].attempt_id not in hidden], now)
        outbox.record(
            MarksChanged(plan.course_id, tuple(sorted({p.person_id for p, _ in changed})))
        )
    return people[-1]


def _keep_exams(changed: Sequence[tuple[Given, Marked]], may_fall: bool, now: datetime) -> set[int]:
    """Let exams say what they are worth now; return the attempts whose marks nobody may see yet."""
    hidden: set[int] = set()
    for attempt_id in sorted({given.attempt_id for given, _ in changed if given.spot[1] == EXAM}):
        paper = get_paper_by_id(attempt_id)
        keep_score(paper=paper, now=now, may_fall=may_fall)
        if find_release(paper):
            hidden.add(attempt_id)
    return hidden


def _keep(
    plan: Plan, regrading: Regrading, changed: Sequence[tuple[Given, Marked]], now: datetime
) -> None:
    asked = [
        (one.kind, replace(one.item, id="/".join(one.spot))) for one in plan.edited if one.item
    ]
    versions = keep_versions(asked)
    rows = [
        {
            "attempt_id": given.attempt_id,
            "writer": given.writer,
            "seq": given.seq,
            "version_id": versions["/".join(given.spot)],
            "points": marked.points,
            "most": marked.most,
            "state": marked.state,
            "details": dict(marked.details),
            "marked_at": now,
            "reason": regrading.reason,
        }
        for given, marked in changed
    ]
    db.session.execute(insert_into(Mark), rows)
    regrading.raised += sum(marked.points > given.points for given, marked in changed)
    regrading.lowered += sum(marked.points < given.points for given, marked in changed)


def _keep_scores(
    plan: Plan, changed: Sequence[tuple[Given, Marked]], may_fall: bool, now: datetime
) -> None:
    """Bring what activities of lessons are worth up to date, for those whose marks changed."""
    places = sorted({given.spot[:2] for given, _ in changed if given.spot[1] != EXAM})
    people = sorted({given.person_id for given, _ in changed})
    if not places:
        return
    where = tuple_(Attempt.lesson_id, Attempt.block_id).in_(places)
    columns = Attempt.person_id, Attempt.lesson_id, Attempt.block_id, AnswerEvent.item
    best: dict[tuple[int, str, str], dict[str, tuple[int, bool]]] = defaultdict(dict)
    for person, lesson, block, item, points, state in db.session.execute(
        queries.marked_answers(*columns, Mark.points, Mark.state)
        .where(Attempt.course_id == plan.course_id, Attempt.person_id.in_(people), where)
        .order_by(Mark.id)
    ):
        before = best[person, lesson, block].get(item, (0, False))[0]
        best[person, lesson, block][item] = max(points, before), state == WAITING
    known = {
        (row.person_id, row.lesson_id, row.block_id): row.points
        for row in db.session.execute(
            select(Score.person_id, Score.lesson_id, Score.block_id, Score.points).where(
                Score.course_id == plan.course_id,
                Score.person_id.in_(people),
                tuple_(Score.lesson_id, Score.block_id).in_(places),
            )
        )
    }
    rows = []
    for key, items in best.items():
        asked = plan.activities[key[1], key[2]][1].items
        own = [items[one.id] for one in asked if one.id in items]
        most, points = sum(one.most for one in asked), sum(one for one, _ in own)
        if not may_fall:
            points = max(points, known.get(key, 0))
        person, lesson, block = key
        rows.append(
            {
                "person_id": person,
                "course_id": plan.course_id,
                "lesson_id": lesson,
                "block_id": block,
                "points": min(points, most),
                "most": most,
                "waiting": sum(waits for _, waits in own),
                "scored_at": now,
            }
        )
    statement = insert_into(Score)
    keys = ["person_id", "course_id", "lesson_id", "block_id"]
    changes = {
        name: statement.excluded[name] for name in ("points", "most", "waiting", "scored_at")
    }
    db.session.execute(
        statement.values(rows).on_conflict_do_update(index_elements=keys, set_=changes)
    )


def _tell(
    plan: Plan, regrading: Regrading, changed: Iterable[tuple[Given, Marked]], now: datetime
) -> None:
    """Tell each person once, with the change of their own points."""
    deltas: dict[tuple[int, int], int] = defaultdict(int)
    for given, marked in changed:
        deltas[given.center_id, given.person_id] += marked.points - given.points
    groups: dict[tuple[int, int], list[int]] = defaultdict(list)
    for (center_id, person_id), delta in sorted(deltas.items()):
        groups[center_id, delta].append(person_id)
    for (center_id, delta), people in groups.items():
        if center_id and delta:
            notify_people(
                kind=NOTICE,
                people=people,
                text=_words(plan.title, delta, regrading.reason),
                center_id=center_id,
                key=f"regrading:{regrading.id}:{delta}:{people[0]}",
                now=now,
            )


def _words(title: str, delta: int, reason: str) -> Sentence:
    values = {"points": f"{abs(delta) / 100:g}", "course": title, "reason": reason}
    if delta > 0:
        return say("Points given back to you in “%(course)s”: %(points)s. %(reason)s", **values)
    return say("Points taken from you in “%(course)s”: %(points)s. %(reason)s", **values)


def _lock(regrading_id: int) -> Regrading:
    return db.session.get_one(Regrading, regrading_id, with_for_update=True, populate_existing=True)


def end(*, regrading_id: int, plan: Plan | None, now: datetime) -> None:
    """Keep that a decision was carried out, with what stands as it was; or that it is void."""
    found = _lock(regrading_id)
    if found.state != "ready":
        return
    found.state, found.ended_at = "done" if plan else "replaced", now
    if plan is None:
        return
    impact = queries.weigh_answers(plan.audience, plan.edited)
    found.kept, found.looked_at = impact.kept, impact.eye
    last = find_last_end(found.course_id)  # exams that run are marked as they were asked
    wait = max(0.0, (last - now).total_seconds()) if last else 0.0
    _enqueue(found, f"sweep-{found.signed_by or 0}", wait + SWEEP)
    _write_down(
        SYSTEM,
        "regrading.apply",
        found,
        {"raised": found.raised, "lowered": found.lowered, "kept": found.kept},
    )

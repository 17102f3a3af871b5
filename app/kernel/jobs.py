"""Background work: one leased table in the application's own database.

A job is enqueued in the transaction of the write that needs it, so it exists if and only if the
write does. Workers lease jobs by the database's clock; a lease that runs out (the worker was
killed, or the job outran its time limit) is simply work that is due again. A job that fails is
tried again later and later, then kept as dead for the admin. Handlers may therefore run twice and
must give the same result.
"""

import random
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from croniter import croniter
from sqlalchemy import Index, and_, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel import clock
from app.kernel.db import Base, JSONDocument, UTCDateTime, db, insert_into, write
from app.kernel.hooks import hooks
from app.kernel.logs import get_logger

LEASE_SECONDS = 15
MAX_TRIES = 6
KEPT_DAYS = 14
_running: ContextVar["Leased | None"] = ContextVar("running", default=None)


@dataclass(frozen=True)
class JobType:
    """A kind of job. `handle(**args)` runs in an application context, outside a transaction.

    `schedule` is a cron line in UTC, fired once over all nodes; `timeout` is in seconds.
    """

    handle: Callable[..., None]
    schedule: str | None = None
    timeout: float = 600


class Job(Base):
    """A piece of work: `ready`, `running`, `done` or `dead`."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_due", "state", "queue", "run_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    queue: Mapped[str] = mapped_column(default="default")
    priority: Mapped[int] = mapped_column(default=0)
    args: Mapped[dict[str, Any]] = mapped_column(JSONDocument)
    key: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default="ready")
    run_at: Mapped[datetime] = mapped_column(UTCDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str | None]
    error: Mapped[str | None]
    progress: Mapped[list[int] | None] = mapped_column(JSONDocument)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class JobSchedule(Base):
    """When a scheduled kind of job fires next."""

    __tablename__ = "job_schedule"

    name: Mapped[str] = mapped_column(primary_key=True)
    cron: Mapped[str]
    next_at: Mapped[datetime] = mapped_column(UTCDateTime)


@dataclass(frozen=True)
class Leased:
    """A job that this worker holds."""

    id: int
    name: str
    args: dict[str, Any]
    tries: int
    owner: str


def enqueue(
    name: str,
    args: dict[str, Any],
    *,
    key: str | None = None,
    delay: float = 0,
    priority: int = 0,
    queue: str = "default",
) -> int | None:
    """Add a job to the present transaction and return its id.

    With a `key` that exists already nothing is added and None comes back. `delay` is in seconds.
    """
    values = {
        "name": name,
        "args": args,
        "key": key,
        "queue": queue,
        "priority": priority,
        "state": "ready",
        "tries": 0,
        "run_at": clock.sql_now(delay),
        "created_at": clock.now(),
    }
    statement = insert_into(Job).values(**values).on_conflict_do_nothing(index_elements=["key"])
    added: int | None = db.session.scalar(statement.returning(Job.id))
    return added


def report(done: int, total: int) -> None:
    """Keep how far the running job has come, for whoever watches. Opens its own transaction."""
    job = _running.get()
    if job:
        with write() as session:
            session.execute(
                update(Job).where(_held(job.id, job.owner)).values(progress=[done, total])
            )


def find_progress(name: str, args: Mapping[str, Any]) -> tuple[int, int] | None:
    """Return how far a job of that name and arguments has come; None when none is to be done."""
    rows = db.session.execute(
        select(Job.args, Job.progress)
        .where(Job.name == name, Job.state.in_(("ready", "running")))
        .order_by(Job.id)
    )
    for row in rows:
        if row.args == dict(args):
            done, total = row.progress or (0, 0)
            return done, total
    return None


def claim(owner: str, limit: int, queues: Sequence[str] = ("default",)) -> list[Leased]:
    """Lease up to `limit` due jobs for LEASE_SECONDS, the urgent ones first."""
    due = (
        select(Job.id)
        .where(
            Job.state.in_(("ready", "running")),
            Job.queue.in_(queues),
            Job.run_at <= clock.sql_now(),
        )
        .order_by(Job.priority.desc(), Job.run_at)
        .limit(limit)
    )
    if not db.session.scalars(due.limit(1)).first():  # idle workers take no write lock
        db.session.rollback()
        return []
    # On its own: PostgreSQL may ask a subquery once for each row, and lease more than the limit.
    leasing = due.with_for_update(skip_locked=True).cte("due")
    with write() as session:
        rows = session.execute(
            update(Job)
            .where(Job.id.in_(select(leasing.c.id)))
            .values(
                state="running",
                owner=owner,
                run_at=clock.sql_now(LEASE_SECONDS),
                tries=Job.tries + 1,
            )
            .returning(Job.id, Job.name, Job.args, Job.tries)
            .execution_options(synchronize_session=False)
        ).all()
    return [Leased(row.id, row.name, row.args, row.tries, owner) for row in rows]


def run(job: Leased) -> None:
    """Do one leased job and keep how it ended. Never raises."""
    token = _running.set(job)
    error: str | None = None
    try:
        if job.tries > MAX_TRIES:  # the leases ran out: the job kills its workers
            error = "The job did not come to an end, time and again."
        elif kind := hooks.get(JobType, job.name):
            kind.handle(**job.args)
        else:
            error = f"Nobody handles {job.name} at the moment."
    except Exception as failure:  # noqa: BLE001  (any handler may fail; the job is tried again)
        error = f"{type(failure).__name__}: {failure}"
        get_logger().error("job_failed", job=job.name, id=job.id, exc_info=True)
    finally:
        _running.reset(token)
        db.session.rollback()
    _finish(job, error)


def _finish(job: Leased, error: str | None) -> None:
    if error is None:
        values: dict[str, Any] = {"state": "done", "error": None, "ended_at": clock.now()}
    elif job.tries >= MAX_TRIES:
        values = {"state": "dead", "error": error[:2000], "ended_at": clock.now()}
    else:
        wait = min(3600.0, 4.0**job.tries) * random.uniform(0.75, 1.25)  # noqa: S311
        values = {"state": "ready", "error": error[:2000], "run_at": clock.sql_now(wait)}
    with write() as session:
        session.execute(update(Job).where(_held(job.id, job.owner)).values(owner=None, **values))


def _held(job_id: int, owner: str) -> Any:
    return and_(Job.id == job_id, Job.owner == owner, Job.state == "running")


def extend(owner: str, ids: Sequence[int]) -> None:
    """Prolong the leases of jobs that are still being done."""
    with write() as session:
        session.execute(
            update(Job)
            .where(Job.id.in_(ids), Job.owner == owner, Job.state == "running")
            .values(run_at=clock.sql_now(LEASE_SECONDS))
        )


def release(owner: str, ids: Sequence[int]) -> None:
    """Give leased jobs back untouched, when a worker stops."""
    with write() as session:
        session.execute(
            update(Job)
            .where(Job.id.in_(ids), Job.owner == owner, Job.state == "running")
            .values(state="ready", owner=None, tries=Job.tries - 1, run_at=clock.sql_now())
        )


def retry(job_id: int) -> None:
    """Make a dead job due again, with all its tries. Assumes a transaction."""
    db.session.execute(
        update(Job)
        .where(Job.id == job_id, Job.state == "dead")
        .values(state="ready", tries=0, error=None, run_at=clock.sql_now(), ended_at=None)
    )


def fire_schedules() -> None:
    """Enqueue every scheduled job whose moment has come; over all nodes each fires once."""
    now = clock.now()
    kinds = {name: kind.schedule for name, kind in hooks.collect(JobType) if kind.schedule}
    rows = {row.name: row for row in db.session.scalars(select(JobSchedule))}
    due = [
        (name, cron, rows.get(name))
        for name, cron in kinds.items()
        if name not in rows or rows[name].cron != cron or rows[name].next_at <= now
    ]
    db.session.rollback()
    for name, cron, row in due:
        following = croniter(cron, now).get_next(datetime)
        with write() as session:
            if row is None or row.cron != cron:
                session.merge(JobSchedule(name=name, cron=cron, next_at=following))
                continue
            moved = session.execute(
                update(JobSchedule)
                .where(JobSchedule.name == name, JobSchedule.next_at == row.next_at)
                .values(next_at=following)
            )
            if moved.rowcount:  # type: ignore[attr-defined]
                enqueue(name, {}, key=f"{name}@{row.next_at.isoformat()}")


def drain(limit: int = 1000) -> int:
    """Do all that is due in this thread and return how many jobs that were (tests, commands)."""
    owner, count = uuid.uuid4().hex, 0
    while count < limit and (leased := claim(owner, 1)):
        run(leased[0])
        count += 1
    return count


def counts() -> dict[str, int]:
    """Return how many jobs are in each state, and under `late` those due for over a minute."""
    found = dict(db.session.execute(select(Job.state, func.count()).group_by(Job.state)).all())
    late = select(func.count()).where(
        or_(Job.state == "ready", Job.state == "running"), Job.run_at < clock.sql_now(-60)
    )
    return {**found, "late": db.session.scalar(late) or 0}


def forget_old() -> None:
    """Remove jobs that ended well some time ago; dead ones stay until an admin decides."""
    with write() as session:
        session.execute(
            delete(Job).where(Job.state == "done", Job.run_at < clock.sql_now(-KEPT_DAYS * 86400))
        )


def init_app(_app: object) -> None:
    """Register the clean-up."""
    hooks.register(JobType, "jobs.forget_old", JobType(forget_old, schedule="40 3 * * *"))

"""Marking again in the background: part by part, so that a killed worker loses one part at most."""

from app.kernel import clock, jobs
from app.kernel.db import db, write
from app.kernel.hooks import hooks
from app.kernel.jobs import JobType
from app.regrading import services


def apply(regrading_id: int) -> None:
    """Carry a decision about marks out; again does nothing that was done."""
    plan = services.make_plan(regrading_id=regrading_id, now=clock.now())
    db.session.rollback()
    after: int | None = 0
    done = 0
    while plan is not None and after is not None:
        with write():
            after = services.apply_part(plan=plan, after=after, now=clock.now())
        done += services.PEOPLE_AT_ONCE
        jobs.report(done, done if after is None else done + services.PEOPLE_AT_ONCE)
    with write():
        services.end(regrading_id=regrading_id, plan=plan, now=clock.now())


def register() -> None:
    """Make the job known."""
    hooks.register(JobType, "regrading.apply", JobType(apply, timeout=1800))

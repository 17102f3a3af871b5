"""The long part of bringing people in: checking a file, making accounts, forgetting old lines."""

from app.accounts.queries import actor_of
from app.kernel import clock, jobs
from app.kernel.db import db, write
from app.kernel.hooks import hooks
from app.kernel.jobs import JobType
from app.rosters import queries, rules, services
from app.rosters.models import Roster

STEP = 1000


def check(roster_id: int) -> None:
    """Read a file and keep what would become of each line."""
    roster = db.session.get(Roster, roster_id)
    if roster is None or roster.content is None:
        return
    center_id, content = roster.center_id, roster.content
    db.session.rollback()
    try:
        sheet = rules.read(content)
    except rules.UnreadableFile as unreadable:
        with write():
            services.refuse_file(roster_id=roster_id, problem=unreadable.problem)
        return
    lines, judged = rules.refuse_twins(sheet.lines), []
    for start in range(0, len(lines), STEP):
        jobs.report(start, len(lines))
        judged += services.judge_lines(center_id, lines[start : start + STEP])
        db.session.rollback()
    with write():
        services.keep_report(roster_id=roster_id, lines=judged, unknown=sheet.unknown)
    jobs.report(len(lines), len(lines))


def create(roster_id: int, actor_id: int) -> None:
    """Make the accounts of a confirmed roster, some at a time."""
    actor = actor_of(actor_id)
    total = queries.count_pending(roster_id)
    done = 0
    db.session.rollback()
    while True:
        with write():
            if not services.create_batch(actor=actor, roster_id=roster_id, now=clock.now()):
                return
        done = min(total, done + services.BATCH)
        jobs.report(done, total)


def forget_old() -> None:
    """Remove lines that nobody needs any more."""
    with write():
        services.forget_old(now=clock.now())


def register() -> None:
    """Make the jobs known."""
    hooks.register(JobType, "rosters.check", JobType(check, timeout=120))
    hooks.register(JobType, "rosters.create", JobType(create, timeout=900))
    hooks.register(JobType, "rosters.forget_old", JobType(forget_old, schedule="50 3 * * *"))

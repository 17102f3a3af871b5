"""What an admin can do. Everything but the job assumes a transaction and is audited."""

from sqlalchemy import delete

from app.admin import queries
from app.admin.models import AuditCheck
from app.kernel import audit, clock, jobs
from app.kernel.actors import Actor
from app.kernel.db import db, write
from app.kernel.errors import Conflict, Forbidden
from app.kernel.i18n import say
from app.kernel.jobs import Job

KEPT = 100
GONE = say("This job is not among the failed ones any more, so nothing was changed.")


def retry_job(*, actor: Actor, job_id: int) -> None:
    """Let a dead job be tried again. Raises Conflict when it is not dead any more."""
    name = _dead(actor, job_id)
    jobs.retry(job_id)
    audit.record(actor, "jobs.retry", obj=f"job:{job_id}", details={"name": name})


def forget_job(*, actor: Actor, job_id: int) -> None:
    """Remove a dead job for good. Raises Conflict when it is not dead any more."""
    name = _dead(actor, job_id)
    db.session.execute(delete(Job).where(Job.id == job_id, Job.state == "dead"))
    audit.record(actor, "jobs.forget", obj=f"job:{job_id}", details={"name": name})


def _dead(actor: Actor, job_id: int) -> str:
    if not actor.can("site.manage"):
        raise Forbidden(say("Only who looks after the site may do this."))
    job = db.session.get(Job, job_id)
    if job is None or job.state != "dead":
        raise Conflict(GONE)
    return job.name


def ask_for_audit_check(*, actor: Actor) -> None:
    """Have the audit trail verified in the background."""
    if not actor.can("site.manage"):
        raise Forbidden(say("Only who looks after the site may do this."))
    jobs.enqueue("admin.verify_audit", {})


def verify_audit() -> None:
    """Walk every chain and keep what was found. A job: it opens its own transaction."""
    broken = audit.verify()
    entries = queries.count_entries()
    fault = next((f"center {b.center_id}, entry {b.seq}: {b.reason}" for b in broken), None)
    db.session.rollback()
    with write() as session:
        session.add(AuditCheck(at=clock.now(), entries=entries, fault=fault))
        session.flush()
        newest = session.query(AuditCheck.id).order_by(AuditCheck.id.desc()).limit(KEPT)
        session.execute(
            delete(AuditCheck)
            .where(AuditCheck.id.not_in(newest.scalar_subquery()))
            .execution_options(synchronize_session=False)
        )

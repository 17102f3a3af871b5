"""What an admin can do. Everything but the job assumes a transaction and is audited."""

import contextlib
import fcntl
import os

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sqlalchemy import delete

from app.accounts import queries as people
from app.accounts import services as accounts
from app.admin import queries, rules
from app.admin.models import AuditCheck
from app.kernel import audit, clock, jobs
from app.kernel.actors import Actor
from app.kernel.db import db, write
from app.kernel.errors import Conflict, Forbidden
from app.kernel.i18n import say
from app.kernel.jobs import Job
from app.settings import get_settings

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
    fault = next(iter(queries.audit_faults()), None)
    entries = queries.count_entries()
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


def keep_heads() -> None:
    """Write the signed heads of all chains beside the database, and mail them to the admins.

    A job: run twice it writes and mails once. Whoever could rewrite the whole trail in the database
    cannot rewrite what lies in a mailbox.
    """
    heads = audit.heads()
    db.session.rollback()
    line = _append(heads)
    if line and get_settings().mail == "smtp":
        with write():
            _mail(line)


def _append(heads: rules.Heads) -> str:
    """Return the line for these heads, written at the end unless it stands there already."""
    key, file = _own_key(), queries.heads_file()
    with file.open("a+b") as kept:
        fcntl.flock(kept, fcntl.LOCK_EX)
        kept.seek(0)
        lines = kept.read().decode().splitlines()
        last = lines[-1] if lines else ""
        said = rules.read_line(last, key.public_key())
        if not said.fault and said.heads == heads:
            return last
        line = rules.write_line(
            heads, at=clock.now(), site=get_settings().public_url, before=last, key=key
        )
        size = os.fstat(kept.fileno()).st_size
        try:
            kept.write(f"{line}\n".encode())
            kept.flush()
            os.fsync(kept.fileno())
        except OSError:  # a full disk: half a line would look like somebody's doing
            os.ftruncate(kept.fileno(), size)
            raise
    return line


def _own_key() -> Ed25519PrivateKey:
    file = queries.key_file()
    if not file.exists():
        fresh = file.with_suffix(f".{os.getpid()}")
        pem = Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.write(pem)
        with contextlib.suppress(FileExistsError):
            os.link(fresh, file)  # the first process wins, the others read what it wrote
        fresh.unlink()
    return queries.read_key()


def _mail(line: str) -> None:
    for admin in people.list_holders("admin", "site", 0):
        contact = people.find_contact(admin.id)
        if contact and contact.channel == "email":
            accounts.tell(
                admin.id,
                say("Heads of the audit trail"),
                say("Keep this message: it proves later that nobody rewrote the audit trail."),
                line,
                say("`rihla audit verify --heads FILE` compares a file of such lines."),
                key=f"audit-heads:{rules.line_hash(line)}:{admin.id}",
            )

"""What an admin can ask: whether the site is well, what happened, what waits."""

import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from sqlalchemy import and_, func, or_, select, text
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError

from app.accounts.models import Person
from app.accounts.queries import display_name, name_column
from app.admin import rules
from app.admin.models import AuditCheck
from app.centers.models import Center
from app.kernel import audit, clock, migrations
from app.kernel.audit import AuditContent, AuditEntry
from app.kernel.db import db
from app.kernel.health import Check, HealthCheck
from app.kernel.hooks import hooks
from app.kernel.i18n import Sentence, format_size, say, say_n
from app.kernel.jobs import Job, JobSchedule
from app.kernel.logs import get_logger
from app.messages.models import Message
from app.partners.models import Partner
from app.settings import get_settings

PAGE = 50
LOCAL = ("localhost", "127.0.0.1", "::1")
LATE_SECONDS = 300
WAITS_TOO_LONG = timedelta(minutes=30)
LEAST_FREE = 0.05
LOOK_AT_JOBS = say("Look at the background work: the error of each job stands there.")


@dataclass(frozen=True)
class Finding:
    """What one check said."""

    name: str
    label: Sentence
    check: Check


@dataclass(frozen=True)
class AuditRow:
    """An entry of the audit trail, ready to read."""

    id: int
    at: datetime
    center: str
    seq: int
    verb: str
    object: str
    who: str
    details: dict[str, Any]


def run_checks() -> list[Finding]:
    """Ask every check, what is unwell first. A check that fails itself is unwell too."""
    found = [Finding(name, kind.label, _run(kind)) for name, kind in hooks.collect(HealthCheck)]
    return sorted(found, key=lambda finding: (finding.check.ok, not finding.check.urgent))


def _run(kind: HealthCheck) -> Check:
    try:
        return kind.check()
    except (SQLAlchemyError, OSError) as error:
        db.session.rollback()
        get_logger().error("check_failed", check=str(kind.label), exc_info=True)
        return Check(
            False,
            say("This could not be checked: %(error)s", error=type(error).__name__),
            say("Look at the log of this moment."),
        )


def check_database() -> Check:
    """Tell whether the database answers and has the schema of this version, in one statement."""
    head = migrations.head()
    try:
        query = "SELECT version_num FROM alembic_version" if head else "SELECT NULL"
        known = db.session.scalar(text(query))
    except ProgrammingError:  # on PostgreSQL: there is no such table
        db.session.rollback()
        known = ""
    if known != head:
        return Check(
            False,
            say("The database's schema is not the one of this version."),
            say("Run `rihla db upgrade`."),
        )
    return Check(True, say("The database answers and its schema is up to date."))


def check_disk() -> Check:
    """Tell whether there is room for work and backups."""
    usage = shutil.disk_usage(get_settings().instance)
    free = format_size(usage.free)
    if usage.free < usage.total * LEAST_FREE:
        return Check(
            False,
            say("The disk is almost full: %(free)s are free.", free=free),
            say("Remove old backups or files, or move the backups to another disk."),
        )
    return Check(True, say("%(free)s are free on the disk.", free=free))


def check_jobs() -> Check:
    """Tell whether background work is done in time, in one statement."""
    late = and_(Job.state.in_(("ready", "running")), Job.run_at < clock.sql_now(-LATE_SECONDS))
    dead, behind = db.session.execute(
        select(
            func.count().filter(Job.state == "dead"),
            func.count().filter(late),
        ).where(or_(Job.state == "dead", late))
    ).one()
    if behind:
        return Check(
            False,
            say_n("%(n)s job is late.", "%(n)s jobs are late.", behind),
            say("Look whether `rihla serve` or `rihla jobs work` runs."),
        )
    if dead:
        sentence = say_n("%(n)s job failed for good.", "%(n)s jobs failed for good.", dead)
        return Check(False, sentence, LOOK_AT_JOBS)
    return Check(True, say("Background work is done in time."))


def check_mail() -> Check:
    """Tell whether messages leave, in one statement."""
    settings = get_settings()
    waiting = db.session.scalar(
        select(func.count())
        .select_from(Message)
        .where(Message.created_at < clock.now() - WAITS_TOO_LONG)
    )
    if waiting:
        return Check(
            False,
            say_n(
                "%(n)s message has not left for half an hour.",
                "%(n)s messages have not left for half an hour.",
                waiting,
            ),
            say("Look at the background work and at the mail server's address."),
        )
    if settings.mail == "folder" and urlsplit(settings.public_url).hostname not in LOCAL:
        return Check(
            False,
            say("Mail is written to a folder and reaches nobody."),
            say("Set RIHLA_MAIL to smtp and RIHLA_SMTP_URL."),
            urgent=False,
        )
    return Check(True, say("No message waits."))


def check_audit() -> Check:
    """Tell what the last walk over the audit trail found, in one statement."""
    last = last_audit_check()
    if last is None:
        return Check(True, say("The audit trail is checked every night; not yet since the start."))
    if last.fault:
        return Check(
            False,
            say("The audit trail is broken: %(fault)s", fault=last.fault),
            say("Keep this database as it is, and compare it with the last verified backup."),
        )
    return Check(
        True,
        say_n("%(n)s entry, all chains hold.", "%(n)s entries, all chains hold.", last.entries),
    )


def last_audit_check() -> AuditCheck | None:
    """Return the last walk over the audit trail."""
    return db.session.scalar(
        select(AuditCheck).order_by(AuditCheck.at.desc(), AuditCheck.id.desc()).limit(1)
    )


def count_entries() -> int:
    """Return the length of the whole audit trail."""
    return db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0


def list_jobs(state: str) -> list[Job]:
    """Return jobs of a state, the latest first."""
    return list(
        db.session.scalars(
            select(Job).where(Job.state == state).order_by(Job.run_at.desc()).limit(PAGE)
        )
    )


def list_schedules() -> list[JobSchedule]:
    """Return when the scheduled jobs fire next."""
    return list(db.session.scalars(select(JobSchedule).order_by(JobSchedule.next_at)))


def list_audit(language: str, *, center_id: int | None = None, before: int = 0) -> list[AuditRow]:
    """Return a page of the audit trail, the latest first, and one entry more if there is one."""
    query = (
        select(AuditEntry, AuditContent, Person, name_column(Center))
        .outerjoin(AuditContent, AuditContent.entry_id == AuditEntry.id)
        .outerjoin(Person, Person.id == AuditContent.actor_id)
        .outerjoin(Center, Center.id == AuditEntry.center_id)
        .order_by(AuditEntry.id.desc())
        .limit(PAGE + 1)
    )
    if center_id is not None:
        query = query.where(AuditEntry.center_id == center_id)
    if before:
        query = query.where(AuditEntry.id < before)
    return [
        AuditRow(
            entry.id,
            entry.at,
            center or "",
            entry.seq,
            entry.verb,
            content.object if content else "",
            display_name(person, language) if person else "",
            content.details if content else {},
        )
        for entry, content, person, center in db.session.execute(query)
    ]


def audit_faults(outside: Path | None = None) -> list[str]:
    """Walk the audit trail and compare it with the heads that were kept; say what does not hold.

    `outside` is a file of lines that were kept elsewhere, from mails for example.
    """
    faults = [f"center {b.center_id}, entry {b.seq}: {b.reason}" for b in audit.verify()]
    files = [(heads_file(), True), *([(outside, False)] if outside else [])]
    for file, whole in files:
        if file.exists():
            faults += _faults_of(file, whole)
    return faults


def heads_file() -> Path:
    """Return the file in which the heads of the audit trail are kept day by day."""
    return get_settings().instance / "audit-heads.jsonl"


def key_file() -> Path:
    """Return the file of the site's own key that signs them."""
    return get_settings().instance / "audit.key"


def read_key() -> Ed25519PrivateKey:
    """Return the site's own key. Raises when there is none, or another kind of key."""
    key = load_pem_private_key(key_file().read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError(f"{key_file()} is another kind of key")
    return key


def _faults_of(file: Path, whole: bool) -> list[str]:
    if not key_file().exists():
        return [f"{file.name}: the key {key_file().name} that signed it is not there"]
    lines = file.read_text("utf-8", errors="replace").splitlines()
    kept = rules.read_lines(lines, read_key().public_key(), whole=whole)
    faults = [f"{file.name}, line {n}: {one.fault}" for n, one in enumerate(kept, 1) if one.fault]
    good = [one for one in kept if not one.fault]
    first = {
        (center, length, head): one.at
        for one in reversed(good)
        for center, (length, head) in one.heads.items()
    }
    return faults + [
        f"center {center}, entry {length}: it is not what was kept outside on {first[row]}"
        for row in sorted(audit.missing(first))
        for center, length, _ in [row]
    ]


def list_places() -> list[tuple[str, int, str]]:
    """Return the places for which a role can be given: kind, id, name."""
    center, partner = name_column(Center), name_column(Partner)
    centers = db.session.execute(select(Center.id, center).order_by(center)).all()
    partners = db.session.execute(select(Partner.id, partner).order_by(partner)).all()
    return [("center", id_, name) for id_, name in centers] + [
        ("partner", id_, name) for id_, name in partners
    ]

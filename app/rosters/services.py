"""What can be done with rosters and with the people of a center. All assume a transaction."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from app.accounts import services as accounts
from app.accounts.hooks import PersonJoined
from app.accounts.queries import list_holders
from app.accounts.rules import display_name, parse_address
from app.centers import queries as centers
from app.centers import services as center_services
from app.centers.rules import clean_line
from app.kernel import audit, i18n, jobs, outbox
from app.kernel.actors import Actor
from app.kernel.db import db
from app.kernel.errors import Conflict, Forbidden, NotFound
from app.kernel.i18n import say
from app.messages import services as messages
from app.rosters import queries, rules
from app.rosters.models import Roster, RosterLine
from app.rosters.rules import Line
from app.settings import get_settings
from app.throttling import services as throttling
from app.throttling.rules import Limit
from app.throttling.services import Counter
from app.tokens import services as tokens
from app.tokens.rules import shown

BATCH = 50
KEPT = timedelta(days=30)
CODE_LASTS = timedelta(days=14)
EXPORTS = Limit(free=5, window=24 * 3600, hard=True)


def upload_roster(
    *, actor: Actor, center_id: int, file_name: str, content: bytes, now: datetime
) -> Roster:
    """Keep a file of people and have it checked. Nothing is made yet.

    Raises UnreadableFile at once for what is far too large.
    """
    _check(actor, center_id)
    rules.check_size(content)
    roster = Roster(
        center_id=center_id,
        uploaded_by=actor.id,
        file_name=clean_line(file_name)[:120],
        content=content,
        created_at=now,
    )
    db.session.add(roster)
    db.session.flush()  # the job and the audit trail need its id
    jobs.enqueue("rosters.check", {"roster_id": roster.id}, key=f"roster:{roster.id}:check")
    _record(actor, "rosters.upload", roster, {"bytes": len(content)})
    return roster


def judge_lines(center_id: int, lines: Iterable[Line]) -> list[Line]:
    """Return lines as new, already there or refused, by what the database holds now."""
    lines = list(lines)
    owners = queries.find_owners(a for line in lines for a in line.addresses)
    members = queries.find_members(center_id, owners.values())
    cohorts = centers.find_cohort_names(center_id)
    return [rules.judge(line, owners, members, cohorts) for line in lines]


def keep_report(*, roster_id: int, lines: list[Line], unknown: Iterable[str]) -> None:
    """Keep the outcome of the dry run, in place of the file; once, however often it is run."""
    roster = lock(roster_id)
    if roster.state != "checking":
        return
    db.session.execute(delete(RosterLine).where(RosterLine.roster_id == roster_id))
    rows = [{**asdict(line), "roster_id": roster_id} for line in lines]
    db.session.execute(insert(RosterLine), rows)
    roster.state, roster.content, roster.notes = "checked", None, list(unknown)


def refuse_file(*, roster_id: int, problem: dict[str, Any]) -> None:
    """Keep why a file as a whole cannot be used."""
    roster = lock(roster_id)
    if roster.state == "checking":
        roster.state, roster.content, roster.problem = "refused", None, problem


def confirm_roster(*, actor: Actor, roster: Roster, delivery: str, now: datetime) -> None:
    """Have the accounts made. Pressing twice does it once."""
    _check(actor, roster.center_id)
    roster = lock(roster.id)
    if roster.state in ("creating", "done"):
        return
    if roster.state != "checked":
        raise Conflict(say("This file was not checked to its end, so nothing can be made of it."))
    roster.state, roster.delivery, roster.confirmed_at = "creating", delivery, now
    roster.problem = None
    jobs.enqueue(
        "rosters.create",
        {"roster_id": roster.id, "actor_id": actor.id},
        key=f"roster:{roster.id}:create:{now.isoformat()}",
    )
    _record(actor, "rosters.confirm", roster, {"delivery": delivery})


def create_batch(*, actor: Actor, roster_id: int, now: datetime) -> bool:
    """Make the next accounts of a roster; False when there is nothing more to do.

    A line gets its account and its new outcome in the same transaction, and two runs at once wait
    for each other, so that no line is done twice.
    """
    roster = lock(roster_id)
    if roster.state != "creating":
        return False
    if not actor.can("people.import", center=roster.center_id):
        roster.state, roster.problem = "checked", {"code": "not_allowed"}
        return False
    rows = queries.list_pending(roster_id, BATCH)
    if not rows:
        roster.state, roster.done_at = "done", now
        _record(actor, "rosters.done", roster, queries.count_outcomes(roster_id))
        return False
    judged = judge_lines(roster.center_id, [_line_of(row) for row in rows])
    owners = queries.find_owners(a for line in judged for a in line.addresses)
    arrived: dict[int, int | None] = {}
    for row, line in zip(rows, judged, strict=True):
        person_id = _settle(roster, row, line, owners, now)
        if person_id:
            arrived[person_id] = row.cohort_id
    if arrived:
        center_services.bring_in(actor=actor, center_id=roster.center_id, people=arrived, now=now)
    return True


def _line_of(row: RosterLine) -> Line:
    return Line(
        number=row.number,
        name=row.name,
        name_ar=row.name_ar,
        email=row.email,
        phone=row.phone,
        cohort=row.cohort,
        language=row.language,
    )


def _settle(
    roster: Roster, row: RosterLine, line: Line, owners: dict[str, int], now: datetime
) -> int | None:
    row.problem, row.cohort_id = line.problem, line.cohort_id
    if line.outcome == "refused":
        row.outcome = "refused"
        return None
    if line.outcome == "known":
        row.outcome = "joined" if line.cohort_id else "known"
        row.person_id = next(owners[a] for a in line.addresses if a in owners)
        return row.person_id
    try:
        with db.session.begin_nested():
            row.person_id = _make(roster, line, now)
    except Conflict:  # somebody took the address at this moment
        row.outcome, row.problem = "refused", {"code": "elsewhere"}
        return None
    row.outcome = "made"
    return row.person_id


def _make(roster: Roster, line: Line, now: datetime) -> int:
    language = line.language or get_settings().default_language
    person = accounts.add_person(name=line.name, name_ar=line.name_ar, language=language, now=now)
    for value in line.addresses:
        if address := parse_address(value):
            accounts.hold_address(person.id, address, confirmed_at=None)
    outbox.record(PersonJoined(person.id, roster.center_id))
    if roster.delivery == "mail" and line.email:
        _mail(person.id, line.email, language, now)
    return person.id


def _mail(person_id: int, email: str, language: str, now: datetime) -> None:
    secret = tokens.issue("reset", lasts=CODE_LASTS, now=now, person_id=person_id, address=email)
    site = get_settings().site_name
    messages.send(
        channel="email",
        address=email,
        subject=say("Your account on %(site)s", site=site),
        body=[
            say("Your center made an account for you on %(site)s.", site=site),
            say("Open this page within 14 days and choose a password:"),
            get_settings().public_url.rstrip("/") + f"/{language}/reset/{secret}",
            say("If you do not know of this, there is nothing to do."),
        ],
        language=language,
        key=f"roster-invitation:{person_id}",
    )


def issue_codes(*, actor: Actor, roster: Roster, now: datetime) -> list[tuple[str, str, str]]:
    """Return (name, address, code) for who was brought in and never signed in, for printing.

    What comes back is shown once and kept nowhere; codes printed before are void.
    """
    _check(actor, roster.center_id)
    if not actor.can("accounts.manage", center=roster.center_id):
        raise Forbidden(say("You cannot print codes for this center."))
    people = queries.list_new_people(roster)
    strips = []
    for person_id, name, name_ar, address in people:
        tokens.void(person_id=person_id, purposes=("code",))
        code = tokens.issue(
            "code", lasts=CODE_LASTS, now=now, person_id=person_id, address=address, code=True
        )
        called = display_name(name, name_ar, i18n.language.get())
        strips.append((called, address, shown(code)))
    _record(actor, "rosters.issue_codes", roster, {"people": [row[0] for row in people]})
    return strips


def export_people(*, actor: Actor, center_id: int) -> list[Any]:
    """Return all people of a center for a file.

    Audited, a few times a day at most, and the center's other managers hear of it.
    """
    if not actor.can("people.export", center=center_id):
        raise NotFound
    throttling.take([Counter(throttling.keyed("people-export", str(actor.id)), EXPORTS)])
    rows: list[Any] = []
    while part := queries.list_for_export(center_id, rows[-1][0] if rows else 0, 1000):
        rows += part
    audit.record(
        actor,
        "people.export",
        obj=f"center:{center_id}",
        center_id=center_id,
        details={"people": len(rows)},
    )
    for other in list_holders("manager", "center", center_id):
        if other.id != actor.id:
            accounts.tell(
                other.id,
                say("The people of your center were taken out as a file"),
                say("%(name)s took the list of the people of your center.", name=actor.name),
                say("If that should not have been, speak to them, and to an admin."),
            )
    return rows


def forget_old(*, now: datetime) -> None:
    """Remove the lines of rosters that were done, or left lying, 30 days ago."""
    old = select(Roster.id).where(
        (Roster.done_at < now - KEPT)
        | (Roster.done_at.is_(None) & (Roster.created_at < now - KEPT))
    )
    db.session.execute(delete(RosterLine).where(RosterLine.roster_id.in_(old)))
    db.session.execute(update(Roster).where(Roster.id.in_(old)).values(content=None))


def lock(roster_id: int) -> Roster:
    """Return a roster, held by this transaction alone. Raises NotFound."""
    roster = db.session.get(Roster, roster_id, with_for_update=True, populate_existing=True)
    if roster is None:
        raise NotFound
    return roster


def _check(actor: Actor, center_id: int) -> None:
    if not actor.can("people.import", center=center_id):
        raise NotFound


def _record(actor: Actor, verb: str, roster: Roster, details: dict[str, Any]) -> None:
    audit.record(
        actor, verb, obj=f"roster:{roster.id}", center_id=roster.center_id, details=details
    )

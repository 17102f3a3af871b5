"""Building the demonstration. Each step is a transaction; all of it twice changes nothing."""

import ipaddress
import os
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import exists, func, insert, select

from app.accounts.models import Address, Person
from app.accounts.rules import parse_address
from app.accounts.services import add_person, grant_role
from app.centers import services as centers
from app.centers.models import Center, CenterMember, Cohort, CohortMember
from app.content.files import read_folder
from app.courses.models import Course
from app.courses.queries import list_published, outlines_of
from app.courses.services import check_files, import_course, publish_course
from app.demo.rules import (
    ACCOUNTS,
    CENTERS,
    COHORTS,
    DOMAIN,
    PARTNERS,
    Account,
    LearnerPlan,
    history,
    plan_learners,
)
from app.kernel.actors import SYSTEM
from app.kernel.db import db, new_public_id, write
from app.kernel.errors import Conflict
from app.kernel.i18n import say
from app.learning.models import Enrollment, LessonDone
from app.partners import services as partners
from app.partners.models import Partner
from app.settings import Settings

MAIN_COURSE = "python-donnees"


def check_allowed(settings: Settings) -> None:
    """Refuse a site that others can reach, or one where real people are. Raises Conflict."""
    if not _is_local(urlsplit(settings.public_url).hostname or ""):
        raise Conflict(
            say(
                "The demonstration was not made: %(address)s is not this machine's own address.",
                address=settings.public_url,
            ),
            todo=say("Run it on a site whose RIHLA_PUBLIC_URL is http://127.0.0.1:8212."),
        )
    strangers = db.session.scalar(
        select(func.count())
        .select_from(Address)
        .where(Address.kind == "email", ~Address.value.endswith(f"@{DOMAIN}"))
    )
    if strangers and not _is_made():
        raise Conflict(
            say("The demonstration was not made: people who are not invented have accounts here.")
        )


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_made() -> bool:
    admin = ACCOUNTS[-1].email
    return bool(db.session.scalar(select(exists().where(Address.value == admin))))


def demo_password(settings: Settings) -> str:
    """Return the password of the accounts; one is made and kept when none is set."""
    if settings.demo_password:
        return str(settings.demo_password)
    file = settings.instance / "demo-password"
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(secrets.token_urlsafe(9))
    return file.read_text().strip()


def publish_courses(folder: Path, now: datetime) -> list[str]:
    """Import and publish every course of a folder that is not here as it is; return their slugs."""
    done = []
    for path in sorted(p for p in folder.iterdir() if (p / "course.toml").exists()):
        checked = check_files(read_folder(path), path.name)
        with write():
            made = import_course(actor=SYSTEM, checked=checked, slug=path.name, now=now)
            publish_course(actor=SYSTEM, revision_id=made.revision_id, now=now)
        done.append(made.slug)
    return done


def make_places(now: datetime) -> None:
    """Open the centers, and add the partners and cohorts."""
    with write():
        have = set(db.session.scalars(select(Center.slug)))
        for slug, name, name_ar, city, state in CENTERS:
            if slug not in have:
                centers.open_center(
                    actor=SYSTEM,
                    slug=slug,
                    name=name,
                    name_ar=name_ar,
                    city=city,
                    state=state,
                    now=now,
                )
        have = set(db.session.scalars(select(Partner.slug)))
        for slug, name, name_ar, city in PARTNERS:
            if slug not in have:
                partners.create_partner(
                    actor=SYSTEM, slug=slug, name=name, name_ar=name_ar, city=city, now=now
                )
        _make_cohorts(now)


def _make_cohorts(now: datetime) -> None:
    ids = dict(db.session.execute(select(Center.slug, Center.id)).tuples().all())
    have = set(db.session.execute(select(Cohort.center_id, Cohort.slug)).tuples())
    for plan in COHORTS:
        if (ids[plan.center], plan.slug) not in have:
            db.session.add(
                Cohort(
                    center_id=ids[plan.center],
                    slug=plan.slug,
                    name=plan.name,
                    starts_on=(now + timedelta(days=plan.starts)).date(),
                    ends_on=(now + timedelta(days=plan.ends)).date(),
                    created_at=now,
                )
            )


def make_accounts(password_hash: str, now: datetime) -> None:
    """Add one account for each role, with what it needs to show its work."""
    with write():
        for account in ACCOUNTS:
            if not db.session.scalar(select(exists().where(Address.value == account.email))):
                _make_account(account, password_hash, now)


def _make_account(account: Account, password_hash: str, now: datetime) -> None:
    person_id = add_person(
        address=parse_address(account.email),
        name=account.name,
        name_ar=account.name_ar,
        language="fr",
        password_hash=password_hash,
        confirmed=True,
        now=now,
    ).id
    place = _place_id(account)
    if account.scope:
        _grant(person_id, account.role, account.scope, place, now)
    if account.scope == "center":
        centers.join_center(actor=SYSTEM, center_id=place, person_id=person_id, now=now)
    if account.role == "instructor":
        for course_id in db.session.scalars(select(Course.id)).all():
            _grant(person_id, "instructor", "course", course_id, now)
        cohort_id = db.session.scalars(select(Cohort.id).where(Cohort.slug == "da-7")).one()
        _grant(person_id, "instructor", "cohort", cohort_id, now)


def _grant(person_id: int, role: str, scope: str, scope_id: int, now: datetime) -> None:
    grant_role(
        actor=SYSTEM, person_id=person_id, role=role, scope=scope, scope_id=scope_id, now=now
    )


def _place_id(account: Account) -> int:
    if not account.place:
        return 0
    model = Partner if account.scope == "partner" else Center
    return db.session.scalars(select(model.id).where(model.slug == account.place)).one()


def make_learners(password_hash: str, now: datetime) -> int:
    """Add the invented learners with their history in one transaction; return how many are new."""
    with write():
        known = set(db.session.scalars(select(Address.value)))
        plans = [p for p in plan_learners() if (p.email or p.phone) not in known]
        if not plans:
            return 0
        people = _add_people(plans, password_hash, now)
        _add_to_places(plans, people, now)
        _add_history([(p, people[p]) for p in plans], now)
        _add_the_learner(now)
    return len(plans)


def _add_people(
    plans: Iterable[LearnerPlan], password_hash: str, now: datetime
) -> dict[LearnerPlan, int]:
    made = {}
    for plan in plans:
        person = Person(
            public_id=new_public_id(),
            name=plan.name,
            name_ar=plan.name_ar,
            language=plan.language,
            password_hash=password_hash,
            created_at=now + timedelta(days=min(plan.cohort.starts, 0) - 5),
        )
        db.session.add(person)
        made[plan] = person
    db.session.flush()  # addresses need the ids
    db.session.execute(
        insert(Address),
        [
            {
                "person_id": person.id,
                "kind": "email" if plan.email else "phone",
                "value": plan.email or plan.phone,
                "confirmed_at": now,
            }
            for plan, person in made.items()
        ],
    )
    return {plan: person.id for plan, person in made.items()}


def _cohorts() -> dict[str, Cohort]:
    return {cohort.slug: cohort for cohort in db.session.scalars(select(Cohort))}


def _add_to_places(
    plans: Iterable[LearnerPlan], people: dict[LearnerPlan, int], now: datetime
) -> None:
    cohorts = _cohorts()
    for plan in plans:
        cohort, joined = cohorts[plan.cohort.slug], now + timedelta(days=min(plan.cohort.starts, 0))
        db.session.add(
            CenterMember(center_id=cohort.center_id, person_id=people[plan], joined_at=joined)
        )
        db.session.add(CohortMember(cohort_id=cohort.id, person_id=people[plan], joined_at=joined))


def _add_history(people: Iterable[tuple[LearnerPlan, int]], now: datetime) -> None:
    seen = next(c for c in list_published(now) if c.slug == MAIN_COURSE)
    outline = outlines_of([seen])[seen.revision_id]
    lessons = [lesson.id for lesson in outline.lessons]
    cohorts = _cohorts()
    for plan, person_id in people:
        if plan.cohort.starts > 0:
            continue
        done = history(lessons, plan, now)
        cohort = cohorts[plan.cohort.slug]
        start = now + timedelta(days=plan.cohort.starts)
        last = done[-1][1] if done else start
        db.session.add(
            Enrollment(
                person_id=person_id,
                course_id=seen.course_id,
                center_id=cohort.center_id,
                cohort_id=cohort.id,
                enrolled_at=start,
                seen_at=max(last, now - timedelta(days=plan.away_days, hours=3)) if done else None,
                completed_at=last if len(done) == len(lessons) else None,
                last_lesson=done[-1][0] if done else None,
            )
        )
        db.session.add_all(
            LessonDone(person_id=person_id, course_id=seen.course_id, lesson_id=lesson, done_at=at)
            for lesson, at in done
        )


def _add_the_learner(now: datetime) -> None:
    """Put learner@ into the middle of the first course, in the running cohort of Rabat."""
    email = ACCOUNTS[0].email
    person_id = db.session.scalars(select(Address.person_id).where(Address.value == email)).one()
    plan = LearnerPlan("", "", email, None, "fr", COHORTS[1], 0.9, 1)
    _add_to_places([plan], {plan: person_id}, now)
    _add_history([(plan, person_id)], now)

"""Building the demonstration. Each step is a transaction; all of it twice changes nothing.

Centers, cohorts, courses and roles go through the services of their features. People and their
history go in as rows, many at once: no event is told and nobody gets a message about what has
never happened.
"""

import ipaddress
import os
import secrets
import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import exists, insert, or_, select, update

from app.accounts.models import Address, Person
from app.accounts.rules import parse_address
from app.accounts.services import add_person, grant_role
from app.centers import services as centers
from app.centers.models import Center, CenterMember, Cohort, CohortMember
from app.content.archive import revision_hash
from app.content.files import read_folder
from app.courses.models import Course, Revision
from app.courses.queries import list_published, outlines_of
from app.courses.services import check_files, import_course, publish_course
from app.demo import rules
from app.demo.rules import ACCOUNTS, CENTERS, COHORTS, DOMAIN, PARTNERS, STAFF, Account
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from app.kernel.errors import Conflict
from app.kernel.i18n import say
from app.learning.models import Enrollment, LessonDone
from app.notices.models import Notice, NoticeReceipt
from app.partners import services as partners
from app.partners.models import Partner
from app.settings import Settings
from app.signin.rules import hash_password

LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def check_allowed(settings: Settings) -> None:
    """Refuse a site that others can reach, or one that has people already. Raises Conflict.

    Where the demonstration is, whoever signed up there does not matter.
    """
    if not _is_local(urlsplit(settings.public_url).hostname or ""):
        raise Conflict(
            say(
                "The demonstration was not made: %(address)s is not this machine's own address.",
                address=settings.public_url,
            ),
            todo=say("Run it on a site whose RIHLA_PUBLIC_URL is http://127.0.0.1:8212."),
        )
    if not is_made() and db.session.scalar(select(exists().where(Person.id > 0))):
        raise Conflict(
            say("The demonstration was not made: people who are not invented have accounts here."),
            todo=say("Give it a folder of its own: set RIHLA_INSTANCE."),
        )


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_made() -> bool:
    """Tell whether the accounts of the demonstration are here."""
    return bool(db.session.scalar(select(exists().where(Address.value == ACCOUNTS[-1].email))))


def mark(settings: Settings) -> None:
    """Have every page of this site say that it is a demonstration, however it is started."""
    file = settings.instance / "settings.toml"
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    if "demo" not in tomllib.loads(text):
        file.write_text(f"demo = true\n{text}", encoding="utf-8")


def choose_password(settings: Settings) -> tuple[str, str | None]:
    """Return the password of the accounts, and its hash when they need it: new, or changed."""
    file = _password_file(settings)
    kept = file.read_text(encoding="utf-8").strip() if file.exists() else ""
    password = str(settings.demo_password) or kept or _new_password()
    hashed = None if password == kept and is_made() else hash_password(password)
    db.session.rollback()
    return password, hashed


def keep_password(settings: Settings, password: str) -> None:
    """Keep what the accounts have in the site's folder, readable by its owner alone."""
    file = _password_file(settings)
    fresh = file.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(password)
    fresh.replace(file)


def _password_file(settings: Settings) -> Path:
    return settings.instance / "demo-password"


def _new_password() -> str:
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def publish_courses(folder: Path, now: datetime) -> list[int]:
    """Import and publish the courses of a folder whose files are not known; return their ids.

    One that was taken back here stays taken back until its files change.
    """
    known, made = set(db.session.scalars(select(Revision.hash))), []
    for path in sorted(p for p in folder.iterdir() if (p / "course.toml").exists()):
        files = read_folder(path)
        if revision_hash(files) in known:
            continue
        checked = check_files(files, path.name)
        with write():
            kept = import_course(actor=SYSTEM, checked=checked, slug=path.name, now=now)
            publish_course(actor=SYSTEM, revision_id=kept.revision_id, now=now)
        made.append(kept.course_id)
    return made


def make_people(password_hash: str | None, course_ids: Sequence[int], now: datetime) -> bool:
    """Make places, accounts and learners, all or none; False when they are here.

    Then only their password is renewed, if a hash is given. New courses get their author.
    """
    with write():
        is_new = not is_made()
        if is_new and password_hash:
            _make_places(now)
            for account in ACCOUNTS + STAFF:
                _make_account(account, password_hash, now)
            people = _make_learners(password_hash, now)
            _make_histories(people, now)
            _make_notice(now)
        elif password_hash:
            _set_password(password_hash)
        _credit_author(db.session.scalars(select(Course.id)).all() if is_new else course_ids, now)
    return is_new


def _set_password(password_hash: str) -> None:
    phones = [plan.address for plan in rules.plan_learners() if plan.address.startswith("+")]
    invented = select(Address.person_id).where(
        or_(Address.value.endswith(f"@{DOMAIN}"), Address.value.in_(phones))
    )
    db.session.execute(
        update(Person)
        .where(Person.id.in_(invented))
        .values(password_hash=password_hash, epoch=Person.epoch + 1)
    )


def _make_places(now: datetime) -> None:
    ids = {}
    for slug, name, name_ar, city, state in CENTERS:
        ids[slug] = centers.open_center(
            actor=SYSTEM, slug=slug, name=name, name_ar=name_ar, city=city, state=state, now=now
        ).id
    for slug, name, name_ar, city in PARTNERS:
        partners.create_partner(
            actor=SYSTEM, slug=slug, name=name, name_ar=name_ar, city=city, now=now
        )
    for plan in COHORTS:
        centers.create_cohort(
            actor=SYSTEM,
            center_id=ids[plan.center],
            slug=plan.slug,
            name=plan.name,
            starts_on=(now + timedelta(days=plan.starts)).date(),
            ends_on=(now + timedelta(days=plan.ends)).date(),
            now=now,
        )


def _make_account(account: Account, password_hash: str, now: datetime) -> None:
    person_id = add_person(
        address=parse_address(account.email),
        name=account.name,
        name_ar=account.name_ar,
        password_hash=password_hash,
        confirmed=True,
        now=now,
    ).id
    place_id = _place_id(account)
    if account.scope:
        _grant(person_id, account.role, account.scope, place_id, now)
    if account.scope == "center":
        centers.join_center(actor=SYSTEM, center_id=place_id, person_id=person_id, now=now)
    if account.role == "instructor":
        here = [plan for plan in COHORTS if plan.center == account.place]
        running = next(plan for plan in here if plan.phase == "running")
        _grant(person_id, "instructor", "cohort", _cohorts()[running.slug].id, now)


def _place_id(account: Account) -> int:
    if not account.place:
        return 0
    model = Partner if account.scope == "partner" else Center
    return db.session.scalars(select(model.id).where(model.slug == account.place)).one()


def _grant(person_id: int, role: str, scope: str, scope_id: int, now: datetime) -> None:
    grant_role(
        actor=SYSTEM, person_id=person_id, role=role, scope=scope, scope_id=scope_id, now=now
    )


def _credit_author(course_ids: Sequence[int], now: datetime) -> None:
    for course_id in course_ids:
        _grant(_person_id("instructor"), "instructor", "course", course_id, now)


def _person_id(login: str) -> int:
    address = f"{login}@{DOMAIN}"
    return db.session.scalars(select(Address.person_id).where(Address.value == address)).one()


def _cohorts() -> dict[str, Cohort]:
    return {cohort.slug: cohort for cohort in db.session.scalars(select(Cohort))}


def _make_learners(password_hash: str, now: datetime) -> dict[rules.LearnerPlan, Person]:
    people = {
        plan: Person(
            name=plan.name,
            name_ar=plan.name_ar,
            language=plan.language,
            password_hash=password_hash,
            created_at=rules.joined_at(plan, now),
        )
        for plan in rules.plan_learners()
    }
    db.session.add_all(people.values())
    db.session.flush()  # everything else needs the ids
    addresses = [
        {
            "person_id": person.id,
            "kind": "phone" if plan.address.startswith("+") else "email",
            "value": plan.address,
            "confirmed_at": person.created_at,
        }
        for plan, person in people.items()
    ]
    db.session.execute(insert(Address), addresses)
    return people


def _make_histories(people: Mapping[rules.LearnerPlan, Person], now: datetime) -> None:
    seen = {course.slug: course for course in list_published(now)}
    outlines = outlines_of(seen.values())
    courses = {
        slug: (course.course_id, [lesson.id for lesson in outlines[course.revision_id].lessons])
        for slug, course in seen.items()
    }
    cohorts = _cohorts()
    for plan, person in people.items():
        cohort = cohorts[plan.cohort.slug] if plan.cohort else None
        found = [
            (course_id, history)
            for slug, (course_id, lessons) in courses.items()
            if (slug == rules.MAIN_COURSE or plan.other_courses)
            and (history := rules.history(plan, slug, lessons, now))
        ]
        gone = next((history.left_at for _, history in found if history.left_at), None)
        _add_to_cohort(person, cohort, person.created_at, gone)
        for course_id, history in found:
            _add_history(person, cohort, course_id, history, dict(courses.values())[course_id])
    learner = db.session.get_one(Person, _person_id("learner"))
    cohort = cohorts[rules.LEARNERS_COHORT.slug]
    course_id, lessons = courses[rules.MAIN_COURSE]
    history = rules.learners_history(lessons, now)
    learner.created_at = history.enrolled_at - timedelta(days=4)
    _add_to_cohort(learner, cohort, learner.created_at, None)
    _add_history(learner, cohort, course_id, history, lessons)


def _add_to_cohort(
    person: Person, cohort: Cohort | None, joined_at: datetime, left_at: datetime | None
) -> None:
    if cohort is None:
        return
    db.session.add(
        CenterMember(center_id=cohort.center_id, person_id=person.id, joined_at=joined_at)
    )
    db.session.add(
        CohortMember(cohort_id=cohort.id, person_id=person.id, joined_at=joined_at, left_at=left_at)
    )


def _add_history(
    person: Person,
    cohort: Cohort | None,
    course_id: int,
    history: rules.History,
    lessons: Sequence[str],
) -> None:
    done = [lesson for lesson, _ in history.done]
    following = lessons[len(done)] if len(done) < len(lessons) else None
    db.session.add(
        Enrollment(
            person_id=person.id,
            course_id=course_id,
            center_id=cohort.center_id if cohort else None,
            cohort_id=cohort.id if cohort else None,
            enrolled_at=history.enrolled_at,
            seen_at=history.seen_at,
            completed_at=None if following else history.done[-1][1],
            left_at=history.left_at,
            last_lesson=following or done[-1],
        )
    )
    db.session.add_all(
        LessonDone(person_id=person.id, course_id=course_id, lesson_id=lesson, done_at=at)
        for lesson, at in history.done
    )
    person.last_seen_at = max(person.last_seen_at or history.seen_at, history.seen_at)


def _make_notice(now: datetime) -> None:
    """Let instructor@ have written to the cohort; learner@ has not read it yet."""
    cohort, learner_id = _cohorts()[rules.LEARNERS_COHORT.slug], _person_id("learner")
    notice = Notice(
        sender_id=_person_id("instructor"),
        center_id=cohort.center_id,
        cohort_id=cohort.id,
        text=rules.NOTICE,
        form_key="demo",
        sent_at=now - timedelta(hours=26),
    )
    db.session.add(notice)
    db.session.flush()  # the receipts need its id
    members = db.session.scalars(
        select(CohortMember.person_id).where(
            CohortMember.cohort_id == cohort.id, CohortMember.left_at.is_(None)
        )
    )
    db.session.add_all(
        NoticeReceipt(
            notice_id=notice.id,
            person_id=person_id,
            read_at=None if person_id == learner_id or person_id % 3 == 0 else now,
        )
        for person_id in members.all()
    )

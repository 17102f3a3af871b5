"""A small site with somebody in every role, and the same places once more that are not theirs.

`build()` fills an empty committed database; `ARGUMENTS` says with which values each route is
opened, so that tests can walk all of them. A new route needs a line there.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask import Flask

from app.accounts.models import RoleGrant
from app.centers.models import Center, CenterMember, Cohort, CohortMember
from app.content.files import read_folder
from app.courses import services as courses
from app.kernel import clock
from app.kernel.actors import SYSTEM, Grant
from app.kernel.db import db, write
from app.kernel.jobs import Job
from app.learning.models import Enrollment, LessonDone
from app.notices.models import Notice, NoticeReceipt
from app.partners.models import Partner
from app.plugins import services as plugins
from app.plugins.gate import get_gate
from app.rosters.models import Roster, RosterLine
from app.tokens import services as tokens
from tests import shipped
from tests.conftest import Made, add_person, add_session, close
from tests.conftest import build as make_app
from tests.databases import clone
from tests.printing.making import draft_template
from tests.things import award, hand_in, regrade, send, send_questions, sit

COURSES = Path(__file__).resolve().parent.parent / "courses"
STAFF = ("instructor", "manager", "partner", "office", "admin")
ROLES = ("visitor", "learner", *STAFF)


@dataclass
class Side:
    """The places and things of one center, by the names that addresses use."""

    center: str
    center_id: int
    cohort: str
    cohort_id: int
    member: str
    member_id: int
    partner: str
    partner_id: int
    partner_person: str
    roster: str
    course: str
    course_id: int
    short: str
    lesson: str
    file: str
    publication: int
    job: int
    instructor: str = ""
    trainer: str = ""
    learner: str = ""
    upload: str = ""
    exam: str = ""
    exam_done: str = ""
    """Attempts of somebody of this side at an exam: one that runs, one that is marked."""
    project_file: str = ""
    """A file that somebody of this side handed in, with a comment."""
    questions: str = ""
    regrading: str = ""
    credential: str = ""
    template: int = 0
    things: dict[str, str] = field(default_factory=dict)
    """What plugins brought to the center (tests/shipped.py)."""


@dataclass
class World:
    """Two sides, the people of the first one by role, and their session cookies."""

    own: Side
    other: Side
    people: dict[str, Made] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)


def build() -> World:
    """Fill the database of the present application context."""
    own = _side("kenitra", "Kénitra", "القنيطرة", "python-donnees")
    other = _side("rabat", "Rabat", "الرباط", "ia-en-service")
    world = World(own, other)
    with write():
        plugins.set_rules(
            actor=SYSTEM,
            snapshot=get_gate().current(),
            name="sample",
            everywhere=True,
            open_to_centers=True,
            now=clock.now(),
        )
    places: dict[str, tuple[str, int]] = {
        "instructor": ("center", own.center_id),
        "manager": ("center", own.center_id),
        "partner": ("partner", own.partner_id),
    }
    for role in ROLES[1:]:
        scope, scope_id = places.get(role, ("site", 0))
        given = None if role == "learner" else role
        made = add_person(f"Zineb {role}", f"{role}@example.org", given, scope, scope_id)
        world.people[role] = made
    _grant(world, "instructor", "course", own.course_id)
    _grant(world, "instructor", "cohort", own.cohort_id)
    for role in ("learner", "instructor", "manager"):
        _join(own, world.people[role], in_cohort=role == "learner")
    _learn(own, world.people["learner"])
    for side, person_id in ((own, world.people["learner"].id), (other, other.member_id)):
        where = {"center_id": side.center_id, "cohort_id": side.cohort_id}
        side.exam_done = sit(own.course_id, person_id, 1, **where)
        side.exam = sit(own.course_id, person_id, 2, **where)
        side.project_file = hand_in(own.course_id, person_id)
    _notify(world)
    for role, person in world.people.items():
        world.cookies[role] = add_session(person)
    own.instructor = own.trainer = world.people["instructor"].public_id
    own.learner = world.people["learner"].public_id
    own.upload = send(world.people["instructor"].id)
    for side in (own, other):
        side.questions = send_questions(world.people["instructor"].id, side.course_id)
    with write():
        for purpose, data in (("reset", {}), ("invitation", {}), ("sign_up", {})):
            world.secrets[purpose] = tokens.issue(
                purpose,
                lasts=timedelta(days=2),
                now=clock.now(),
                person_id=world.people["learner"].id if purpose == "reset" else None,
                address="learner@example.org" if purpose == "reset" else f"{purpose}@example.org",
                data=data | {"role": "learner", "center_id": own.center_id},
            )
    return world


@contextmanager
def opened(schema_url: str, folder: Path) -> Iterator[tuple[Flask, World]]:
    """Give an application on a database of its own that holds all this, committed."""
    with clone(schema_url, folder) as url:
        app = make_app(url, folder)
        with app.app_context():
            world = build()
            db.session.remove()
        try:
            yield app, world
        finally:
            close(app)


def _side(slug: str, name: str, name_ar: str, course: str) -> Side:
    member = add_person(f"Salma {name}", f"salma@{slug}.example.org")
    at_partner = add_person(f"Omar {name}", f"omar@{slug}.example.org")
    trainer = add_person(f"Hind {name}", f"hind@{slug}.example.org")
    now = clock.now()
    with write() as session:
        center = Center(
            slug=slug, name=name, name_ar=name_ar, city=name, state="open", created_at=now
        )
        partner = Partner(slug=f"atlas-{slug}", name=f"Atlas {name}", created_at=now)
        session.add_all([center, partner])
        session.flush()
        cohort = Cohort(
            center_id=center.id,
            slug="da-7",
            name="DA-7",
            starts_on=date(2026, 1, 5),
            ends_on=date(2027, 12, 30),
            created_at=now,
        )
        roster = Roster(
            center_id=center.id,
            file_name="people.csv",
            state="checked",
            notes=["Remarque"],
            created_at=now,
        )
        job = Job(
            name="rosters.check", args={}, state="dead", run_at=now, created_at=now, error="Oh"
        )
        session.add_all([cohort, roster, job])
        session.flush()
        session.add_all(
            [
                CenterMember(center_id=center.id, person_id=member.id, joined_at=now),
                CohortMember(cohort_id=cohort.id, person_id=member.id, joined_at=now),
                RosterLine(
                    roster_id=roster.id,
                    number=2,
                    name="Imane Tazi",
                    email="imane@example.org",
                    outcome="new",
                ),
                _granted(at_partner, "partner", "partner", partner.id),
                _granted(trainer, "instructor", "cohort", cohort.id),
                _granted(trainer, "instructor", "center", center.id),
            ]
        )
        things = shipped.make(center.id, trainer.actor)
        places = (center.id, cohort.public_id, cohort.id, roster.public_id, partner.id, job.id)
    imported = _import(course)
    return Side(
        slug,
        places[0],
        places[1],
        places[2],
        member.public_id,
        member.id,
        f"atlas-{slug}",
        places[4],
        at_partner.public_id,
        places[3],
        course,
        *imported,
        job=places[5],
        instructor=trainer.public_id,
        trainer=trainer.public_id,
        learner=member.public_id,
        upload=send(trainer.id),
        regrading=regrade(trainer.id, imported[4]),
        template=draft_template(places[0]),
        credential=award(places[2], member.id, imported[0]),
        things=things,
    )


def _granted(person: Made, role: str, scope: str, scope_id: int) -> RoleGrant:
    return RoleGrant(
        person_id=person.id, role=role, scope=scope, scope_id=scope_id, granted_at=clock.now()
    )


def _import(slug: str) -> tuple[int, str, str, str, int]:
    """Return course id, revision, first lesson, a file, and publication of an imported course."""
    checked = courses.check_files(read_folder(COURSES / slug), slug)
    with write():
        kept = courses.import_course(actor=SYSTEM, checked=checked, slug=slug, now=clock.now())
        made = courses.publish_course(actor=SYSTEM, revision_id=kept.revision_id, now=clock.now())
    assert checked.course
    lesson = checked.course.modules[0].lessons[0].id
    file = next((e.path for e in checked.entries if e.path.startswith("media/")), "media/x.svg")
    return kept.course_id, kept.short, lesson, file, made.publication_id


def _grant(world: World, role: str, scope: Any, scope_id: int) -> None:
    person = world.people[role]
    with write() as session:
        session.add(_granted(person, role, scope, scope_id))
    grants = (*person.grants, Grant(role, scope, scope_id))
    world.people[role] = replace(person, grants=grants)


def _join(side: Side, person: Made, *, in_cohort: bool) -> None:
    now = clock.now()
    with write() as session:
        session.add(CenterMember(center_id=side.center_id, person_id=person.id, joined_at=now))
        if in_cohort:
            session.add(CohortMember(cohort_id=side.cohort_id, person_id=person.id, joined_at=now))


def _learn(side: Side, person: Made) -> None:
    now = clock.now()
    with write() as session:
        session.add_all(
            [
                Enrollment(
                    person_id=person.id,
                    course_id=side.course_id,
                    center_id=side.center_id,
                    cohort_id=side.cohort_id,
                    enrolled_at=now,
                    seen_at=now,
                ),
                LessonDone(
                    person_id=person.id,
                    course_id=side.course_id,
                    lesson_id=side.lesson,
                    done_at=now,
                ),
            ]
        )


def _notify(world: World) -> None:
    now = clock.now()
    with write() as session:
        notice = Notice(
            sender_id=world.people["manager"].id,
            center_id=world.own.center_id,
            cohort_id=world.own.cohort_id,
            text="Demain, la salle est la 2.",
            form_key="first",
            sent_at=now,
        )
        session.add(notice)
        session.flush()
        learner = world.people["learner"]
        session.add(NoticeReceipt(notice_id=notice.id, person_id=learner.id))

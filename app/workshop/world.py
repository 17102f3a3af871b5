"""A small site to try a plugin on: two centers, a course, and somebody in every role."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select

from app.accounts.models import Address, Person, RoleGrant
from app.centers.models import Center, CenterMember, Cohort, CohortMember
from app.courses import services as courses
from app.courses.models import Course
from app.kernel import clock, migrations
from app.kernel.actors import SYSTEM, Actor, Grant
from app.kernel.db import db, write
from app.learning.models import Enrollment
from app.plugins import services as plugins
from app.plugins.gate import get_gate
from app.plugins.loading import upgrade_schemas
from app.settings import Secret, Settings
from app.signin.models import SignInSession

COURSE = "first-steps"
LESSON = "hello"
FILES = {
    "course.toml": """
id = "first-steps"
source = "en"
languages = ["en"]
level = "beginner"
hours = 1
license = "CC-BY-4.0"
authors = ["Amina"]

[title]
en = "First steps"

[summary]
en = "A course to try things on."
""",
    "01-start/module.toml": 'id = "start"\n\n[title]\nen = "Start"\n',
    "01-start/01-hello.en.md": """---
id: hello
title: Say hello
minutes: 10
objectives:
  - Say hello
---

A program is a list of orders.

## Try it

Here is one order.
""",
}


def files_of(course: str, texts: dict[str, str]) -> dict[str, str]:
    """Return the files of a course of one open lesson, from its texts by language."""
    source, names = next(iter(texts)), ", ".join(f'"{language}"' for language in texts)
    titles = "".join(f'{language} = "{course} {language}"\n' for language in texts)
    front = f"id: {LESSON}\ntitle: %s\nminutes: 10\n%sobjectives:\n  - %s\n"
    files = {
        "course.toml": f'id = "{course}"\nsource = "{source}"\nlanguages = [{names}]\n'
        'level = "beginner"\nhours = 1\nlicense = "CC-BY-4.0"\nauthors = ["Amina"]\n'
        f"\n[title]\n{titles}\n[summary]\n{titles}",
        "01-start/module.toml": f'id = "start"\n\n[title]\n{titles}',
    }
    for language, text in texts.items():
        head = front % (
            f"Lesson {language}",
            "preview: true\n" if language == source else "",
            f"Something {language}",
        )
        files[f"01-start/01-hello.{language}.md"] = f"---\n{head}---\n\n{text.strip()}\n"
    return files


def settings_of(folders: Iterable[Path], instance: Path, database_url: str) -> Settings:
    """Return the settings of a site that has only the plugins in these folders."""
    return Settings(
        instance=instance,
        database_url=database_url,
        secret_key=Secret("for trying only"),
        public_url="http://localhost",
        testing=True,
        plugins_shipped=False,
        plugin_folders=tuple(str(folder) for folder in folders),
    )


def make_schema() -> dict[str, str]:
    """Bring an empty database to what the code expects; return what failed, by plugin."""
    migrations.upgrade()
    return upgrade_schemas()


@dataclass(frozen=True)
class Somebody:
    """A person of the world, and the cookie `sid` with which they are signed in."""

    id: int
    public_id: str
    name: str
    role: str
    cookie: str
    grants: tuple[Grant, ...] = ()

    @property
    def actor(self) -> Actor:
        """Return them as services know them."""
        return Actor(self.id, self.public_id, self.name, "en", self.grants)


@dataclass(frozen=True)
class Place:
    """A center, with one cohort."""

    id: int
    slug: str
    cohort_id: int
    cohort: str


@dataclass
class World:
    """The places and people of a site to try things on."""

    centers: dict[str, Place] = field(default_factory=dict)
    course_id: int = 0


def add_center(slug: str, name: str = "") -> Place:
    """Add an open center with a cohort that is under way."""
    now = clock.now()
    with write() as session:
        center = Center(
            slug=slug, name=name or slug.capitalize(), city="", state="open", created_at=now
        )
        session.add(center)
        session.flush()
        cohort = Cohort(
            center_id=center.id,
            slug="da-1",
            name="DA-1",
            starts_on=now.date() - timedelta(days=30),
            ends_on=date(now.year + 1, 12, 31),
            created_at=now,
        )
        session.add(cohort)
        session.flush()
        return Place(center.id, slug, cohort.id, cohort.public_id)


def add_person(
    role: str, place: Place | None = None, *, name: str = "", language: str = "en"
) -> Somebody:
    """Add a person with a role: for the center, or for the site without one; signed in.

    A `learner` of a center is in its cohort. `visitor` is nobody.
    """
    if role == "visitor":
        return Somebody(0, "", "", role, "")
    now = clock.now()
    token, name = secrets.token_urlsafe(32), name or f"Zineb {role}"
    with write() as session:
        person = Person(name=name, language=language, created_at=now)
        session.add(person)
        session.flush()
        email = f"{secrets.token_hex(4)}@example.org"
        session.add(Address(person_id=person.id, kind="email", value=email, confirmed_at=now))
        grants = _grants(role, place)
        session.add_all(
            RoleGrant(
                person_id=person.id, role=g.role, scope=g.scope, scope_id=g.scope_id, granted_at=now
            )
            for g in grants
        )
        if place is not None:
            session.add(CenterMember(center_id=place.id, person_id=person.id, joined_at=now))
            if role == "learner":
                session.add(
                    CohortMember(cohort_id=place.cohort_id, person_id=person.id, joined_at=now)
                )
        session.add(_session(person, token))
        return Somebody(person.id, person.public_id, name, role, token, grants)


def _grants(role: str, place: Place | None) -> tuple[Grant, ...]:
    if role == "learner":
        return ()
    return (Grant(role, "center", place.id) if place else Grant(role, "site"),)


def _session(person: Person, token: str) -> SignInSession:
    now = clock.now()
    return SignInSession(
        token_hash=hashlib.sha256(token.encode()).hexdigest(),
        person_id=person.id,
        epoch=person.epoch,
        created_at=now,
        rotated_at=now,
        seen_at=now,
        expires_at=now + timedelta(hours=12),
    )


def add_course(files: dict[str, str] | None = None, slug: str = COURSE) -> int:
    """Import and publish a course to everybody; return its id. The smallest one by default."""
    content = {path: text.encode() for path, text in (files or FILES).items()}
    checked = courses.check_files(content, slug)
    with write():
        kept = courses.import_course(actor=SYSTEM, checked=checked, slug=slug, now=clock.now())
        courses.publish_course(actor=SYSTEM, revision_id=kept.revision_id, now=clock.now())
    return kept.course_id


def course_id(slug: str = COURSE) -> int:
    """Return the id of a course that was added."""
    return db.session.scalars(select(Course.id).where(Course.slug == slug)).one()


def enroll(person: Somebody, course_id: int, place: Place | None = None) -> None:
    """Put somebody into a course, in a center."""
    now = clock.now()
    with write() as session:
        session.add(
            Enrollment(
                person_id=person.id,
                course_id=course_id,
                center_id=place.id if place else None,
                cohort_id=place.cohort_id if place else None,
                enrolled_at=now,
                seen_at=now,
            )
        )


def switch(name: str, place: Place | None = None, *, on: bool = True) -> None:
    """Switch a plugin for the site, or at a center."""
    snapshot = get_gate().current()
    db.session.rollback()
    with write():
        if place is None:
            plugins.switch_plugin(
                actor=SYSTEM, snapshot=snapshot, name=name, on=on, now=clock.now()
            )
        else:
            plugins.switch_at_center(
                actor=SYSTEM,
                snapshot=snapshot,
                name=name,
                center_id=place.id,
                on=on,
                now=clock.now(),
            )
    get_gate().forget()


def count_everywhere(name: str, *, everywhere: bool) -> None:
    """Say whether a plugin is on at centers about which nothing was decided."""
    snapshot = get_gate().current()
    db.session.rollback()
    with write():
        plugins.set_rules(
            actor=SYSTEM,
            snapshot=snapshot,
            name=name,
            everywhere=everywhere,
            open_to_centers=True,
            now=clock.now(),
        )
    get_gate().forget()


def browser(app: Flask, person: Somebody | None = None) -> Any:
    """Return a client of the site, signed in as somebody."""
    client = app.test_client()
    if person is not None and person.cookie:
        client.set_cookie("sid", person.cookie)
    return client

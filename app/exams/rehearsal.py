"""A site with an exam and people who may sit it, for `rihla bench exam`. Nothing of it is kept."""

import hashlib
import secrets
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import insert, select

from app.accounts.models import Person
from app.courses import services as courses
from app.courses.models import Course
from app.kernel import clock, migrations
from app.kernel.actors import SYSTEM
from app.kernel.db import db, new_public_id, write
from app.learning.models import Enrollment
from app.settings import Secret, Settings
from app.signin.models import SignInSession

SLUG, LESSON, SECRET = "exam-day", "exam", "rehearsed"
QUESTIONS = 40
COURSE = f"""\
id = "{SLUG}"
source = "en"
languages = ["en"]
level = "beginner"
hours = 1
license = "CC0-1.0"
authors = ["Rihla"]

[title]
en = "Exam day"

[summary]
en = "Rehearsed, not taken."
"""


def course() -> dict[str, bytes]:
    """Return the files of a course with an exam of forty questions."""
    questions = "\n".join(
        f"### What comes after {n}? {{#q{n} type=number}}\n= {n + 1}\n" for n in range(QUESTIONS)
    )
    front = f"id: {LESSON}\ntitle: Exam\nminutes: 240\nkind: exam\nexam:\n  draw: {QUESTIONS}"
    return {
        "course.toml": COURSE.encode(),
        "01-a/module.toml": b'id = "m-a"\n\n[title]\nen = "A"\n',
        "01-a/01-one.en.md": b"---\nid: one\ntitle: One\nminutes: 5\n---\n\nText.\n",
        "01-a/02-exam.en.md": f"---\n{front}\n---\n\nThe exam.\n".encode(),
        "bank/base.en.md": f"````quiz {{#base}}\n{questions}````\n".encode(),
    }


@dataclass
class Learner:
    """Somebody who sits the exam, as their phone knows it."""

    id: int
    token: str
    cookie: str = ""
    attempt: str = ""
    save: str = ""
    cap: str = ""
    writer: str = ""
    items: tuple[str, ...] = ()
    kept: dict[int, tuple[str, str]] = field(default_factory=dict)
    """What the server said is safe: item and answer by count."""
    refused: set[int] = field(default_factory=set)
    """Counts of which the server said that they came too late."""
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass
class Figures:
    """What was measured and what was found wrong."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    cpu: dict[str, float] = field(default_factory=dict)
    statements: int = 0
    again: int = 0
    """Requests that were sent again because the site was too busy."""
    lost: int = 0
    doubled: int = 0
    late: int = 0
    open: int = 0
    """Attempts that nobody closed."""

    @property
    def is_well(self) -> bool:
        """Tell whether nothing was lost, doubled, accepted late or left unanswered."""
        return not (self.errors or self.lost or self.doubled or self.late or self.open) and (
            self.statements == 1
        )


def make_site(folder: Path, url: str) -> Flask:
    """Return the application of a new site with the exam in it."""
    from app import create_app

    app = create_app(
        Settings(
            instance=folder,
            database_url=url,
            secret_key=Secret(SECRET),
            public_url="http://localhost",
        )
    )
    with app.app_context():
        migrations.upgrade()
        checked = courses.check_files(course(), SLUG)
        if checked.errors:
            raise RuntimeError(str(checked.errors[0]))
        with write():
            kept = courses.import_course(actor=SYSTEM, checked=checked, slug=SLUG, now=clock.now())
            courses.publish_course(actor=SYSTEM, revision_id=kept.revision_id, now=clock.now())
        db.session.remove()
    return app


def make_learners(app: Flask, count: int) -> list[Learner]:
    """Add so many enrolled people, each signed in."""
    now, tokens = clock.now(), [secrets.token_urlsafe(32) for _ in range(count)]
    with app.app_context():
        with write() as session:
            course_id = session.scalars(select(Course.id).where(Course.slug == SLUG)).one()
            people = [
                {"public_id": new_public_id(), "name": f"Learner {n}", "created_at": now}
                for n in range(count)
            ]
            session.execute(insert(Person), people)
            rows = session.execute(select(Person.public_id, Person.id))
            found = {row.public_id: row.id for row in rows}
            ids = [found[person["public_id"]] for person in people]
            session.execute(
                insert(Enrollment),
                [{"person_id": one, "course_id": course_id, "enrolled_at": now} for one in ids],
            )
            session.execute(
                insert(SignInSession),
                [
                    {
                        "token_hash": hashlib.sha256(token.encode()).hexdigest(),
                        "person_id": one,
                        "epoch": 0,
                        "created_at": now,
                        "rotated_at": now,
                        "seen_at": now,
                        "expires_at": now + timedelta(hours=12),
                    }
                    for one, token in zip(ids, tokens, strict=True)
                ],
            )
        db.session.remove()
    return [Learner(*pair) for pair in zip(ids, tokens, strict=True)]

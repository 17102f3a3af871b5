"""The demonstration: made once, only here, and nothing in it looks like a real person."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.accounts.models import Address, Person
from app.catalog.queries import search
from app.centers.models import Center, Cohort, CohortMember
from app.courses.models import Publication
from app.courses.queries import list_published
from app.courses.services import withdraw_publication
from app.demo import cli, rules
from app.kernel import audit, clock
from app.kernel.actors import SYSTEM
from app.kernel.db import Base, db, write
from app.kernel.errors import Conflict
from app.kernel.i18n import translate
from app.learning.models import Enrollment, LessonDone
from app.learning.queries import list_studies
from app.settings import Secret, Settings, get_settings
from app.signin.rules import verify_password
from tests import databases
from tests.conftest import add_person, build, close

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]
"""In one worker: the demonstration is made once, and each test has a copy of it."""


@pytest.fixture
def site(committed_app: Flask) -> Iterator[Settings]:
    """An empty site of this machine, inside its application context."""
    with committed_app.app_context():
        yield committed_app.extensions["settings"]


@pytest.fixture(scope="session")
def made(schema_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The database and the folder of a site with the demonstration, which no test touches."""
    folder, instance = (tmp_path_factory.mktemp(name) for name in ("databases", "demonstration"))
    with databases.clone(schema_url, folder) as url:
        app = build(url, instance)
        with app.app_context():
            cli.make(app.extensions["settings"])
        close(app)
        yield url, instance


@pytest.fixture
def demonstration(made: tuple[str, Path], tmp_path: Path) -> Iterator[Flask]:
    """A site with the demonstration, inside its application context."""
    url, folder = made
    instance = shutil.copytree(folder, tmp_path / "instance")
    with databases.clone(url, tmp_path) as own:
        app = build(own, instance)
        with app.app_context():
            yield app
        close(app)


@pytest.fixture
def password(demonstration: Flask) -> str:
    """What its accounts sign in with."""
    return (get_settings().instance / "demo-password").read_text()


def rows_of_everything() -> dict[str, int]:
    return {
        table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }


def person_of(login: str) -> int:
    address = f"{login}@{rules.DOMAIN}"
    return db.session.scalars(select(Address.person_id).where(Address.value == address)).one()


def test_it_makes_people_places_courses_and_a_history(demonstration: Flask) -> None:
    standing = dict(db.session.execute(select(Center.slug, Center.state)).all())
    assert standing == {
        "rabat": "open",
        "kenitra": "open",
        "agadir": "open",
        "oujda": "planned",
    }
    people = db.session.scalar(select(func.count(Person.id)))
    assert people == rules.LEARNERS + len(rules.ACCOUNTS) - 1 + len(rules.STAFF)
    folders = {path.parent.name for path in cli.COURSES.glob("*/course.toml")}
    assert {course.slug for course in list_published(clock.now())} == folders
    today = clock.now().date()
    phases = {
        "past" if row.ends_on < today else "coming" if row.starts_on > today else "running"
        for row in db.session.scalars(select(Cohort))
    }
    assert phases == {"past", "running", "coming"}
    for column in (Enrollment.completed_at, Enrollment.left_at, CohortMember.left_at):
        assert db.session.scalar(select(func.count()).where(column.is_not(None)))
    assert audit.verify() == []


def test_no_moment_of_the_history_lies_in_the_future_or_before_its_enrollment(
    demonstration: Flask,
) -> None:
    assert db.session.scalar(select(func.max(Enrollment.seen_at))) <= clock.now()
    wrong = (
        select(func.count())
        .select_from(LessonDone)
        .join(
            Enrollment,
            (Enrollment.person_id == LessonDone.person_id)
            & (Enrollment.course_id == LessonDone.course_id),
        )
        .where(
            (LessonDone.done_at < Enrollment.enrolled_at)
            | (LessonDone.done_at > Enrollment.seen_at)
        )
    )
    assert db.session.scalar(wrong) == 0


def test_twice_is_once(demonstration: Flask, password: str) -> None:
    before = rows_of_everything()
    hashes = db.session.scalars(select(Person.password_hash).order_by(Person.id)).all()
    db.session.rollback()
    assert cli.make(get_settings()) == password
    assert rows_of_everything() == before
    assert db.session.scalars(select(Person.password_hash).order_by(Person.id)).all() == hashes


def test_a_publication_that_was_taken_back_stays_so(demonstration: Flask) -> None:
    publication = db.session.scalars(select(Publication.id).order_by(Publication.id)).first()
    db.session.rollback()
    with write():
        withdraw_publication(actor=SYSTEM, publication_id=publication, now=clock.now())
    before = len(list_published(clock.now()))
    db.session.rollback()
    cli.make(get_settings())
    assert len(list_published(clock.now())) == before


def test_the_courses_can_be_searched_at_once(demonstration: Flask) -> None:
    assert search("python", "fr")


def test_every_account_signs_in_and_sees_its_first_page(
    demonstration: Flask, password: str
) -> None:
    for account in rules.ACCOUNTS + rules.STAFF:
        client = demonstration.test_client()
        answer = client.post("/fr/sign-in", data={"email": account.email, "password": password})
        assert answer.status_code == 303, account.login
        assert client.get("/fr/").status_code == 200, account.login


def test_somebody_without_an_e_mail_address_signs_in_by_phone(
    demonstration: Flask, password: str
) -> None:
    phone = next(p.address for p in rules.plan_learners() if p.address.startswith("+"))
    answer = demonstration.test_client().post(
        "/ar/sign-in", data={"email": phone, "password": password}
    )
    assert answer.status_code == 303


def test_the_learner_is_in_the_middle_of_the_first_course(demonstration: Flask) -> None:
    study = next(
        study
        for study in list_studies(person_of("learner"), now=clock.now())
        if study.seen.slug == rules.MAIN_COURSE
    )
    assert 40 <= study.progress.percent <= 70
    assert study.next == next(one for one in study.lessons if one not in study.done)


def test_everybody_is_invented(demonstration: Flask) -> None:
    for kind, value in db.session.execute(select(Address.kind, Address.value)):
        if kind == "email":
            assert value.endswith("@rihla.example")
        else:
            assert value.startswith("+212600000")
    assert not db.session.scalars(
        select(Person.id).where((Person.name == "") | (Person.name_ar == ""))
    ).all()


def test_the_password_is_kept_for_its_owner_alone(demonstration: Flask) -> None:
    file = get_settings().instance / "demo-password"
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_password_that_is_given_later_replaces_the_first(demonstration: Flask) -> None:
    assert cli.make(replace(get_settings(), demo_password=Secret("given later"))) == "given later"
    for kept in set(db.session.scalars(select(Person.password_hash))):
        assert verify_password(kept, "given later")


def test_every_page_of_the_site_says_so_from_then_on(site: Settings) -> None:
    (site.instance / "settings.toml").write_text('site_name = "Ours"\n')
    cli.make(site)
    assert "demo = true" in (site.instance / "settings.toml").read_text()
    assert 'site_name = "Ours"' in (site.instance / "settings.toml").read_text()


@pytest.mark.parametrize(
    "address", ["https://learn.example.org", "http://192.168.1.20:8212", "http://localhost.ma"]
)
def test_it_is_refused_where_others_can_come(site: Settings, address: str) -> None:
    with pytest.raises(Conflict) as refused:
        cli.make(replace(site, public_url=address))
    assert address in translate(refused.value.sentence, "fr")
    assert rows_of_everything()["person"] == 0


def test_it_is_refused_among_real_people(site: Settings) -> None:
    add_person()
    with pytest.raises(Conflict):
        cli.make(site)
    assert rows_of_everything()["course"] == 0


def test_somebody_who_signed_up_in_the_demonstration_does_not_stop_it(
    demonstration: Flask, password: str
) -> None:
    add_person()
    assert cli.make(get_settings()) == password


def test_the_command_prints_the_address_and_the_accounts(
    committed_app: Flask, tmp_path: Path
) -> None:
    said = committed_app.test_cli_runner().invoke(args=["demo"])
    assert said.exit_code == 0, said.output
    assert "http://localhost" in said.output
    assert (tmp_path / "demo-password").read_text() in said.output
    for account in rules.ACCOUNTS:
        assert account.email in said.output


def test_plans_are_the_same_every_time() -> None:
    plans = rules.plan_learners()
    assert plans == rules.plan_learners()
    assert len({plan.address for plan in plans}) == len(plans) == rules.LEARNERS - 1
    now: Any = clock.now()
    for plan in plans:
        lessons = ["a", "b", "c"]
        assert rules.history(plan, "x", lessons, now) == rules.history(plan, "x", lessons, now)

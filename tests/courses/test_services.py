"""Importing, publishing, taking back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.accounts.models import RoleGrant
from app.centers.models import Center, Cohort
from app.courses import policies, queries, services
from app.courses.models import Blob, Course, Publication, Revision
from app.courses.rules import CourseRefused
from app.kernel import audit
from app.kernel.actors import SYSTEM, Actor, Grant
from app.kernel.db import db, write
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from app.kernel.outbox import RecordedEvent
from tests.courses import samples

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def keep(
    files: dict[str, bytes], actor: Actor = SYSTEM, slug: str = "", now: datetime = NOW
) -> Any:
    checked = services.check_files(files, slug)
    with write():
        return services.import_course(actor=actor, checked=checked, slug=slug, now=now)


def publish(revision_id: int, actor: Actor = SYSTEM, now: datetime = NOW, **more: Any) -> Any:
    with write():
        return services.publish_course(actor=actor, revision_id=revision_id, now=now, **more)


def take_back(publication_id: int, actor: Actor = SYSTEM, now: datetime = NOW) -> Any:
    with write():
        return services.withdraw_publication(actor=actor, publication_id=publication_id, now=now)


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def events() -> list[str]:
    names = db.session.scalars(select(RecordedEvent.name).order_by(RecordedEvent.id))
    return [name for name in names if name.startswith("courses.")]


@pytest.fixture
def cohort(database: Any) -> Cohort:
    with write() as session:
        center = Center(slug="rabat", name="Rabat", created_at=NOW)
        session.add(center)
        session.flush()
        made = Cohort(
            center_id=center.id,
            slug="automne",
            name="Automne",
            starts_on=NOW.date(),
            ends_on=LATER.date(),
            created_at=NOW,
        )
        session.add(made)
    return made


def test_an_imported_course_is_seen_by_nobody_until_it_is_published(database: Any) -> None:
    kept = keep(samples.course())
    assert kept.is_new_course
    assert queries.find_publication("petit-cours", now=NOW) is None
    publish(kept.revision_id)
    seen = queries.resolve_publication("petit-cours", now=NOW)
    assert (seen.revision_id, seen.hash) == (kept.revision_id, kept.hash)
    assert events() == ["courses.course_imported.v1", "courses.course_published.v1"]
    assert audit.verify() == []


def test_the_same_files_again_are_the_same_revision(database: Any) -> None:
    first, second = keep(samples.course()), keep(samples.course())
    assert first.revision_id == second.revision_id
    assert (first.is_new_revision, second.is_new_revision) == (True, False)
    assert count(Revision) == 1
    assert events() == ["courses.course_imported.v1"]


def test_files_that_two_revisions_share_are_kept_once(database: Any) -> None:
    keep(samples.course())
    blobs = count(Blob)
    keep(samples.course(lessons={"bonjour": ("Bonjour", "Un **début**."), "fin": ("Fin", "Là.")}))
    assert count(Blob) == blobs + 1
    assert count(Course) == 1


def test_a_course_with_errors_is_refused_with_all_of_them_and_nothing_is_kept(
    database: Any,
) -> None:
    good = keep(samples.course())
    publish(good.revision_id)
    blobs = count(Blob)
    with pytest.raises(CourseRefused) as refusal:
        keep(samples.broken())
    found = refusal.value.problems
    assert len([problem for problem in found if problem.is_error]) >= 3
    assert {problem.path for problem in found} >= {"course.toml", "01-debut/02-suite.fr.md"}
    assert (count(Blob), count(Revision)) == (blobs, 1)
    assert queries.resolve_publication("petit-cours", now=NOW).hash == good.hash


def test_what_comes_out_is_byte_for_byte_what_went_in(database: Any) -> None:
    files = samples.with_files() | {"data/rare.csv": bytes(range(1, 128)) * 9 + b"\r\n"}
    assert queries.read_revision(keep(files)) == files


def test_a_lesson_keeps_its_id_when_it_is_renamed_and_moved(database: Any) -> None:
    before = keep(samples.course())
    moved = {"suite": ("Un autre titre", "Encore."), "bonjour": ("Bonjour", "Un **début**.")}
    after = keep(samples.course(lessons=moved), slug="autre-dossier")
    old, new = queries.outline_of(before), queries.outline_of(after)
    assert before.course_id == after.course_id
    assert set(old.places) == set(new.places) == {"bonjour", "suite"}
    assert new.lesson_text("suite", "fr").title == "Un autre titre"
    assert after.slug == "petit-cours", "addresses that people know stay"


def test_taking_back_brings_back_what_was_before(database: Any) -> None:
    first, second = keep(samples.course()), keep(samples.course(title="Autre"))
    publish(first.revision_id)
    made = publish(second.revision_id, now=LATER)
    assert queries.resolve_publication("petit-cours", now=LATER).hash == second.hash
    gone = take_back(made.publication_id, now=LATER)
    assert gone.seen_now is not None
    assert gone.seen_now.hash == first.hash
    assert queries.resolve_publication("petit-cours", now=LATER).hash == first.hash


def test_taking_back_twice_is_taking_back_once(database: Any) -> None:
    made = publish(keep(samples.course()).revision_id)
    take_back(made.publication_id)
    assert take_back(made.publication_id).seen_now is None
    assert events().count("courses.publication_withdrawn.v1") == 1
    with pytest.raises(NotFound):
        queries.resolve_publication("petit-cours", now=NOW)


def test_publishing_twice_is_publishing_once(database: Any) -> None:
    kept = keep(samples.course())
    first, second = publish(kept.revision_id), publish(kept.revision_id)
    assert first.publication_id == second.publication_id
    assert (first.is_new, second.is_new) == (True, False)
    planned = [publish(kept.revision_id, starts_at=LATER + timedelta(days=2)) for _ in range(2)]
    assert planned[0].publication_id == planned[1].publication_id
    assert count(Publication) == 2


def test_the_second_of_two_people_who_decide_at_once_is_told(database: Any) -> None:
    first, second = keep(samples.course()), keep(samples.course(title="Autre"))
    mark = queries.publication_mark(first.course_id)
    publish(first.revision_id, mark=mark)
    with pytest.raises(Conflict):
        publish(second.revision_id, mark=mark)
    assert queries.resolve_publication("petit-cours", now=NOW).hash == first.hash
    publish(second.revision_id, mark=queries.publication_mark(first.course_id), now=LATER)
    assert queries.resolve_publication("petit-cours", now=LATER).hash == second.hash


def test_from_its_date_on_a_planned_publication_is_seen(database: Any) -> None:
    first, second = keep(samples.course()), keep(samples.course(title="Autre"))
    publish(first.revision_id)
    publish(second.revision_id, starts_at=LATER)
    assert queries.resolve_publication("petit-cours", now=NOW).hash == first.hash
    assert queries.resolve_publication("petit-cours", now=LATER).hash == second.hash


def test_a_cohort_sees_its_own_publication_and_others_do_not(database: Any, cohort: Cohort) -> None:
    first, second = keep(samples.course()), keep(samples.course(title="Autre"))
    publish(first.revision_id, cohort_id=cohort.id)
    assert queries.find_publication("petit-cours", now=NOW) is None
    publish(second.revision_id, now=LATER)
    assert queries.resolve_publication("petit-cours", cohort.id, now=LATER).hash == first.hash
    assert queries.resolve_publication("petit-cours", now=LATER).hash == second.hash
    assert [p.hash for p in queries.list_published(LATER)] == [second.hash]
    assert [p.hash for p in queries.list_published(LATER, cohort.id)] == [first.hash]
    many = queries.resolve_many({first.course_id: cohort.id}, now=LATER)
    assert many[first.course_id].hash == first.hash


def test_an_instructor_becomes_the_author_of_a_new_course_only(
    database: Any, make_person: Any
) -> None:
    author = make_person(role="instructor", scope="center", scope_id=1)
    kept = keep(samples.course(), author.actor)
    grant = db.session.scalars(select(RoleGrant).where(RoleGrant.scope == "course")).one()
    assert (grant.person_id, grant.role, grant.scope_id) == (
        author.id,
        "instructor",
        kept.course_id,
    )
    again = Actor(author.id, grants=(*author.grants, Grant("instructor", "course", kept.course_id)))
    assert policies.can_edit(again, kept.course_id)
    assert not keep(samples.course(title="Autre"), again).is_new_course


def test_a_course_of_others_is_refused_in_words(database: Any, make_person: Any) -> None:
    keep(samples.course())
    other = make_person(role="instructor", scope="center", scope_id=1).actor
    with pytest.raises(Conflict, match="other authors"):
        keep(samples.course(title="Volé"), other)
    with pytest.raises(Conflict, match="belongs to another course"):
        keep(samples.course("autre-id"), other, slug="petit-cours")
    assert (count(Course), count(Revision)) == (1, 1)


def test_a_learner_can_neither_import_nor_publish_nor_take_back(
    database: Any, make_person: Any
) -> None:
    kept = keep(samples.course())
    made = publish(kept.revision_id)
    learner = make_person(role="learner").actor
    with pytest.raises(Forbidden):
        keep(samples.course("autre-id"), learner)
    with pytest.raises(NotFound):
        publish(kept.revision_id, learner)
    with pytest.raises(NotFound):
        take_back(made.publication_id, learner)


def test_a_course_is_not_published_to_a_cohort_of_others(
    database: Any, make_person: Any, cohort: Cohort
) -> None:
    kept = keep(samples.course())
    author = Actor(make_person().id, grants=(Grant("instructor", "course", kept.course_id),))
    with pytest.raises(NotFound):
        publish(kept.revision_id, author, cohort_id=cohort.id)
    with pytest.raises(NotFound):
        publish(kept.revision_id, author, cohort_id=999_999)
    trainer = Actor(author.id, grants=(*author.grants, Grant("instructor", "cohort", cohort.id)))
    assert publish(kept.revision_id, trainer, cohort_id=cohort.id).is_new


def test_an_address_that_the_site_needs_itself_is_refused(database: Any) -> None:
    with pytest.raises(Invalid):
        keep(samples.course(), slug="search")
    with pytest.raises(Invalid):
        keep(samples.course(), slug="../etc")


def test_names_of_folders_become_addresses() -> None:
    assert services.slug_from("Python & Données (2)") == "python-donnees-2"
    assert services.slug_from("دورة") == ""

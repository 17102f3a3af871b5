from datetime import date

import pytest
from sqlalchemy import func, select

from app.accounts.models import RoleGrant
from app.centers import queries, services
from app.centers.models import CenterMember, CohortMember
from app.kernel import audit, clock
from app.kernel.db import db, write
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tests.centers.making import belong, make_center, make_cohort


@pytest.fixture
def kenitra(database):
    return make_center("kenitra")


@pytest.fixture
def manager(make_person, kenitra):
    return make_person("Manager", role="manager", scope="center", scope_id=kenitra)


def test_an_admin_opens_a_center_and_its_audit_chain_begins(make_person):
    admin = make_person(role="admin")
    with write():
        center = services.open_center(
            actor=admin.actor, slug="agadir", name="Agadir", now=clock.now()
        )
        center_id = center.id
    assert audit.heads()[center_id][0] == 1
    assert queries.find_center("agadir").name == "Agadir"


def test_a_manager_opens_no_center(manager):
    with pytest.raises(Forbidden), write():
        services.open_center(actor=manager.actor, slug="x", name="X", now=clock.now())


def test_a_short_name_is_taken_once(kenitra, make_person):
    admin = make_person(role="admin")
    with pytest.raises(Conflict) as refused, write():
        services.open_center(actor=admin.actor, slug="kenitra", name="Again", now=clock.now())
    assert "kenitra" in str(refused.value.sentence)


@pytest.mark.parametrize("slug", ["", "Kénitra", "a b", "../x", "-a", "a--b", "a" * 61])
def test_what_cannot_stand_in_an_address_is_no_short_name(make_person, slug):
    admin = make_person(role="admin")
    with pytest.raises(Invalid), write():
        services.open_center(actor=admin.actor, slug=slug, name="X", now=clock.now())


def test_a_manager_edits_their_center_and_no_other(manager, kenitra):
    rabat = make_center("rabat")
    with write():
        services.edit_center(actor=manager.actor, center_id=kenitra, name="Kénitra Ville")
    assert queries.get_center(kenitra).name == "Kénitra Ville"
    with pytest.raises(NotFound), write():
        services.edit_center(actor=manager.actor, center_id=rabat, name="Mine")


def test_an_edit_that_changes_nothing_leaves_no_trace(manager, kenitra):
    before = audit.heads()[kenitra]
    with write():
        services.edit_center(actor=manager.actor, center_id=kenitra, name="Kenitra")
    assert audit.heads()[kenitra] == before


def test_a_manager_neither_closes_nor_opens_their_center(manager, kenitra):
    with pytest.raises(Forbidden), write():
        services.set_state(actor=manager.actor, center_id=kenitra, state="closed")


def test_a_center_offers_the_courses_chosen_last(manager, kenitra):
    for chosen in ([1, 2], [2, 3], [2, 3]):
        with write():
            services.offer_courses(actor=manager.actor, center_id=kenitra, course_ids=chosen)
    assert queries.list_course_ids(kenitra) == {2, 3}


def test_a_manager_makes_somebody_of_the_center_an_instructor(manager, kenitra, make_person):
    person = make_person("Trainer")
    belong(kenitra, person)
    for _ in range(2):
        with write():
            services.add_staff(
                actor=manager.actor,
                center_id=kenitra,
                address=person.email,
                role="instructor",
                now=clock.now(),
            )
    assert [row.name for row in queries.list_staff("center", kenitra)] == ["Manager", "Trainer"]
    with write():
        services.remove_staff(
            actor=manager.actor, center_id=kenitra, public_id=person.public_id, role="instructor"
        )
    assert [row.name for row in queries.list_staff("center", kenitra)] == ["Manager"]


def test_a_manager_does_not_learn_who_has_an_account_elsewhere(manager, kenitra, make_person):
    stranger = make_person("Stranger")
    sentences = []
    for address in (stranger.email, "nobody@example.org"):
        with pytest.raises(Invalid) as refused, write():
            services.add_staff(
                actor=manager.actor,
                center_id=kenitra,
                address=address,
                role="instructor",
                now=clock.now(),
            )
        sentences.append(str(refused.value.sentence))
    assert sentences[0] == sentences[1]


def test_a_cohort_keeps_every_stay(manager, kenitra, make_person):
    learner = make_person("Learner")
    cohort_id, _ = make_cohort(kenitra)
    belong(kenitra, learner)
    given = {"actor": manager.actor, "cohort_id": cohort_id, "person_id": learner.id}
    for act, changed in (
        (services.join_cohort, True),
        (services.join_cohort, False),
        (services.leave_cohort, True),
        (services.leave_cohort, False),
        (services.join_cohort, True),
    ):
        with write():
            assert act(**given, now=clock.now()) is changed
    stays = db.session.scalars(select(CohortMember.left_at)).all()
    assert len(stays) == 2
    assert stays.count(None) == 1
    assert queries.get_cohort_of(learner.id).id == cohort_id


def test_only_people_of_the_center_join_its_cohorts(manager, kenitra, make_person):
    cohort_id, _ = make_cohort(kenitra)
    stranger = make_person("Stranger")
    with pytest.raises(Invalid), write():
        services.join_cohort(
            actor=manager.actor,
            cohort_id=cohort_id,
            person_id=stranger.id,
            now=clock.now(),
        )


def test_a_cohort_of_another_center_is_not_there(manager, kenitra, make_person):
    cohort_id, public_id = make_cohort(make_center("rabat"))
    person = make_person()
    with pytest.raises(NotFound), write():
        services.join_cohort(
            actor=manager.actor, cohort_id=cohort_id, person_id=person.id, now=clock.now()
        )
    with pytest.raises(NotFound):
        queries.get_cohort(manager.actor, public_id)
    assert queries.list_cohorts(manager.actor) == []


def test_the_last_day_does_not_come_before_the_first(manager, kenitra):
    with pytest.raises(Invalid), write():
        services.create_cohort(
            actor=manager.actor,
            center_id=kenitra,
            name="DA-8",
            starts_on=date(2026, 2, 2),
            ends_on=date(2026, 2, 1),
            now=clock.now(),
        )


def test_a_trainer_of_one_cohort_sees_that_one_only(manager, kenitra, make_person):
    cohort_id, _ = make_cohort(kenitra, "DA-7")
    make_cohort(kenitra, "DA-8")
    trainer = make_person("Trainer", role="instructor", scope="cohort", scope_id=cohort_id)
    assert [row.name for row in queries.list_cohorts(trainer.actor)] == ["DA-7"]


def test_somebody_joins_a_center_of_their_own_will_once(kenitra, make_person):
    person = make_person()
    for fresh in (True, False):
        with write():
            assert fresh is services.join_center(
                actor=person.actor, center_id=kenitra, person_id=person.id, now=clock.now()
            )
    other = make_person("Other")
    with pytest.raises(NotFound), write():
        services.join_center(
            actor=person.actor,
            center_id=kenitra,
            person_id=other.id,
            now=clock.now(),
        )
    assert db.session.scalar(select(func.count()).select_from(CenterMember)) == 1


def test_a_trainer_is_given_a_cohort_and_loses_it(manager, kenitra, make_person):
    cohort_id, public_id = make_cohort(kenitra)
    trainer = make_person("Trainer")
    belong(kenitra, trainer)
    cohort = queries.get_cohort(manager.actor, public_id)
    with write():
        services.add_trainer(
            actor=manager.actor, cohort=cohort, address=trainer.email, now=clock.now()
        )
    assert db.session.scalar(select(RoleGrant.scope_id).where(RoleGrant.scope == "cohort")) == (
        cohort_id
    )
    with write():
        services.remove_trainer(actor=manager.actor, cohort=cohort, public_id=trainer.public_id)
    assert queries.list_staff("cohort", cohort_id) == []

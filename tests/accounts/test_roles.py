import itertools

import pytest
from sqlalchemy import select

from app.accounts import policies, queries, services
from app.accounts.hooks import CentersOfPerson, WiderPlaces
from app.accounts.models import Person
from app.kernel import audit, clock
from app.kernel.actors import ROLES, SYSTEM, Actor, Grant
from app.kernel.db import db, write
from app.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from app.kernel.hooks import hooks
from tests.letters import waiting


@pytest.fixture
def places(app):
    """Let cohort 30 lie in center 3 and 40 in 4; people belong to the center of their number."""
    before = {kind: dict(hooks._found[kind]) for kind in (WiderPlaces, CentersOfPerson)}
    hooks._found[WiderPlaces]["cohort"] = WiderPlaces(
        lambda number: {30: {"center": 3}, 40: {"center": 4}}.get(number)
    )
    hooks._found[WiderPlaces]["center"] = WiderPlaces(
        lambda number: {} if number in (3, 4) else None
    )
    members = {}
    hooks._found[CentersOfPerson]["centers"] = CentersOfPerson(
        lambda person: frozenset(members.get(person, ()))
    )
    yield members
    for kind, found in before.items():
        hooks._found[kind] = found


def grant(actor, person, role, scope="site", scope_id=0):
    with write():
        return services.grant_role(
            actor=actor,
            person_id=person.id,
            role=role,
            scope=scope,
            scope_id=scope_id,
            now=clock.now(),
        )


def epoch(person):
    db.session.expire_all()
    return db.session.scalar(select(Person.epoch).where(Person.id == person.id))


PLACES = [("site", 0), ("center", 3), ("center", 4), ("cohort", 30), ("cohort", 40)]
GIVERS = [(role, *place) for role in ROLES for place in PLACES]


def allowed(giver, role, place):
    own, scope, scope_id = giver
    if own == "admin" and scope == "site":
        return role != "admin"
    inside = {
        ("center", 3): [("center", 3), ("cohort", 30)],
        ("center", 4): [("center", 4), ("cohort", 40)],
    }
    reach = inside.get((scope, scope_id), [(scope, scope_id)])
    if own == "admin" and scope != "site":
        return role != "admin" and place in reach
    if own == "manager":
        everywhere = scope == "site"
        return role in ("learner", "instructor") and (everywhere or place in reach)
    return False


@pytest.mark.parametrize("giver", GIVERS)
def test_each_role_hands_out_only_what_is_less_and_only_where_it_holds(places, giver):
    actor = Actor(1, grants=(Grant(*giver),))
    for role, place in itertools.product(ROLES, PLACES):
        expected = allowed(giver, role, place)
        assert policies.can_grant(actor, Grant(role, *place)) == expected, (giver, role, place)


def test_a_role_is_given_once_noted_and_ends_the_sessions(make_person, places):
    admin, amina = make_person(role="admin"), make_person()
    before = epoch(amina)
    assert grant(admin.actor, amina, "manager", "center", 3)
    assert not grant(admin.actor, amina, "manager", "center", 3)
    assert epoch(amina) == before + 1
    assert queries.list_grants(amina.id) == [Grant("manager", "center", 3)]
    assert audit.heads()[3][0] == 1
    assert [p.id for p in queries.list_holders("manager", "center", 3)] == [amina.id]


def test_a_role_is_taken_back_once(make_person, places):
    admin, amina = (
        make_person(role="admin"),
        make_person(role="manager", scope="center", scope_id=3),
    )
    take = {
        "actor": admin.actor,
        "person_id": amina.id,
        "role": "manager",
        "scope": "center",
        "scope_id": 3,
    }
    with write():
        assert services.revoke_role(**take)
    with write():
        assert not services.revoke_role(**take)
    assert epoch(amina) == 1


@pytest.mark.parametrize(
    ("role", "scope", "scope_id"),
    [
        ("king", "site", 0),
        ("manager", "moon", 3),
        ("manager", "center", 99),
        ("manager", "site", 3),
    ],
)
def test_there_is_no_such_role_or_place(make_person, places, role, scope, scope_id):
    admin, amina = make_person(role="admin"), make_person()
    with pytest.raises(Invalid):
        grant(admin.actor, amina, role, scope, scope_id)


def test_nobody_gives_themselves_a_role(make_person):
    admin = make_person(role="admin")
    with pytest.raises(Forbidden):
        grant(admin.actor, admin, "office")


def test_roles_are_given_to_nobody_who_is_gone(make_person):
    admin, gone = make_person(role="admin"), make_person(erased_at=clock.now())
    with pytest.raises(NotFound):
        grant(admin.actor, gone, "office")


def test_the_last_admin_stays(make_person):
    admin = make_person(role="admin")
    with pytest.raises(Conflict), write():
        services.revoke_role(actor=SYSTEM, person_id=admin.id, role="admin")


def test_a_manager_sees_and_helps_people_of_the_own_center_only(make_person, places):
    manager = make_person(role="manager", scope="center", scope_id=3).actor
    mine, foreign, both = make_person(), make_person(), make_person()
    places.update({mine.id: [3], foreign.id: [4], both.id: [3, 4]})
    seen = {p.id: policies.can_view(manager, p.id) for p in (mine, foreign, both)}
    assert seen == {mine.id: True, foreign.id: False, both.id: True}
    assert policies.can_manage(manager, mine.id)
    assert not policies.can_manage(manager, foreign.id)


def test_a_manager_has_no_hold_over_people_with_more_power(make_person, places):
    manager = make_person(role="manager", scope="center", scope_id=3).actor
    people = {
        "admin": make_person(role="admin"),
        "manager": make_person(role="manager", scope="center", scope_id=3),
        "abroad": make_person(role="instructor", scope="center", scope_id=4),
        "instructor": make_person(role="instructor", scope="center", scope_id=3),
        "learner": make_person(role="learner"),
    }
    places.update({person.id: [3] for person in people.values()})
    may = {name for name, person in people.items() if policies.can_manage(manager, person.id)}
    assert may == {"instructor", "learner"}
    suspended = {n for n, person in people.items() if policies.can_suspend(manager, person.id)}
    assert suspended == {"instructor", "learner"}


def test_learners_manage_nobody(make_person, places):
    amina, other = make_person(), make_person()
    assert policies.can_view(amina.actor, amina.id)
    assert not policies.can_view(amina.actor, other.id)
    assert not policies.can_manage(amina.actor, amina.id)


def test_suspending_is_noted_and_told_and_can_be_lifted(make_person):
    admin, amina = make_person(role="admin"), make_person(email="amina@example.org")
    for _ in range(2):
        with write():
            services.suspend(actor=admin.actor, person_id=amina.id, reason="test", now=clock.now())
    assert queries.find_person(amina.id).suspended_at
    assert len(waiting("amina@example.org")) == 1
    assert audit.heads()[0][0] == 1
    with write():
        services.unsuspend(actor=admin.actor, person_id=amina.id)
    assert queries.find_person(amina.id).suspended_at is None


def test_nobody_suspends_an_equal_or_a_stranger(make_person, places):
    admin, other = make_person(role="admin"), make_person(role="admin")
    manager = make_person(role="manager", scope="center", scope_id=3)
    with pytest.raises(Forbidden), write():
        services.suspend(actor=admin.actor, person_id=other.id, reason="", now=clock.now())
    with pytest.raises(NotFound), write():
        services.suspend(actor=manager.actor, person_id=other.id, reason="", now=clock.now())


def test_whoever_is_suspended_acts_with_no_role(make_person):
    admin = make_person(role="admin", suspended_at=clock.now())
    assert queries.actor_of(admin.id).grants == ()

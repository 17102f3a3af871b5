import pytest
from sqlalchemy import select

from app.accounts import queries as people
from app.accounts.models import Address
from app.accounts.rules import parse_address
from app.kernel import clock
from app.kernel.actors import Grant
from app.kernel.db import db, write
from app.kernel.errors import Conflict, Forbidden, NotFound
from app.signin import rules
from app.signup import services
from tests.centers.making import make_center
from tests.letters import last_link, waiting

PASSWORD = "quatre mots en ligne"
HASH = rules.hash_password(PASSWORD)
NEW = {"name": "Yassine Alaoui", "name_ar": "", "password": "un autre mot de passe"}


@pytest.fixture
def center(database):
    return make_center("kenitra")


def invite(actor, address="new@example.org", **more):
    with write():
        services.invite(
            actor=actor, address=parse_address(address), language="fr", now=clock.now(), **more
        )


def unreached(make_person, **more):
    """Make a person with a phone number that no message reaches."""
    person = make_person(**more)
    with write() as session:
        row = session.scalars(select(Address).where(Address.person_id == person.id)).one()
        row.kind, row.value, row.confirmed_at = "phone", "+212612345678", None
    return person


def test_an_invited_instructor_makes_an_account_and_holds_the_role(client, make_person, center):
    manager = make_person(role="manager", scope="center", scope_id=center)
    invite(manager.actor, role="instructor", scope="center", scope_id=center)
    link = last_link("new@example.org")
    assert client.get(link).status_code == 200
    assert client.post(link, data=NEW).status_code == 303
    person = people.find_person_by_address("new@example.org", confirmed=True)
    assert people.list_grants(person.id) == [Grant("instructor", "center", center)]
    assert client.get("/fr/account").status_code == 200
    assert client.post(link, data=NEW).status_code == 404


def test_an_invitation_gives_no_role_that_the_host_lost_meanwhile(client, make_person, center):
    from sqlalchemy import delete

    from app.accounts.models import RoleGrant

    manager = make_person(role="manager", scope="center", scope_id=center)
    invite(manager.actor, role="instructor", scope="center", scope_id=center)
    with write() as session:
        session.execute(delete(RoleGrant))
    client.post(last_link("new@example.org"), data=NEW)
    person = people.find_person_by_address("new@example.org")
    assert people.list_grants(person.id) == []


@pytest.mark.parametrize(
    ("role", "place"), [("manager", "own"), ("instructor", "other"), ("admin", "site")]
)
def test_a_manager_invites_nobody_to_more_than_is_theirs_to_give(make_person, center, role, place):
    manager = make_person(role="manager", scope="center", scope_id=center)
    where = {
        "own": {"scope": "center", "scope_id": center},
        "other": {"scope": "center", "scope_id": make_center("agadir")},
        "site": {},
    }
    with pytest.raises(Forbidden):
        invite(manager.actor, role=role, **where[place])


def test_whoever_has_an_account_gets_the_role_at_once(make_person):
    admin, amina = make_person(role="admin"), make_person(email="amina@example.org")
    invite(admin.actor, "amina@example.org", role="office")
    assert people.list_grants(amina.id) == [Grant("office", "site", 0)]
    assert waiting("amina@example.org") == []


def test_an_invitation_also_opens_where_sign_up_is_closed(app, client, make_person):
    from app.settings import use_settings

    invite(make_person(role="admin").actor)
    old = app.extensions["settings"]
    use_settings(type(old)(**{**old.__dict__, "sign_up": "closed"}))
    try:
        assert client.post(last_link("new@example.org"), data=NEW).status_code == 303
    finally:
        use_settings(old)


def test_a_printed_code_lets_a_person_choose_a_password_once(client, make_person):
    amina, admin = unreached(make_person), make_person(role="admin")
    with write():
        code = services.issue_code(actor=admin.actor, person_id=amina.id, now=clock.now())
    data = {"email": "06 12 34 56 78", "code": code}
    page = client.post("/fr/code", data=data)
    assert page.location.startswith("/fr/reset/")
    assert client.post("/fr/code", data=data).status_code == 422
    response = client.post(page.location, data={"password": PASSWORD})
    assert response.status_code == 303
    assert client.get("/fr/account").status_code == 200
    client.post("/fr/sign-out")
    data = {"email": "0612345678", "password": PASSWORD}
    assert client.post("/fr/sign-in", data=data).status_code == 303


def test_a_printed_code_runs_out_after_two_weeks(client, make_person, travel):
    amina, admin = unreached(make_person), make_person(role="admin")
    with write():
        code = services.issue_code(actor=admin.actor, person_id=amina.id, now=clock.now())
    travel(days=15)
    data = {"email": "0612345678", "code": code}
    assert client.post("/fr/code", data=data).status_code == 422


def test_a_new_code_voids_the_one_before(client, make_person):
    amina, admin = unreached(make_person), make_person(role="admin")
    with write():
        first = services.issue_code(actor=admin.actor, person_id=amina.id, now=clock.now())
    with write():
        services.issue_code(actor=admin.actor, person_id=amina.id, now=clock.now())
    data = {"email": "0612345678", "code": first}
    assert client.post("/fr/code", data=data).status_code == 422


def test_no_code_is_printed_for_somebody_whom_messages_reach(make_person):
    admin, amina = make_person(role="admin"), make_person()
    with pytest.raises(Conflict), write():
        services.issue_code(actor=admin.actor, person_id=amina.id, now=clock.now())


def test_nobody_prints_a_code_for_somebody_as_powerful_or_of_another_center(make_person):
    boss = unreached(make_person, role="admin")
    admin = make_person(role="admin")
    manager = make_person(role="manager", scope="center", scope_id=3)
    with pytest.raises(Forbidden), write():
        services.issue_code(actor=admin.actor, person_id=boss.id, now=clock.now())
    with pytest.raises(NotFound), write():
        services.issue_code(actor=manager.actor, person_id=boss.id, now=clock.now())


def test_guessing_codes_is_slowed(client, make_person):
    unreached(make_person)
    data = {"email": "0612345678", "code": "AAAA-AAAA"}
    answers = [client.post("/fr/code", data=data).status_code for _ in range(7)]
    assert answers == [422] * 5 + [429] * 2


def test_another_address_counts_once_it_is_confirmed(client, sign_in, make_person):
    amina = make_person()
    sign_in(amina)
    data = {"email": "second@example.org"}
    assert client.post("/fr/account/addresses", data=data).status_code == 303
    assert people.find_person_by_address("second@example.org") is None
    link = last_link("second@example.org")
    assert client.get(link).status_code == 200
    assert client.post(link).location == "/fr/account/addresses"
    assert people.find_person_by_address("second@example.org", confirmed=True).id == amina.id
    assert "second@example.org" in client.get("/fr/account/addresses").text
    assert "address was added" in waiting(amina.email)[-1]


def test_a_confirmation_adds_nothing_to_another_account(client, sign_in, make_person, app):
    sign_in(make_person())
    client.post("/fr/account/addresses", data={"email": "second@example.org"})
    link = last_link("second@example.org")
    other = app.test_client()
    assert other.get(link).status_code == 200
    assert other.post(link).status_code == 404
    assert client.post(link).status_code == 303


def test_adding_somebody_elses_address_says_nothing_and_tells_them(client, sign_in, make_person):
    make_person(email="taken@example.org")
    sign_in(make_person())
    response = client.post("/fr/account/addresses", data={"email": "taken@example.org"})
    assert response.status_code == 303
    assert "/forgot" in waiting("taken@example.org")[-1]


def test_the_last_way_in_stays(client, sign_in, make_person):
    amina = make_person()
    sign_in(amina)
    (only,) = people.list_addresses(amina.id)
    drop = "/fr/account/addresses/drop"
    assert client.post(drop, data={"address": only.id}).status_code == 409
    assert client.post(drop, data={"address": "x"}).status_code == 404
    foreign = people.list_addresses(make_person().id)[0]
    assert client.post(drop, data={"address": foreign.id}).status_code == 404
    with write() as session:
        session.add(
            Address(
                person_id=amina.id, kind="email", value="b@example.org", confirmed_at=clock.now()
            )
        )
    assert client.post(drop, data={"address": only.id}).status_code == 303
    assert [a.value for a in people.list_addresses(amina.id)] == ["b@example.org"]


def test_the_command_makes_an_account_and_prints_the_way_in(app, client):
    run = app.test_cli_runner()
    made = run.invoke(
        args=["accounts", "create", "--email", "a@example.org", "--name", "A B", "--role", "admin"]
    )
    assert made.exit_code == 0, made.output
    code = run.invoke(args=["accounts", "code", "a@example.org"]).output.strip()
    page = client.post("/fr/code", data={"email": "a@example.org", "code": code})
    client.post(page.location, data={"password": PASSWORD})
    data = {"email": "a@example.org", "password": PASSWORD}
    client.post("/fr/sign-out")
    assert client.post("/fr/sign-in", data=data).status_code == 303
    person = people.find_person_by_address("a@example.org", confirmed=True)
    assert people.list_grants(person.id) == [Grant("admin", "site", 0)]
    again = ["accounts", "create", "--email", "a@example.org", "--name", "A"]
    assert run.invoke(args=again).exit_code == 1
    assert run.invoke(args=["accounts", "code", "nobody@example.org"]).exit_code == 1


def test_commands_give_take_and_suspend(app, make_person, center):
    amina = make_person(email="amina@example.org")
    run = app.test_cli_runner()
    grant = ["accounts", "grant", "amina@example.org", "manager", "--scope", f"center:{center}"]
    assert "done" in run.invoke(args=grant).output
    assert "nothing to do" in run.invoke(args=grant).output
    db.session.rollback()
    assert people.list_grants(amina.id) == [Grant("manager", "center", center)]
    assert "done" in run.invoke(args=[*grant, "--revoke"]).output
    assert run.invoke(args=[*grant[:-1], "moon:3"]).exit_code == 1
    suspend = ["accounts", "suspend", "amina@example.org"]
    assert "done" in run.invoke(args=suspend).output
    db.session.rollback()
    assert people.find_person(amina.id).suspended_at
    assert "done" in run.invoke(args=[*suspend, "--lift"]).output

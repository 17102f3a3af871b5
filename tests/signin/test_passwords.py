import pytest
from sqlalchemy import func, select

from app.accounts import queries as people
from app.accounts.models import Address, Person
from app.kernel import clock
from app.kernel.db import db, write
from app.kernel.errors import Conflict, Forbidden, NotFound
from app.signin import rules, services
from app.signin.models import SignInSession
from tests.letters import last_link, waiting

OLD, NEW = "quatre mots en ligne", "un tout autre secret"
HASH = rules.hash_password(OLD)


@pytest.fixture
def amina(make_person):
    return make_person(email="amina@example.org", password_hash=HASH)


def sign(client, password):
    data = {"email": "amina@example.org", "password": password}
    return client.post("/fr/sign-in", data=data).status_code


def test_a_forgotten_password_is_replaced(client, amina):
    assert client.post("/fr/forgot", data={"email": "Amina@example.org"}).status_code == 303
    link = last_link("amina@example.org")
    assert client.get(link).status_code == 200
    assert client.post(link, data={"password": "short"}).status_code == 422
    assert client.post(link, data={"password": NEW}).status_code == 303
    assert client.get("/fr/account").status_code == 200
    client.post("/fr/sign-out")
    assert sign(client, OLD) == 422
    assert sign(client, NEW) == 303
    assert "was changed" in waiting("amina@example.org")[-1]


def test_an_imported_address_is_confirmed_by_the_link(client, make_person):
    person = make_person(email="import@example.org")
    with write() as session:
        session.scalars(
            select(Address).where(Address.person_id == person.id)
        ).one().confirmed_at = None
    client.post("/fr/forgot", data={"email": "import@example.org"})
    client.post(last_link("import@example.org"), data={"password": NEW})
    assert people.find_person_by_address("import@example.org", confirmed=True)


@pytest.mark.parametrize("typed", ["", "amina", "x" * 300])
def test_what_is_no_address_is_explained(client, typed):
    response = client.post("/fr/forgot", data={"email": typed})
    assert response.status_code == 422
    assert 'class="errors"' in response.text


def test_a_suspended_person_is_sent_no_link(client, make_person):
    make_person(email="s@example.org", suspended_at=clock.now())
    assert client.post("/fr/forgot", data={"email": "s@example.org"}).status_code == 303
    assert waiting("s@example.org") == []


def test_changing_the_password_asks_for_the_present_one(client, amina):
    sign(client, OLD)
    page = "/fr/account/password"
    assert client.post(page, data={"old": "wrong", "password": NEW}).status_code == 422
    assert client.post(page, data={"old": OLD, "password": "short"}).status_code == 422
    assert client.post(page, data={"old": OLD, "password": NEW}).status_code == 303
    assert client.get("/fr/account").status_code == 200
    client.post("/fr/sign-out")
    assert sign(client, OLD) == 422
    assert sign(client, NEW) == 303


def test_guessing_the_present_password_is_slowed(client, sign_in, amina):
    sign_in(amina)
    data = {"old": "wrong", "password": NEW}
    answers = [client.post("/fr/account/password", data=data).status_code for _ in range(7)]
    assert answers[-1] == 429


def test_a_password_that_changed_meanwhile_is_not_changed_again(amina):
    with write() as session:
        session.get_one(Person, amina.id).password_hash = "other"
    with pytest.raises(Conflict), write():
        services.change_password(
            actor=amina.actor,
            old_hash=HASH,
            password_hash="new",
            browser=services.Browser(),
            now=clock.now(),
        )


def test_staff_send_a_link_that_only_the_person_can_use(client, make_person, amina):
    admin = make_person(role="admin")
    with write():
        services.send_link(actor=admin.actor, person_id=amina.id, now=clock.now())
    assert last_link("amina@example.org").startswith("/fr/reset/")
    assert "staff" in waiting("amina@example.org")[-1]


def test_strangers_and_equals_send_nothing(make_person, amina):
    boss, other = make_person(role="admin"), make_person(role="admin")
    manager = make_person(role="manager", scope="center", scope_id=3)
    with pytest.raises(NotFound), write():
        services.send_link(actor=manager.actor, person_id=amina.id, now=clock.now())
    with pytest.raises(Forbidden), write():
        services.send_link(actor=boss.actor, person_id=other.id, now=clock.now())


def test_somebody_whom_nothing_reaches_is_sent_nothing(make_person, amina):
    admin = make_person(role="admin")
    with write() as session:
        row = session.scalars(select(Address).where(Address.person_id == amina.id)).one()
        row.kind, row.value = "phone", "+212612345678"
    with pytest.raises(Conflict), write():
        services.send_link(actor=admin.actor, person_id=amina.id, now=clock.now())


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("quatre mots en ligne", None),
        ("أربع كلمات في سطر", None),
        ("tr0ub4dor&3x", None),
        ("123456789", "short"),
        ("1234567890", "common"),
        ("motdepasse", "common"),
        ("MotDePasse12", "common"),
        ("jobintech2026!", "common"),
        ("ababababababab", "common"),
        ("amina.idrissi", "common"),
        ("AminaIdrissi2026", "common"),
    ],
)
def test_passwords_are_refused_only_when_anybody_would_guess_them(password, fault):
    assert rules.password_fault(password, ["amina.idrissi", "AminaIdrissi"]) == fault


def test_many_hashes_at_once_take_turns(app, monkeypatch):
    import threading
    import time

    running, most, lock = 0, 0, threading.Lock()

    class Slow:
        def hash(self, password):
            nonlocal running, most
            with lock:
                running += 1
                most = max(most, running)
            time.sleep(0.02)
            with lock:
                running -= 1
            return password

    monkeypatch.setattr(rules, "_hasher", Slow())
    threads = [threading.Thread(target=rules.hash_password, args=("x",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == app.extensions["settings"].password_hashes_at_once


def test_a_new_password_ends_every_other_session(client, app, amina):
    other = app.test_client()
    sign(client, OLD)
    sign(other, OLD)
    client.post("/fr/account/password", data={"old": OLD, "password": NEW})
    assert other.get("/fr/account").status_code == 303
    assert db.session.scalar(select(func.count()).select_from(SignInSession)) == 1

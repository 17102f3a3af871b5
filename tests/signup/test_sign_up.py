import pytest
from sqlalchemy import func, select

from app.accounts import queries as people
from app.accounts.hooks import AfterSignIn
from app.accounts.models import Address, Person
from app.kernel import clock
from app.kernel.db import db, write
from app.kernel.hooks import hooks
from app.kernel.outbox import RecordedEvent
from app.settings import use_settings
from app.signin import rules
from tests.letters import last_code, last_link, waiting

PASSWORD = "quatre mots en ligne"
FORM = {"name": "Amina Idrissi", "name_ar": "", "email": "Amina@example.org", "password": PASSWORD}


def people_count():
    return db.session.scalar(select(func.count()).select_from(Person))


def begin(client, **changes):
    return client.post("/fr/sign-up", data=FORM | changes)


def test_a_new_learner_signs_up_confirms_and_is_in(client):
    assert begin(client).location == "/fr/sign-up/sent"
    assert people_count() == 0
    assert "amina@example.org" in client.get("/fr/sign-up/sent").text
    link = last_link("amina@example.org")
    page = client.get(link)
    assert page.status_code == 200
    assert 'name="password"' not in page.text
    assert people_count() == 0
    response = client.post(link)
    assert response.location == "/fr/"
    assert client.get("/fr/account").status_code == 200
    person = people.find_person_by_address("amina@example.org", confirmed=True)
    assert (person.name, person.language) == ("Amina Idrissi", "fr")
    event = db.session.scalars(select(RecordedEvent)).one()
    assert (event.name, event.data["person_id"]) == ("accounts.person_joined.v1", person.id)
    client.post("/fr/sign-out")
    data = {"email": "amina@example.org", "password": PASSWORD}
    assert client.post("/fr/sign-in", data=data).status_code == 303


def test_in_another_browser_the_password_is_asked(client, app):
    begin(client)
    link = last_link("amina@example.org")
    other = app.test_client()
    assert 'name="password"' in other.get(link).text
    assert other.post(link).status_code == 422
    assert other.post(link, data={"password": "not this one"}).status_code == 422
    assert people_count() == 0
    assert other.post(link, data={"password": PASSWORD}).status_code == 303
    assert people_count() == 1


def test_a_link_works_once(client):
    begin(client)
    link = last_link("amina@example.org")
    assert client.post(link).status_code == 303
    assert client.post(link).status_code == 404
    assert people_count() == 1


def test_a_link_runs_out(client, travel):
    begin(client)
    link = last_link("amina@example.org")
    travel(days=4)
    assert client.get(link).status_code == 404
    assert client.post(link).status_code == 404


def test_what_the_visitor_did_is_kept_also_when_the_link_is_opened_elsewhere(client, app):
    got = []
    hooks.register(AfterSignIn, "test", AfterSignIn(lambda _person, carried: got.append(carried)))
    try:
        with client.session_transaction() as carried:
            carried["carried"] = {"lessons": ["a"]}
        begin(client)
        app.test_client().post(last_link("amina@example.org"), data={"password": PASSWORD})
    finally:
        hooks._found[AfterSignIn].pop("test")
    assert got == [{"lessons": ["a"]}]


def test_an_arabic_name_is_enough_and_finds_its_place(client):
    begin(client, name="أمينة الإدريسي")
    client.post(last_link("amina@example.org"))
    person = people.find_person_by_address("amina@example.org")
    assert (person.name, person.name_ar) == ("", "أمينة الإدريسي")
    assert person.shown("fr") == "أمينة الإدريسي"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "\u200f\x00 "),
        ("email", ""),
        ("email", "amina"),
        ("email", "amina@"),
        ("email", "0612"),
        ("email", "a@b.c\r\nBcc: x@y.zz"),
        ("password", "short"),
        ("password", "motdepasse2025"),
        ("password", "1234567890"),
        ("password", "aaaaaaaaaaaaaaa"),
        ("password", "amina@example.org"),
        ("password", "x" * 300),
    ],
)
def test_bad_input_is_explained_and_what_was_typed_stays(client, field, value):
    response = begin(client, **{field: value})
    assert response.status_code == 422
    assert 'class="errors"' in response.text
    if field != "name":
        assert "Amina Idrissi" in response.text
    assert PASSWORD not in response.text


def test_more_fields_are_refused(client):
    assert begin(client, role="admin").status_code == 422


def test_without_sms_a_phone_number_waits_for_the_centers_code(client, make_person):
    from app.accounts.rules import parse_address
    from app.signup import services

    assert begin(client, email="06 12 34 56 78").location == "/fr/code"
    assert "+212612345678" in client.get("/fr/code").text
    manager = make_person(role="manager", scope="center", scope_id=3)
    with write():
        code = services.issue_sign_up_code(
            actor=manager.actor,
            address=parse_address("0612345678"),
            center_id=3,
            now=clock.now(),
        )
    data = {"email": "0612345678", "code": code.lower()}
    assert client.post("/fr/code", data=data).status_code == 303
    person = people.find_person_by_address("+212612345678", confirmed=True)
    assert person.name == "Amina Idrissi"
    event = db.session.scalars(select(RecordedEvent)).one()
    assert event.data == {"person_id": person.id, "center_id": 3}


@pytest.fixture
def with_sms(app):
    from app.messages.hooks import Sender

    hooks.register(Sender, "sms", Sender(lambda letter: None))
    yield
    hooks._found[Sender].pop("sms")


def test_with_sms_the_code_comes_to_the_phone(client, app, with_sms):
    begin(client, email="06 12 34 56 78")
    code = last_code("+212612345678")
    other = app.test_client()
    wrong = {"email": "0612345678", "code": "AAAA-AAAA"}
    assert other.post("/fr/code", data=wrong).status_code == 422
    data = {"email": "0612345678", "code": code}
    asked = other.post("/fr/code", data=data)
    assert asked.status_code == 422
    assert 'name="password"' in asked.text
    assert other.post("/fr/code", data=data | {"password": PASSWORD}).status_code == 303
    assert people_count() == 1


@pytest.mark.parametrize("way", ["invitation", "closed"])
def test_where_sign_up_is_not_open_nobody_signs_up(app, client, way):
    old = app.extensions["settings"]
    use_settings(type(old)(**{**old.__dict__, "sign_up": way}))
    try:
        assert 'name="email"' not in client.get("/fr/sign-up").text
        assert begin(client).status_code == 403
        assert waiting("amina@example.org") == []
    finally:
        use_settings(old)


def test_two_sign_ups_for_one_address_make_one_account(client, app):
    begin(client)
    first = last_link("amina@example.org")
    other = app.test_client()
    other.post("/fr/sign-up", data=FORM | {"name": "Somebody Else"})
    second = last_link("amina@example.org")
    assert client.post(first).status_code == 303
    assert other.post(second).status_code == 404
    assert people_count() == 1


def test_an_address_that_was_taken_meanwhile_is_a_conflict_and_nothing_is_half_done(
    client, make_person
):
    begin(client)
    link = last_link("amina@example.org")
    make_person(email="amina@example.org")
    assert client.post(link).status_code == 409
    assert people_count() == 1
    assert db.session.scalar(select(func.count()).select_from(Address)) == 1


def test_the_mail_is_in_the_language_of_the_page(client):
    client.post("/ar/sign-up", data=FORM)
    assert last_link("amina@example.org").startswith("/ar/confirm/")
    client.post(last_link("amina@example.org"))
    assert people.find_person_by_address("amina@example.org").language == "ar"


def test_nobody_signs_up_while_signed_in(client, sign_in, make_person):
    sign_in(make_person())
    assert client.get("/fr/sign-up").status_code == 303


def test_the_kept_password_is_a_hash(client):
    from app.tokens.models import Token

    begin(client)
    data = db.session.scalar(select(Token.data))
    assert rules.verify_password(data["password_hash"], PASSWORD)
    assert PASSWORD not in str(data)

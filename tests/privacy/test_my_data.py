import json
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from app.accounts import queries as people
from app.accounts.hooks import PersonalData, PersonalDataExtra
from app.accounts.models import Address, Person, RoleGrant
from app.kernel import audit, clock
from app.kernel.audit import AuditContent
from app.kernel.db import Base, db, write
from app.kernel.hooks import hooks
from app.kernel.i18n import Sentence, translate
from app.kernel.outbox import RecordedEvent
from app.plugins.tables import tables_of
from app.privacy import queries
from app.signin import rules
from app.signin.models import SignInSession
from app.tokens import services as tokens
from tests.letters import waiting

PASSWORD = "quatre mots en ligne"
HASH = rules.hash_password(PASSWORD)
ERASE = "/fr/account/my-data/erase"
SURE = {"password": PASSWORD, "sure": "y"}


@pytest.fixture
def amina(make_person, sign_in):
    person = make_person(name="Amina Idrissi", email="amina@example.org", password_hash=HASH)
    sign_in(person)
    return person


def person_row(person):
    db.session.expire_all()
    return db.session.get_one(Person, person.id)


def test_every_table_that_points_at_a_person_is_declared(database):
    declared = {(d.table, d.person_column) for _, d in hooks.collect(PersonalData)}
    pointing = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        for key in column.foreign_keys
        if key.target_fullname == "person.id"
    }
    assert pointing - declared == set()


def test_what_is_kept_is_said_in_words(database):
    core = hooks.collect(PersonalData)
    assert [name for name, data in core if not isinstance(data.words, Sentence)] == []
    kept = [data.keep_reason for _, data in core if data.erase == "keep"]
    assert [reason for reason in kept if not isinstance(reason, Sentence)] == []


def test_every_declaration_names_columns_that_exist_and_words(database):
    tables = dict(Base.metadata.tables)
    for owner in set(hooks.owners.values()):
        tables |= {table.name: table for table in tables_of(owner)}
    for name, data in hooks.collect(PersonalData):
        columns = tables[data.table].columns
        for column in (data.person_column, *data.export, *data.anonymize):
            assert column in columns, (name, column)
        assert "password_hash" not in data.export
        assert "token_hash" not in data.export
        if data.erase == "anonymize":
            assert data.anonymize, name
        if data.erase == "keep":
            assert data.keep_reason, name


@pytest.mark.parametrize("lang", ["fr", "ar", "en"])
def test_the_page_says_what_is_kept(client, amina, lang):
    page = client.get(f"/{lang}/account/my-data")
    assert page.status_code == 200
    for holding in queries.list_holdings(amina.id):
        assert f'<li class="line"><span>{translate(holding.words, lang)}</span>' in page.text


def test_the_copy_holds_everything_about_oneself_and_nothing_of_others(client, amina, make_person):
    make_person(name="Somebody Else", email="else@example.org")
    response = client.post("/fr/account/my-data/export")
    assert response.status_code == 200
    assert "attachment" in response.headers["Content-Disposition"]
    assert response.headers["Cache-Control"] == "no-store"
    data = json.loads(response.data)
    assert data["tables"]["person"][0]["name"] == "Amina Idrissi"
    assert data["tables"]["address"][0]["value"] == "amina@example.org"
    assert len(data["tables"]["sign_in_session"]) == 1
    assert "else@example.org" not in response.text
    assert "argon2" not in response.text
    assert audit.heads()[0][0] == 1


def test_what_tables_cannot_say_is_in_the_copy_and_erased_too(client, amina):
    erased = []
    extra = PersonalDataExtra(lambda person: {"files": [person]}, erased.append)
    hooks.register(PersonalDataExtra, "test", extra)
    try:
        data = client.post("/fr/account/my-data/export").json
        assert data["more"]["test"] == {"files": [amina.id]}
        assert client.post(ERASE, data=SURE).status_code == 303
    finally:
        hooks._found[PersonalDataExtra].pop("test")
    assert erased == [amina.id]


def test_looking_at_the_consequences_changes_nothing(client, amina):
    page = client.get(ERASE)
    assert page.status_code == 200
    assert 'class="verdict warn"' in page.text
    assert person_row(amina).name == "Amina Idrissi"


@pytest.mark.parametrize(
    "data", [{}, {"password": PASSWORD}, {"sure": "y"}, {"password": "wrong", "sure": "y"}]
)
def test_without_the_password_and_the_tick_nothing_is_erased(client, amina, data):
    assert client.post(ERASE, data=data).status_code == 422
    assert person_row(amina).erased_at is None


def test_an_erased_person_is_nobody(client, amina, app):
    with write():
        tokens.issue("reset", lasts=timedelta(hours=1), now=clock.now(), person_id=amina.id)
        audit.record(amina.actor, "signin.set_password", obj=f"person:{amina.id}")
        audit.record(amina.actor, "courses.publish", obj="course:1")
    response = client.post(ERASE, data=SURE)
    assert response.status_code == 303
    row = person_row(amina)
    assert (row.name, row.name_ar, row.password_hash) == ("", "", None)
    assert row.erased_at
    for table in (Address, SignInSession, RoleGrant):
        assert db.session.scalar(select(func.count()).select_from(table)) == 0
    assert client.get("/fr/account").status_code == 303
    data = {"email": "amina@example.org", "password": PASSWORD}
    assert client.post("/fr/sign-in", data=data).status_code == 422
    assert people.find_person_by_address("amina@example.org") is None
    kept = {row.object for row in db.session.scalars(select(AuditContent))}
    assert kept == {"course:1", f"person:{amina.id}"}
    assert audit.verify() == []
    names = set(db.session.scalars(select(RecordedEvent.name)))
    assert "accounts.person_erased.v1" in names
    assert "was erased" in waiting("amina@example.org")[-1]


def test_the_address_is_free_again(client, amina):
    client.post(ERASE, data=SURE)
    form = {"name": "Amina", "email": "amina@example.org", "password": PASSWORD}
    client.post("/fr/sign-up", data=form)
    assert "/confirm/" in waiting("amina@example.org")[-1]


def test_whoever_holds_a_role_stays_until_it_is_taken_back(client, sign_in, make_person):
    boss = make_person(role="manager", scope="center", scope_id=3, password_hash=HASH)
    sign_in(boss)
    assert client.get(ERASE).status_code == 409
    assert client.post(ERASE, data=SURE).status_code == 409
    assert person_row(boss).erased_at is None
    with write() as session:
        session.execute(delete(RoleGrant))
    assert client.post(ERASE, data=SURE).status_code == 303


def test_when_one_feature_fails_nothing_is_erased(client, amina):
    def broken(_person):
        raise RuntimeError("broken")

    hooks.register(PersonalDataExtra, "test", PersonalDataExtra(lambda _p: {}, broken))
    try:
        refused = client.post(ERASE, data=SURE)
    finally:
        hooks._found[PersonalDataExtra].pop("test")
    assert refused.status_code == 409
    assert "Your account could not be erased wholly: test does not answer." in refused.text
    assert person_row(amina).erased_at is None
    assert people.find_person_by_address("amina@example.org")


def test_a_table_whose_feature_is_off_is_read_and_erased_all_the_same(client, amina):
    from sqlalchemy import text

    from app.kernel.db import allow_writing

    with write() as session:
        session.execute(text("CREATE TABLE gone_notes (id INTEGER, person_id INTEGER, note TEXT)"))
        session.execute(
            text("INSERT INTO gone_notes VALUES (1, :person, 'hello')"), {"person": amina.id}
        )
    data = PersonalData("gone_notes", "person_id", export=("note",), erase="delete")
    hooks.register(PersonalData, "gone_notes", data)
    try:
        copy = client.post("/fr/account/my-data/export").json
        assert copy["tables"]["gone_notes"] == [{"note": "hello"}]
        assert client.post(ERASE, data=SURE).status_code == 303
        assert db.session.execute(text("SELECT count(*) FROM gone_notes")).scalar() == 0
    finally:
        hooks._found[PersonalData].pop("gone_notes")
        with allow_writing():
            db.session.execute(text("DROP TABLE gone_notes"))
            db.session.commit()

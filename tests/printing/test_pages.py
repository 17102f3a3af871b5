"""Who can have a certificate as PDF, and what of it stays as it was."""

import pytest
from sqlalchemy import update

from app.accounts.services import change_names
from app.centers.models import Center
from app.credentials import services, statements
from app.credentials.proofs import Outcome
from app.credentials.queries import find_credential, find_public_key
from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import write
from app.printing.queries import get_sheet
from app.privacy.services import erase_person
from tests.credentials.making import award, make_place


@pytest.fixture
def amina(make_person):
    return make_person(name="Amina Idrissi", name_ar="أمينة الإدريسي", email="amina@example.org")


@pytest.fixture
def place(database, amina):
    return make_place(amina)


@pytest.fixture
def number(place, amina):
    return award(amina, place[1])


@pytest.fixture
def manager(make_person, place):
    return make_person(name="Zineb", role="manager", scope="center", scope_id=place[0])


@pytest.fixture
def own(number):
    return f"/fr/account/certificates/{number}.pdf"


@pytest.fixture
def of_staff(place, number):
    return f"/ar/c/kenitra/cohorts/{place[2]}/certificates/{number}.pdf"


def test_its_owner_finds_the_pdf_and_the_staff_have_the_same(
    client, sign_in, amina, manager, own, of_staff
):
    sign_in(amina)
    assert own in client.get("/fr/account/certificates").text
    answer = client.get(own)
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "no-store" in answer.headers["Cache-Control"]
    sign_in(manager)
    assert of_staff in client.get(of_staff.removesuffix(".pdf")).text
    assert client.get(of_staff).data == answer.data


def test_its_code_holds_the_signed_statement(place, number):
    found = find_credential(number)
    sheet = get_sheet(found, now=clock.now())
    text = sheet.code.partition("#")[2]
    outcome, said = statements.check(text, find_public_key)
    assert outcome is Outcome.GOOD
    assert (said.number, said.name) == (number, "Amina Idrissi")


def test_nobody_else_has_it(client, sign_in, make_person, own, of_staff, number):
    assert client.get(own).status_code == 303
    assert "pdf" not in client.get(f"/fr/check/{number}").text.lower()
    sign_in(make_person(name="Other"))
    assert client.get(own).status_code == 404
    assert client.get(of_staff).status_code == 403
    sign_in(make_person(name="Far", role="manager", scope="center", scope_id=999))
    assert client.get(of_staff).status_code == 404


def test_it_says_what_was_awarded_whatever_changes_later(client, sign_in, amina, own):
    sign_in(amina)
    before = client.get(own).data
    with write() as session:
        change_names(actor=amina.actor, name="Autre Nom", name_ar="")
        session.execute(update(Center).values(name="Autre"))
    assert client.get(own).data == before


def test_what_was_revoked_is_not_printed_any_more(client, sign_in, amina, own, number):
    with write():
        services.revoke_credential(
            actor=SYSTEM, public_id=number, reason="Fraude.", appeal_until=None, now=clock.now()
        )
    sign_in(amina)
    answer = client.get(own)
    assert answer.status_code == 409
    assert own not in client.get("/fr/account/certificates").text


def test_of_who_was_erased_there_is_no_paper(client, sign_in, amina, manager, of_staff):
    with write():
        erase_person(actor=amina.actor, now=clock.now())
    sign_in(manager)
    assert client.get(of_staff).status_code == 409


def test_who_asks_hundreds_of_times_has_to_wait(client, sign_in, amina, own, monkeypatch):
    from app.printing import routes
    from app.throttling.rules import Limit

    monkeypatch.setattr(routes, "EACH", Limit(free=2, window=3600))
    sign_in(amina)
    assert [client.get(own).status_code for _ in range(4)][-1] == 429

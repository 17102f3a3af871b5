"""The pages of staff and of the learner."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from app.credentials.models import AwardProposal
from app.kernel import clock, jobs
from app.kernel.db import db
from tests.credentials.making import award, make_place


@pytest.fixture
def amina(make_person):
    return make_person(name="Amina Idrissi", email="amina@example.org")


@pytest.fixture
def place(database, amina):
    return make_place(amina)


@pytest.fixture
def url(place):
    return f"/en/c/kenitra/cohorts/{place[2]}/certificates"


@pytest.fixture
def staff(make_person, place):
    return [
        make_person(name=name, role="manager", scope="center", scope_id=place[0])
        for name in ("Zineb", "Omar")
    ]


def ask(statement):
    """Read one value, and leave no savepoint behind that is older than those of requests."""
    found = db.session.scalar(statement)
    db.session.rollback()
    return found


def proposal(learner, **more):
    course = ask(text("SELECT course_id FROM enrollment"))
    given = {"person": learner.public_id, "course": str(course), "partner": "0", "reason": "Jury."}
    return given | more


def newest():
    return str(ask(select(AwardProposal.id).order_by(AwardProposal.id.desc())))


def test_one_proposes_another_agrees_and_the_learner_finds_it(client, sign_in, staff, amina, url):
    sign_in(staff[0])
    assert client.post(url, data=proposal(amina)).status_code == 303
    assert "Award it" not in client.get(url).text
    refused = client.post(f"{url}/decide", data={"proposal": newest(), "agrees": "yes"})
    assert refused.status_code == 403
    sign_in(staff[1])
    page = client.get(url).text
    assert "Award it" in page
    assert "Jury." in page
    client.post(f"{url}/decide", data={"proposal": newest(), "agrees": "yes"})
    jobs.drain()
    sign_in(amina)
    own = client.get("/en/account/certificates").text
    assert "/en/check/" in own
    assert "Valid" in own


def test_who_has_none_reads_how_to_come_by_one(client, sign_in, amina, place):
    sign_in(amina)
    assert "You have no certificate yet" in client.get("/en/account/certificates").text


@pytest.mark.parametrize(
    "wrong",
    [{"reason": ""}, {"person": "x" * 22}, {"course": "9999"}, {"partner": "9999"}],
)
def test_a_proposal_that_makes_no_sense_is_not_kept(client, sign_in, staff, amina, url, wrong):
    sign_in(staff[0])
    assert client.post(url, data=proposal(amina, **wrong)).status_code == 422
    assert ask(select(AwardProposal)) is None


def test_a_certificate_is_revoked_on_its_page_for_a_reason(
    client, sign_in, staff, amina, place, url
):
    number = award(amina, place[1])
    sign_in(staff[0])
    assert client.post(f"{url}/{number}/revoke", data={"reason": ""}).status_code == 422
    answer = client.post(f"{url}/{number}/revoke", data={"reason": "Fraude."})
    assert answer.status_code == 303
    page = client.get(f"{url}/{number}").text
    assert "Revoked" in page
    assert "Revoke it" not in page
    again = client.post(f"{url}/{number}/revoke", data={"reason": "Encore."})
    assert again.status_code == 422
    assert "before" in again.text


def test_a_name_that_is_right_is_not_made_anew(client, sign_in, staff, amina, place, url):
    number = award(amina, place[1])
    sign_in(staff[0])
    assert client.post(f"{url}/{number}/correct").status_code == 409


def test_another_centers_staff_find_nothing(client, sign_in, make_person, amina, place, url):
    number = award(amina, place[1])
    sign_in(make_person(role="manager", scope="center", scope_id=place[0] + 1))
    for address in (url, f"{url}/{number}"):
        assert client.get(address).status_code == 404
    assert client.post(f"{url}/{number}/revoke", data={"reason": "x"}).status_code == 404


def test_the_page_of_one_that_ran_out_leads_to_renewing_it(
    client, sign_in, staff, amina, place, url, travel
):
    until = (clock.now() + timedelta(days=5)).date()
    number = award(amina, place[1], expires_on=until)
    sign_in(staff[0])
    assert "It counts no more" not in client.get(f"{url}/{number}").text
    travel(days=7)
    sign_in(staff[0])
    page = client.get(f"{url}/{number}").text
    assert "It counts no more" in page
    assert f'{url}#propose"' in page
    assert 'id="propose"' in client.get(url).text


def test_the_learner_takes_the_badge_along_and_says_who_sees_it(client, sign_in, amina, place):
    number = award(amina, place[1])
    sign_in(amina)
    own = client.get("/en/account/certificates").text
    for part in ("badge.png", "badge.svg", f"{number}.json", "linkedin.com/profile/add?"):
        assert part in own
    answer = client.post(f"/en/account/certificates/{number}/shown", data={"to": "nobody"})
    assert answer.status_code == 303
    own = client.get("/en/account/certificates").text
    assert "Only you" in own
    assert "linkedin.com" not in own
    assert "Only you see this page" in client.get(f"/en/check/{number}").text
    wrong = client.post(f"/en/account/certificates/{number}/shown", data={"to": "x"})
    assert wrong.status_code == 422


def test_what_somebody_keeps_to_themselves_is_told_to_nobody_and_its_file_still_proves_it(
    client, sign_in, amina, place
):
    number = award(amina, place[1])
    file = client.get(f"/credentials/{number}.json").data
    sign_in(amina)
    client.post(f"/en/account/certificates/{number}/shown", data={"to": "nobody"})
    client.post("/en/sign-out")
    page = client.get(f"/en/check/{number}").text
    assert "does not show it" in page
    assert "Amina" not in page
    assert client.get(f"/credentials/{number}.json").status_code == 404
    checked = client.post("/en/check", data={"text": file.decode()}).text
    assert "This certificate is valid" in checked
    assert "Amina" in checked


def test_that_it_was_revoked_cannot_be_hidden_and_another_ones_is_not_touched(
    client, sign_in, staff, amina, place, url
):
    number = award(amina, place[1])
    sign_in(staff[0])
    answer = client.post(f"/en/account/certificates/{number}/shown", data={"to": "nobody"})
    assert answer.status_code == 404
    sign_in(amina)
    client.post(f"/en/account/certificates/{number}/shown", data={"to": "nobody"})
    sign_in(staff[0])
    client.post(f"{url}/{number}/revoke", data={"reason": "Fraude."})
    client.post("/en/sign-out")
    page = client.get(f"/en/check/{number}").text
    assert "This certificate was revoked" in page
    assert "Fraude." in page
    assert "Amina" not in page

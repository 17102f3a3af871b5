import re

import pytest

from app.accounts.queries import find_person_by_address
from app.kernel import jobs
from app.rosters import queries
from tests.centers.making import belong, make_center, make_cohort
from tests.rosters.making import HEAD, confirm, sent, upload


@pytest.fixture
def kenitra(database):
    return make_center("kenitra")


@pytest.fixture
def manager(make_person, kenitra, sign_in):
    manager = make_person("Manager", role="manager", scope="center", scope_id=kenitra)
    sign_in(manager)
    return manager


def test_people_come_in_from_a_file_in_the_browser(client, manager, kenitra):
    make_cohort(kenitra, "DA-7")
    text = HEAD + "Amina,,a@b.ma,,DA-7,\nBad,,nonsense,,,\n=1+1,,c@b.ma,,,\n"
    url = client.post("/en/c/kenitra/rosters", data=sent(text)).location
    waiting = client.get(url)
    assert "being checked" in waiting.text
    assert waiting.headers["Refresh"]
    jobs.drain()
    report = client.get(url).text
    assert "This is no e-mail address: nonsense" in report
    assert "kept as text" in report
    assert client.post(f"{url}/confirm", data={"delivery": "print"}).status_code == 303
    jobs.drain()
    assert "Accounts made" in client.get(url).text
    sheet = client.post(f"{url}/sheet")
    assert len(re.findall(r"[2-9A-Z]{4}-[2-9A-Z]{4}", sheet.text)) == 2
    assert sheet.headers["Cache-Control"] == "no-store"


def test_each_page_of_a_roster_needs_few_statements(client, manager, kenitra, statements):
    rows = "".join(f"P{n},,p{n}@b.ma,,,\nBad,,x{n},,,\n" for n in range(150))
    roster = upload(manager, kenitra, HEAD + rows)
    client.get("/fr/notices")
    for _ in range(2):
        with statements() as seen:
            assert client.get(f"/fr/c/kenitra/rosters/{roster.public_id}").status_code == 200
        assert len(seen) <= 8
        confirm(manager, roster)
        jobs.drain()


def test_the_report_as_a_file_holds_no_formula(client, manager, kenitra):
    roster = upload(manager, kenitra, HEAD + "=1+1,,a@b.ma,,,\nB,,nonsense,,,\n")
    answer = client.get(f"/en/c/kenitra/rosters/{roster.public_id}/report.csv")
    assert answer.mimetype == "text/csv"
    assert "'=1+1" in answer.text
    assert ",=1+1" not in answer.text


def test_no_file_and_a_file_too_large_are_refused_at_once(client, manager, kenitra):
    assert client.post("/en/c/kenitra/rosters", data={}).status_code == 422
    answer = client.post("/en/c/kenitra/rosters", data=sent("a\n" * 20_000))
    assert answer.status_code == 422
    assert "5,000" in answer.text


def test_two_gigabytes_are_refused_before_they_are_read(client, manager, kenitra):
    answer = client.post(
        "/en/c/kenitra/rosters",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": "2000000000"},
    )
    assert answer.status_code == 413
    assert "too large" in answer.text


def test_staff_prints_a_code_for_who_cannot_be_reached(client, manager, kenitra):
    confirm(manager, upload(manager, kenitra, HEAD + "A,,,0612345678,,\n"))
    jobs.drain()
    person = find_person_by_address("0612345678")
    answer = client.post(f"/en/c/kenitra/people/{person.public_id}/code")
    assert re.search(r"[2-9A-Z]{4}-[2-9A-Z]{4}", answer.text)


def test_no_code_is_printed_for_who_can_be_reached(client, manager, kenitra, make_person):
    person = make_person("Amina")
    belong(kenitra, person)
    answer = client.post(f"/en/c/kenitra/people/{person.public_id}/code")
    assert answer.status_code == 422
    assert "can be reached" in answer.text


def test_staff_suspends_somebody_and_lets_them_in_again(client, manager, kenitra, make_person):
    person = make_person("Amina")
    belong(kenitra, person)
    url = f"/en/c/kenitra/people/{person.public_id}"
    assert client.post(f"{url}/suspend", data={"reason": ""}).status_code == 422
    assert client.post(f"{url}/suspend", data={"reason": "Fraud"}).status_code == 303
    assert "Let sign in again" in client.get(url).text
    assert client.post(f"{url}/unsuspend").status_code == 303
    assert "Let sign in again" not in client.get(url).text


def test_an_account_from_elsewhere_joins_by_itself(client, manager, sign_in, kenitra, make_person):
    person = make_person("Amina", email="amina@example.org")
    text = HEAD + "A,,amina@example.org,,,\n"
    roster = upload(manager, kenitra, text)
    page = client.get(f"/en/c/kenitra/rosters/{roster.public_id}").text
    assert "belongs to an account elsewhere" in page
    assert "Amina" not in page
    sign_in(person)
    assert "Join the center" in client.get("/en/centers/kenitra/join").text
    assert client.post("/en/centers/kenitra/join").status_code == 303
    assert "You belong to this center." in client.get("/en/centers/kenitra/join").text
    again = upload(manager, kenitra, text)
    assert queries.count_outcomes(again.id) == {"known": 1}


def test_the_people_of_a_center_go_out_as_a_file(client, manager, kenitra, make_person):
    belong(kenitra, make_person("=HYPERLINK(1)"), make_person("أمينة"))
    make_person("Stranger")
    answer = client.post("/fr/c/kenitra/people/export")
    assert answer.status_code == 200
    assert "'=HYPERLINK(1)" in answer.text
    assert "أمينة" in answer.text
    assert "Stranger" not in answer.text
    assert client.get("/fr/c/kenitra/people/export").status_code in (404, 405)

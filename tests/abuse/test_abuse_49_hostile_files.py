"""A file of people is checked first, has caps, and takes nobody's account over."""

from sqlalchemy import func, select

from app.accounts.models import Address, Person
from app.accounts.queries import find_person_by_address
from app.kernel import jobs
from app.kernel.db import db
from app.rosters import queries
from app.rosters.models import Roster
from tests.centers.making import belong, make_center
from tests.rosters.making import HEAD, confirm, sent, upload


def test_abuse_49_an_account_of_another_center_stays_as_it_is(make_person):
    kenitra, rabat = make_center("kenitra"), make_center("rabat")
    victim = make_person("Victim", email="victim@example.org")
    alone = make_person("Alone", email="alone@example.org")
    belong(rabat, victim)
    manager = make_person(role="manager", scope="center", scope_id=kenitra)
    text = HEAD + (
        "Mine,,Victim@Example.org,,,\nMine,,alone@example.org,,,\n"
        "New,,new@example.org,,,\nNew,,NEW@example.org,0612345678,,\n"
        "Both,,victim@example.org,0612345679,,\n"
    )
    roster = confirm(manager, upload(manager, kenitra, text))
    jobs.drain()
    assert queries.count_outcomes(roster.id) == {"made": 1, "refused": 4}
    for person in (victim, alone):
        kept = find_person_by_address(person.email)
        assert (kept.id, kept.name) == (person.id, person.name)
        assert kept.id not in queries.find_members(kenitra, [person.id])
    assert not find_person_by_address("0612345679")


def test_abuse_49_the_refusal_tells_nothing_of_who_it_is(client, sign_in, make_person):
    kenitra, rabat = make_center("kenitra"), make_center("rabat")
    belong(rabat, make_person("Secret Name", email="victim@example.org"))
    manager = make_person(role="manager", scope="center", scope_id=kenitra)
    roster = upload(manager, kenitra, HEAD + "Mine,,victim@example.org,,,\n")
    sign_in(manager)
    url = f"/fr/c/kenitra/rosters/{roster.public_id}"
    for page in (client.get(url).text, client.get(f"{url}/report.csv").text):
        assert "Secret" not in page
        assert "Rabat" not in page


def test_abuse_49_a_million_rows_are_refused_at_once(client, sign_in, make_person):
    kenitra = make_center("kenitra")
    sign_in(make_person(role="manager", scope="center", scope_id=kenitra))
    answer = client.post("/fr/c/kenitra/rosters", data=sent("a\n" * 100_000))
    assert answer.status_code == 422
    assert db.session.scalar(select(func.count()).select_from(Roster)) == 0


def test_abuse_49_formulas_and_signs_are_text_and_do_nothing(make_person):
    kenitra = make_center("kenitra")
    manager = make_person(role="manager", scope="center", scope_id=kenitra)
    text = HEAD + (
        '"=HYPERLINK(""http://evil.example"")",,a@example.org,,,\n'
        '"<script>alert(1)</script>",,b@example.org,,,\n'
        '"Robert\'); DROP TABLE person;--",,c@example.org,,,\n'
    )
    roster = upload(manager, kenitra, text)
    confirm(manager, roster)
    jobs.drain()
    names = set(
        db.session.scalars(
            select(Person.name).join(Address).where(Address.value.like("_@example.org"))
        )
    )
    assert '=HYPERLINK("http://evil.example")' in names
    assert len(names) == 3


def test_abuse_49_nobody_is_brought_in_before_it_is_confirmed(make_person):
    kenitra = make_center("kenitra")
    manager = make_person(role="manager", scope="center", scope_id=kenitra)
    upload(manager, kenitra, HEAD + "New,,new@example.org,,,\n")
    assert find_person_by_address("new@example.org") is None

import pytest
from sqlalchemy import func, select

from app.accounts.models import Address, Person
from app.accounts.queries import find_person_by_address
from app.centers.models import CenterMember, CohortMember
from app.kernel import clock, jobs
from app.kernel.db import db, write
from app.kernel.errors import NotFound
from app.messages.models import Message
from app.rosters import queries, services
from app.rosters.jobs import create
from app.rosters.models import RosterLine
from tests.centers.making import belong, make_center, make_cohort
from tests.rosters.making import HEAD, confirm, upload


@pytest.fixture
def kenitra(database):
    return make_center("kenitra")


@pytest.fixture
def manager(make_person, kenitra):
    return make_person("Manager", role="manager", scope="center", scope_id=kenitra)


def many(count):
    rows = (f"Person {n},شخص,p{n}@example.org,,DA-7,fr" for n in range(count))
    return HEAD + "\n".join(rows)


def people():
    return db.session.scalar(select(func.count()).select_from(Person))


def test_a_dry_run_makes_nobody(manager, kenitra):
    before = people()
    roster = upload(manager, kenitra, HEAD + "A,,a@b.ma,,,\nB,,nonsense,,,\n")
    assert roster.state == "checked"
    assert roster.content is None
    assert queries.count_outcomes(roster.id) == {"new": 1, "refused": 1}
    assert people() == before


def test_confirmed_people_belong_to_the_center_and_its_cohort(manager, kenitra):
    cohort_id, _ = make_cohort(kenitra, "DA-7")
    roster = confirm(manager, upload(manager, kenitra, many(3)))
    jobs.drain()
    assert roster.state == "done"
    assert queries.count_outcomes(roster.id) == {"made": 3}
    person = find_person_by_address("p1@example.org")
    assert (person.name, person.name_ar) == ("Person 1", "شخص")
    stays = db.session.scalars(select(CohortMember.cohort_id)).all()
    assert stays == [cohort_id] * 3
    confirmed = db.session.scalars(
        select(Address.confirmed_at).where(Address.person_id == person.id)
    ).all()
    assert confirmed == [None]


def test_pressing_twice_and_running_again_makes_everybody_once(manager, kenitra):
    make_cohort(kenitra, "DA-7")
    roster = upload(manager, kenitra, many(120))
    before = people()
    for _ in range(2):
        confirm(manager, roster)
    with write():  # the first worker is killed after one batch
        assert services.create_batch(actor=manager.actor, roster_id=roster.id, now=clock.now())
    assert people() == before + services.BATCH
    jobs.drain()
    create(roster.id, manager.id)
    assert people() == before + 120
    assert queries.count_outcomes(roster.id) == {"made": 120}


def test_the_same_file_again_finds_everybody_there_and_changes_nothing(manager, kenitra):
    make_cohort(kenitra, "DA-7")
    confirm(manager, upload(manager, kenitra, many(2)))
    jobs.drain()
    again = upload(manager, kenitra, many(2).replace("Person", "Other"))
    assert queries.count_outcomes(again.id) == {"known": 2}
    confirm(manager, again)
    jobs.drain()
    assert queries.count_outcomes(again.id) == {"joined": 2}
    assert find_person_by_address("p1@example.org").name == "Person 1"
    assert db.session.scalar(select(func.count()).select_from(CohortMember)) == 2


def test_an_address_that_was_taken_since_the_dry_run_is_refused(manager, kenitra, make_person):
    roster = upload(manager, kenitra, HEAD + "A,,a@example.org,,,\nB,,b@example.org,,,\n")
    make_person("Stranger", email="a@example.org")
    confirm(manager, roster)
    jobs.drain()
    assert queries.count_outcomes(roster.id) == {"made": 1, "refused": 1}
    assert find_person_by_address("a@example.org").name == "Stranger"


def test_a_manager_who_lost_the_role_brings_nobody_in(manager, kenitra):
    from app.accounts.models import RoleGrant

    roster = confirm(manager, upload(manager, kenitra, HEAD + "A,,a@b.ma,,,\n"))
    with write() as session:
        session.query(RoleGrant).delete()
    jobs.drain()
    assert roster.state == "checked"
    assert roster.problem == {"code": "not_allowed"}
    assert find_person_by_address("a@b.ma") is None


def test_a_file_that_is_no_table_is_refused_with_a_remedy(manager, kenitra):
    roster = upload(manager, kenitra, "foo,bar\n1,2\n")
    assert roster.state == "refused"
    assert roster.problem["code"] == "no_columns"


def test_invitations_are_mailed_once_and_only_to_mail(manager, kenitra):
    text = HEAD + "A,,a@example.org,,,ar\nB,,,0612345678,,\n"
    roster = upload(manager, kenitra, text)
    confirm(manager, roster, "mail")
    with write():
        services.create_batch(actor=manager.actor, roster_id=roster.id, now=clock.now())
    (letter,) = db.session.scalars(select(Message)).all()
    assert letter.address == "a@example.org"
    assert "/ar/reset/" in letter.text


def test_codes_are_for_who_never_came_and_has_no_power(manager, kenitra, make_person):
    roster = confirm(
        manager, upload(manager, kenitra, HEAD + "A,,a@b.ma,,,\nB,,b@b.ma,,,\nC,,c@b.ma,,,\n")
    )
    jobs.drain()
    with write() as session:
        session.get(Person, find_person_by_address("b@b.ma").id).password_hash = "x"
    with write():
        strips = services.issue_codes(actor=manager.actor, roster=roster, now=clock.now())
    assert [strip[0] for strip in strips] == ["A", "C"]
    assert len({strip[2] for strip in strips}) == 2


def test_a_printed_code_opens_the_way_to_a_password(manager, kenitra, client):
    roster = confirm(manager, upload(manager, kenitra, HEAD + "A,,a@b.ma,,,\n"))
    jobs.drain()
    with write():
        ((_, address, code),) = services.issue_codes(
            actor=manager.actor, roster=roster, now=clock.now()
        )
    answer = client.post("/fr/code", data={"email": address, "code": code})
    assert answer.status_code == 303
    assert "/fr/reset/" in answer.location


def test_lines_are_forgotten_after_thirty_days(manager, kenitra, travel):
    confirm(manager, upload(manager, kenitra, HEAD + "A,,a@b.ma,,,\n"))
    jobs.drain()
    upload(manager, kenitra, HEAD + "B,,b@b.ma,,,\n")
    travel(days=29)
    with write():
        services.forget_old(now=clock.now())
    assert len(db.session.scalars(select(RosterLine)).all()) == 2
    travel(days=2)
    with write():
        services.forget_old(now=clock.now())
    assert db.session.scalars(select(RosterLine)).all() == []
    assert find_person_by_address("a@b.ma")


def test_another_center_is_not_there(manager, kenitra, make_person):
    rabat = make_center("rabat")
    roster = upload(manager, kenitra, HEAD + "A,,a@b.ma,,,\n")
    other = make_person("Other", role="manager", scope="center", scope_id=rabat)
    with pytest.raises(NotFound), write():
        services.confirm_roster(actor=other.actor, roster=roster, delivery="print", now=clock.now())
    with pytest.raises(NotFound):
        queries.get_roster(other.actor, kenitra, roster.public_id)
    with pytest.raises(NotFound):
        queries.get_roster(manager.actor, rabat, roster.public_id)
    with pytest.raises(NotFound), write():
        services.export_people(actor=other.actor, center_id=kenitra)


def test_somebody_of_the_center_is_known_also_without_a_cohort(manager, kenitra, make_person):
    person = make_person("There", email="there@example.org")
    belong(kenitra, person)
    roster = upload(manager, kenitra, HEAD + "Changed,,there@example.org,,,\n")
    assert queries.count_outcomes(roster.id) == {"known": 1}
    confirm(manager, roster)
    jobs.drain()
    assert find_person_by_address("there@example.org").name == "There"
    assert db.session.scalar(select(func.count()).select_from(CenterMember)) == 1


@pytest.mark.slow
def test_a_thousand_people_are_there_after_a_bounded_number_of_statements(
    manager, kenitra, statements
):
    make_cohort(kenitra, "DA-7")
    with statements() as asked:
        roster = confirm(manager, upload(manager, kenitra, many(1000)))
        jobs.drain()
        with write():
            strips = services.issue_codes(actor=manager.actor, roster=roster, now=clock.now())
    assert len(strips) == 1000
    assert len(asked) <= 20 * 1000, len(asked)

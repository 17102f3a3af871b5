import pytest
from sqlalchemy import func, select

from app.accounts.models import Address
from app.kernel import clock, jobs
from app.kernel.db import db, write
from app.kernel.errors import NotFound, TooMany
from app.messages.models import Message
from app.notices import queries, services
from app.notices.hooks import NoticeSent
from app.notices.jobs import mail
from app.notices.models import Notice
from tests.centers.making import belong, make_center, make_cohort


@pytest.fixture
def place(database):
    center_id = make_center("kenitra")
    return center_id, *make_cohort(center_id)


@pytest.fixture
def learners(make_person, place):
    people = [make_person("Amina"), make_person("Salma")]
    belong(place[0], *people, cohort_id=place[1])
    return people


@pytest.fixture
def trainer(make_person, place):
    return make_person("Trainer", role="instructor", scope="cohort", scope_id=place[1])


def write_one(trainer, place, key="k1", text="Room 2 today"):
    cohort = queries.get_cohort(trainer.actor, place[2])
    with write():
        return services.write_to_cohort(
            actor=trainer.actor, cohort=cohort, text=text, form_key=key, now=clock.now()
        )


def test_a_message_to_a_cohort_reaches_its_present_members(trainer, place, learners):
    assert write_one(trainer, place) == 2
    (row,) = queries.list_notices(learners[0].id)
    assert (row.text, row.sender, row.center) == ("Room 2 today", "Trainer", "Kenitra")
    assert queries.count_unread(learners[1].id) == 1


def test_the_same_form_sends_once(trainer, place, learners):
    for _ in range(2):
        write_one(trainer, place)
    assert db.session.scalar(select(func.count()).select_from(Notice)) == 1


def test_a_copy_goes_to_confirmed_mail_once(trainer, place, learners):
    with write() as session:
        address = session.scalars(select(Address).where(Address.person_id == learners[1].id)).one()
        address.confirmed_at = None
    write_one(trainer, place)
    notice_id = db.session.scalar(select(Notice.id))
    for _ in range(2):
        mail(NoticeSent(notice_id))
    (letter,) = db.session.scalars(select(Message)).all()
    assert letter.address == learners[0].email
    assert "Room 2 today" in letter.text
    jobs.drain()


def test_staff_of_another_place_finds_nobody(make_person, place, learners):
    other = make_center("rabat")
    stranger = make_person("Other", role="manager", scope="center", scope_id=other)
    with pytest.raises(NotFound):
        queries.get_cohort(stranger.actor, place[2])
    with pytest.raises(NotFound):
        queries.get_receiver(stranger.actor, learners[0].public_id)


def test_a_trainer_writes_to_people_of_their_cohort_only(trainer, place, make_person):
    outside = make_person("Outside")
    belong(place[0], outside)
    with pytest.raises(NotFound):
        queries.get_receiver(trainer.actor, outside.public_id)


def test_a_learner_writes_to_nobody(client, sign_in, place, learners):
    sign_in(learners[0])
    url = f"/fr/notices/to-person/{learners[1].public_id}"
    assert client.post(url, data={"text": "Hello", "key": "k"}).status_code == 403


def test_too_many_messages_have_to_wait(trainer, place, learners):
    for n in range(services.LIMIT.free):
        write_one(trainer, place, key=f"k{n}")
    with pytest.raises(TooMany):
        write_one(trainer, place, key="last")


def test_a_message_is_written_in_two_clicks_and_read(client, sign_in, trainer, place, learners):
    sign_in(trainer)
    page = client.get(f"/en/c/kenitra/cohorts/{place[2]}").text
    url = f"/en/notices/to-cohort/{place[2]}"
    assert url in page
    hostile = "<script>alert(1)</script>\n=1+1"
    assert client.post(url, data={"text": hostile, "key": "k"}).status_code == 303
    assert client.post(url, data={"text": "x" * 1001, "key": "k2"}).status_code == 422
    assert client.post(url, data={"text": " \n ", "key": "k3"}).status_code == 422
    sign_in(learners[0])
    shown = client.get("/en/notices").text
    assert "&lt;script&gt;" in shown
    assert "<script>alert" not in shown
    unread = queries.list_notices(learners[0].id)[0].public_id
    assert client.post("/en/notices/read", data={"notice": unread}).status_code == 303
    assert queries.count_unread(learners[0].id) == 0
    assert queries.count_unread(learners[1].id) == 1


def test_nobody_marks_the_messages_of_others(
    client, sign_in, trainer, place, learners, make_person
):
    write_one(trainer, place)
    sign_in(make_person("Stranger"))
    public_id = db.session.scalar(select(Notice.public_id))
    client.post("/en/notices/read", data={"notice": public_id})
    assert queries.count_unread(learners[0].id) == 1


def test_lists_of_messages_need_few_statements(
    client, sign_in, trainer, place, learners, statements, monkeypatch
):
    monkeypatch.setattr(services, "LIMIT", services.Limit(free=1000))
    for n in range(60):
        write_one(trainer, place, key=f"k{n}")
    sign_in(learners[0])
    client.get("/en/notices")
    with statements() as seen:
        page = client.get("/en/notices").text
    assert len(seen) <= 4
    assert page.count("<article") == 50
    following = page.split('rel="next" href="')[1].split('"')[0]
    assert client.get(following).text.count("<article") == 10

"""A jury's sheet counts with two signatures of two people, and a change makes them void."""

from sqlalchemy import select

from app.activities.models import Score
from app.kernel.audit import AuditEntry, verify
from app.kernel.db import db
from tests.projects.making import PAGE, ask, give


def sign(client, work, number=1):
    return client.post(f"{work}/sign", data={"number": number}, follow_redirects=True)


def by_jury(client, desk):
    assert client.post(desk, data={"is_jury": "y"}).status_code == 303


def test_it_counts_with_the_second_signature_of_another_person(
    client,
    marker,
    markers,
    desk,
    work,
    sign_in,
    learners,
):
    by_jury(client, desk)
    assert give(client, work).location.endswith(work)
    assert ask(Score.waiting) == [(1,)]
    assert "It counts when a second person has signed" in sign(client, work).text
    sign(client, work)
    assert "1 signature of 2" in client.get(work).text, "twice by one person is once"
    assert ask(Score.waiting) == [(1,)]
    sign_in(markers[1])
    assert "the mark counts now" in sign(client, work).text
    assert ask(Score.points, Score.waiting) == [(900, 0)]
    verbs = db.session.scalars(select(AuditEntry.verb).where(AuditEntry.verb.like("projects.%")))
    assert sorted(verbs) == ["projects.mark", "projects.sign", "projects.sign", "projects.term"]
    assert verify() == []
    db.session.remove()
    sign_in(learners[0])
    assert "9 of 10" in client.get(PAGE).text


def test_a_change_after_the_first_signature_makes_it_void_and_says_so(
    client,
    marker,
    markers,
    desk,
    work,
    sign_in,
):
    by_jury(client, desk)
    give(client, work)
    sign(client, work)
    give(client, work, levels=(4, 4))
    shown = client.get(work).text
    assert "what was signed before is void" in shown
    sign_in(markers[1])
    stale = sign(client, work, number=1)
    assert stale.status_code == 409
    assert "The sheet was changed meanwhile" in stale.text
    sign(client, work, number=2)
    assert ask(Score.waiting) == [(1,)]
    sign_in(markers[0])
    sign(client, work, number=2)
    assert ask(Score.points, Score.waiting) == [(750, 0)]


def test_a_counted_sheet_stands_until_its_change_is_signed_twice(
    client,
    marker,
    markers,
    desk,
    work,
    sign_in,
):
    by_jury(client, desk)
    give(client, work, levels=(5, 5))
    sign(client, work)
    sign_in(markers[1])
    sign(client, work)
    give(client, work, levels=(1, 1))
    assert ask(Score.points) == [(1000,)]
    sign(client, work, number=2)
    assert ask(Score.points) == [(1000,)]
    sign_in(markers[0])
    sign(client, work, number=2)
    assert ask(Score.points) == [(0,)]


def test_without_a_sheet_there_is_nothing_to_sign(client, marker, work):
    assert sign(client, work).status_code == 409


def test_sheets_are_printed_for_everybody_or_for_one(client, marker, desk, learners):
    everybody = client.get(f"{desk}/sheets").text
    assert everybody.count('class="panel sheet') == 2
    assert "First signature, name" in everybody
    one = client.get(f"{desk}/sheets?person={learners[1].public_id}").text
    assert "Brahim</h2>" in one
    assert "Amina</h2>" not in one
    arabic = client.get(f"{desk.replace('/fr/', '/ar/')}/sheets").text
    assert 'dir="rtl"' in arabic

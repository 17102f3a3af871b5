"""Who runs a center writes, changes and ends its announcements; each act counts once."""

import pytest
from sqlalchemy import text

from app.sdk import session

BASE = "/en/c/kenitra/x/announcements"


def typed(**more):
    given = {
        "form_key": "k1",
        "version": "0",
        "title_fr": "Fermé lundi",
        "text_fr": "Le centre est **fermé**.",
        "shown_from": "2020-01-01",
        "shown_until": "",
    }
    return given | more


def acts():
    """Return the acts of the audit trail that are the plugin's, in their order."""
    found = session.scalars(text("SELECT verb FROM audit_entry ORDER BY id"))
    return [verb for verb in found if verb.startswith("announcements.")]


def rows():
    found = "SELECT public_id, title_fr, version, ended_at FROM announcements_announcement"
    return list(session.execute(text(f"{found} ORDER BY id")))


@pytest.fixture
def manager(as_user, center):
    return as_user("manager", center(), name="Hind")


def write(browser, **more):
    return browser.post(f"{BASE}/new", data=typed(**more))


def edit(browser, **more):
    (row,) = rows()
    return browser.post(f"{BASE}/{row.public_id}/edit", data=typed(**more))


def test_what_is_announced_stands_in_the_list_and_in_the_audit_trail(manager):
    assert write(manager).status_code == 303
    assert "Fermé lundi" in manager.get(f"{BASE}/").text
    assert acts() == ["announcements.write"]


def test_a_form_sent_twice_announces_once(manager):
    assert write(manager).status_code == write(manager).status_code == 303
    assert len(rows()) == 1
    assert acts() == ["announcements.write"]


def test_two_forms_announce_twice(manager):
    write(manager)
    write(manager, form_key="k2")
    assert len(rows()) == 2


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"title_fr": " ", "text_fr": ""}, "Give it a title in at least one language"),
        ({"text_ar": "نص"}, "A text stands without a title in its language"),
        ({"shown_until": "2019-12-31"}, "Its last day lies before its first one"),
        ({"shown_until": "2020-01-02"}, "Its last day is over, so nobody would see it"),
        ({"text_fr": "# Grand"}, "Headings do not fit on a first page"),
        ({"text_fr": "![x](https://a.example/x.png)"}, "A link or an image leads nowhere"),
        ({"text_fr": "[x](javascript:alert(1))"}, "A link or an image leads nowhere"),
        ({"title_fr": "x" * 121}, "This is too long"),
        ({"text_fr": "x" * 1501}, "This is too long"),
        ({"shown_from": "soon"}, "This was not kept yet"),
        ({"author_id": "1"}, "The form holds a field that it should not"),
    ],
)
def test_what_cannot_be_announced_is_refused_in_a_sentence_and_not_kept(manager, more, sentence):
    answer = write(manager, **more)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert rows() == []
    assert acts() == []


def test_a_refused_form_still_holds_what_was_typed(manager):
    answer = write(manager, shown_until="2019-12-31", title_ar="الاثنين")
    assert "الاثنين" in answer.text


def test_an_announcement_is_changed_in_its_place(manager):
    write(manager)
    assert edit(manager, version="1", title_fr="Ouvert lundi").status_code == 303
    assert [(row.title_fr, row.version) for row in rows()] == [("Ouvert lundi", 2)]
    assert acts() == ["announcements.write", "announcements.edit"]


def test_a_change_sent_twice_counts_once(manager):
    write(manager)
    for _ in range(2):
        assert edit(manager, version="1", title_fr="Ouvert lundi").status_code == 303
    assert acts() == ["announcements.write", "announcements.edit"]


def test_who_comes_second_does_not_undo_the_first(manager):
    write(manager)
    edit(manager, version="1", title_fr="Ouvert lundi")
    answer = edit(manager, version="1", title_fr="Ouvert mardi")
    assert answer.status_code == 422
    assert "Somebody changed or ended it while you wrote" in answer.text
    assert "Ouvert mardi" in answer.text
    assert rows()[0].title_fr == "Ouvert lundi"


def test_ending_counts_once_and_says_so(manager):
    write(manager)
    (row,) = rows()
    first = manager.post(f"{BASE}/{row.public_id}/end", follow_redirects=True)
    again = manager.post(f"{BASE}/{row.public_id}/end", follow_redirects=True)
    assert "learners do not see it any more" in first.text
    assert "It had ended already." in again.text
    assert acts() == ["announcements.write", "announcements.end"]


def test_what_ended_cannot_be_changed(manager):
    write(manager)
    (row,) = rows()
    manager.post(f"{BASE}/{row.public_id}/end")
    answer = manager.get(f"{BASE}/{row.public_id}/edit")
    assert answer.status_code == 409
    assert "This announcement has ended" in answer.text


def test_nobody_writes_without_the_right_at_that_center(manager, as_user, center):
    write(manager)
    (row,) = rows()
    strangers = [
        as_user("learner", center("fes")),
        as_user("instructor", center("safi")),
        as_user("manager", center("rabat")),
    ]
    for stranger in strangers:
        assert stranger.get(f"{BASE}/").status_code in (403, 404)
        assert write(stranger, form_key="k9").status_code in (403, 404)
        assert stranger.post(f"{BASE}/{row.public_id}/end").status_code in (403, 404)
    assert [row.ended_at for row in rows()] == [None]


def test_an_announcement_of_another_center_is_not_found_under_ones_own(manager, as_user, center):
    write(manager)
    (row,) = rows()
    other = as_user("manager", center("rabat"))
    there = "/en/c/rabat/x/announcements"
    assert row.title_fr not in other.get(f"{there}/").text
    assert other.get(f"{there}/{row.public_id}/edit").status_code == 404
    assert other.post(f"{there}/{row.public_id}/edit", data=typed()).status_code == 404
    assert other.post(f"{there}/{row.public_id}/end").status_code == 404


def test_a_center_announces_a_hundred_things_at_once_and_no_more(manager):
    for number in range(100):
        assert write(manager, form_key=f"n{number}").status_code == 303
    answer = write(manager, form_key="last")
    assert "There are 100 announcements already; this one was not kept." in answer.text
    assert len(rows()) == 100

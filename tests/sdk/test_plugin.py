"""What a plugin does with the site, and what it is refused."""

import pytest

from app.kernel import place
from app.sdk import (
    Actor,
    Invalid,
    NotFound,
    Plugin,
    get_person,
    list_cohorts,
    list_members,
    list_people,
    names_of,
    say,
    write,
)

NAME = "rihla_corner.panels"


@pytest.fixture
def me(plugin_app):
    return Plugin(NAME)


def test_people_of_a_center_are_those_of_the_actors_policy(as_user, center):
    one, two = center("one"), center("two")
    learner, manager = as_user("learner", one).person, as_user("manager", one).person
    seen = list_people(manager.actor, one.id).rows
    assert learner.public_id in [row.public_id for row in seen]
    assert get_person(manager.actor, one.id, learner.public_id).id == learner.id
    assert [row.id for row in list_members(manager.actor, one.id, one.cohort)] == [learner.id]
    assert names_of(manager.actor, one.id, [learner.id, 999])[learner.id].name == learner.name
    for ask in (list_people, list_cohorts):
        with pytest.raises(NotFound):
            ask(manager.actor, two.id)
        with pytest.raises(NotFound):
            ask(learner.actor, one.id)


def test_the_system_sees_nobody(center):
    with pytest.raises(NotFound):
        list_people(Actor(0, is_system=True), center().id)


def test_at_a_center_no_other_can_be_asked_for(as_user, center):
    one, two = center("one"), center("two")
    admin = as_user("admin").person.actor
    with place.at(one.id), pytest.raises(NotFound):
        list_people(admin, two.id)
    assert list_people(admin, two.id).rows == []


def test_a_job_acts_for_one_center_where_the_plugin_is_on(me, as_user, center):
    one, two = center("one"), center("two", on=False)
    learner = as_user("learner", one).person
    assert me.centers() == [one.id]
    with me.acting_at(one.id) as actor:
        assert learner.id in [row.id for row in list_people(actor, one.id).rows]
        assert not actor.can("site.manage")
        with pytest.raises(NotFound), me.acting_at(two.id):
            pass
        with pytest.raises(NotFound):
            list_people(actor, two.id)
    with pytest.raises(NotFound), me.acting_at(two.id):
        pass


def test_a_page_of_the_site_cannot_act_for_a_center(me, center, plugin_app):
    at = center()
    with plugin_app.test_request_context("/en/"), pytest.raises(NotFound), me.acting_at(at.id):
        pass


def test_settings_are_those_of_the_center_of_the_moment(me, center, keep_settings):
    at = center()
    keep_settings(at, word="Marhba")
    assert me.settings["word"] == "Welcome"
    with place.at(at.id):
        assert me.settings["word"] == "Marhba"


def test_addresses_can_be_made_outside_of_requests(me):
    found = me.url("center:visit", center="kenitra", language="ar", absolute=True)
    assert found == "http://localhost/ar/c/kenitra/x/corner/"


@pytest.mark.parametrize("name", ["../secret.key", "/etc/passwd", "a/../../b", ".env", "a\\b", ""])
def test_files_stay_in_the_plugins_own_folder(me, name):
    with pytest.raises(Invalid):
        me.files.write(name, b"")
    with pytest.raises(Invalid):
        me.files.read(name)


def test_files_are_kept_listed_and_removed(me):
    me.files.write("2026/card.txt", b"one")
    me.files.write("2026/card.txt", b"two")
    assert me.files.read("2026/card.txt") == b"two"
    assert me.files.list() == ["2026/card.txt"]
    me.files.delete("2026/card.txt")
    me.files.delete("2026/card.txt")
    assert not me.files.exists("2026/card.txt")
    with pytest.raises(NotFound):
        me.files.read("2026/card.txt")


def test_a_link_out_of_the_folder_is_not_followed(me, tmp_path):
    me.files.write("inside.txt", b"")
    (me.files._folder / "out").symlink_to(tmp_path)
    with pytest.raises(Invalid):
        me.files.write("out/file.txt", b"")


def test_what_nobody_declared_is_not_sent(me, center):
    at = center()
    with pytest.raises(LookupError), write():
        me.notify("unknown", [1], say("x"), center_id=at.id, key="1", now=None)


def test_notices_are_not_sent_where_the_plugin_is_off(me, center):
    at = center(on=False)
    with pytest.raises(NotFound), write():
        me.notify("praise", [1], say("x"), center_id=at.id, key="1", now=None)

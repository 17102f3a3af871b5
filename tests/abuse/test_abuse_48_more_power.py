"""A manager hands out only less than they hold, and takes over nobody who holds as much."""

import pytest

from app.accounts.queries import list_grants
from tests.centers.making import belong, make_center


@pytest.fixture
def kenitra(database):
    return make_center("kenitra")


@pytest.fixture
def manager(make_person, kenitra, sign_in):
    manager = make_person("Manager", role="manager", scope="center", scope_id=kenitra)
    belong(kenitra, manager)
    sign_in(manager)
    return manager


def test_abuse_48_a_manager_makes_no_manager_and_no_admin(client, manager, kenitra, make_person):
    friend = make_person("Friend")
    belong(kenitra, friend)
    for address in (friend.email, manager.email):
        for role in ("manager", "admin", "office", "partner", "learner", ""):
            sent = {"address": address, "role": role}
            assert client.post("/fr/c/kenitra/staff", data=sent).status_code == 422
    assert list_grants(friend.id) == []
    assert len(list_grants(manager.id)) == 1


def test_abuse_48_no_role_for_oneself(client, manager):
    sent = {"address": manager.email, "role": "instructor"}
    assert client.post("/fr/c/kenitra/staff", data=sent).status_code == 422
    assert len(list_grants(manager.id)) == 1


@pytest.mark.parametrize(("role", "scope"), [("admin", "site"), ("manager", "center")])
def test_abuse_48_an_equal_is_neither_impersonated_nor_suspended(
    client, manager, kenitra, make_person, role, scope
):
    number = kenitra if scope == "center" else 0
    equal = make_person("Equal", role=role, scope=scope, scope_id=number)
    belong(kenitra, equal)
    url = f"/fr/c/kenitra/people/{equal.public_id}"
    page = client.get(url)
    assert f"{url}/code" not in page.text
    assert f"{url}/suspend" not in page.text
    assert client.post(f"{url}/code").status_code == 422
    assert client.post(f"{url}/suspend", data={"reason": "x"}).status_code == 422
    removed = client.post(f"/fr/c/kenitra/staff/{equal.public_id}/manager/remove")
    assert removed.status_code in (403, 404)


def test_abuse_48_a_manager_neither_opens_nor_closes_centers(client, manager):
    assert client.post("/fr/c/kenitra/state", data={"state": "closed"}).status_code == 404
    sent = {"name": "Mine", "slug": "mine", "state": "open"}
    assert client.post("/fr/centers", data=sent).status_code == 403

"""A manager of one center finds nothing of another one: every route, with every mix of the two."""

import re

import pytest

from app.accounts.models import RoleGrant
from app.kernel.db import db
from tests.centers.making import belong, make_center, make_cohort
from tests.rosters.making import HEAD, upload


@pytest.fixture
def world(make_person):
    """Two centers with the same things in each, and a manager of the first."""
    found = {}
    for slug in ("kenitra", "rabat"):
        center_id = make_center(slug)
        learner = make_person(f"Learner of {slug}")
        manager = make_person("Manager", role="manager", scope="center", scope_id=center_id)
        cohort_id, cohort = make_cohort(center_id)
        belong(center_id, learner, cohort_id=cohort_id)
        roster = upload(manager, center_id, HEAD + f"New,,new@{slug}.ma,,,\n")
        found[slug] = {
            "id": center_id,
            "manager": manager,
            "cohort": cohort,
            "person": learner.public_id,
            "roster": roster.public_id,
        }
    return found


def addresses(app, slug, things):
    for rule in app.url_map.iter_rules():
        if "<center>" not in rule.rule:
            continue
        kinds = {"/cohorts/": "cohort", "/people/": "person", "/rosters/": "roster"}
        kind = next((k for part, k in kinds.items() if part in rule.rule), "person")
        url = rule.rule.replace("<lang>", "fr").replace("<center>", slug)
        url = url.replace("<public_id>", things[kind]).replace("<role>", "instructor")
        url = re.sub(r"<(\w+:)?person>", things["person"], url)
        url = re.sub(r"<[^>]+>", "x", url)
        for method in rule.methods & {"GET", "POST"}:
            yield method, url, "<public_id>" in rule.rule


def test_abuse_47_every_route_of_another_center_is_a_404(app, client, sign_in, world):
    sign_in(world["kenitra"]["manager"])
    tried = 0
    for method, url, _ in addresses(app, "rabat", world["rabat"]):
        answer = client.open(url, method=method)
        assert answer.status_code == 404, (method, url, answer.status_code)
        tried += 1
    assert tried > 20


def test_abuse_47_things_of_another_center_are_not_under_ones_own(app, client, sign_in, world):
    sign_in(world["kenitra"]["manager"])
    for method, url, names_thing in addresses(app, "kenitra", world["rabat"]):
        if names_thing:
            answer = client.open(url, method=method)
            assert answer.status_code == 404, (method, url, answer.status_code)


def test_abuse_47_nobody_is_moved_and_no_role_is_gained(client, sign_in, world):
    sign_in(world["kenitra"]["manager"])
    cohort, stranger = world["kenitra"]["cohort"], "Learner of rabat"
    listed = client.get(f"/fr/c/kenitra/cohorts/{cohort}").text
    assert stranger not in listed
    before = db.session.query(RoleGrant).count()
    own = world["kenitra"]["manager"].email
    for url, sent in (
        ("/fr/c/rabat/staff", {"address": own, "role": "manager"}),
        ("/fr/c/rabat/rosters", {}),
        (f"/fr/c/rabat/cohorts/{world['rabat']['cohort']}/trainers", {"trainer": own}),
    ):
        assert client.post(url, data=sent).status_code == 404
    assert db.session.query(RoleGrant).count() == before

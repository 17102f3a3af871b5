"""Every route, for every role, on what is theirs and on the same thing of another center.

What must happen follows from the declaration on the view and from the roles of permissions; it is
worked out here anew, not asked of the code under test.
"""

import pytest

from app.kernel.actors import Permission
from app.kernel.hooks import hooks
from app.web.access import OPEN
from tests import routes
from tests.undo import undone
from tests.world import ROLES, opened

STRICTER = {
    ("centers.centers", "POST"): "centers.open",
    ("centers.cohorts", "POST"): "cohorts.manage",
    ("centers.courses", "POST"): "centers.manage",
    ("centers.staff", "POST"): "centers.manage",
    ("partners.partners", "POST"): "partners.manage",
    ("partners.add_person", "POST"): "roles.grant",
    ("partners.remove_person", "POST"): "roles.grant",
}
"""Acts that need more than the permission under which their route stands."""
REFUSED = (403, 404)


@pytest.fixture(scope="module")
def site(schema_url, site_folder):
    with opened(schema_url, site_folder) as found:
        yield found


def test_every_route_has_its_arguments(app):
    assert routes.missing(app) == []


def ask(site, rule, role, method, side):
    app, world = site
    path = routes.address(app, rule, world, side)
    with undone(app):
        client = app.test_client()
        if role in world.cookies:
            client.set_cookie("sid", world.cookies[role])
        return client.open(path, method=method).status_code


def grants_of(world, role):
    return world.people[role].grants if role in world.people else ()


def holds(world, role, permission, side=None):
    """Tell whether the role reaches the permission: for the site, or for a place of `side`."""
    roles = hooks.get(Permission, permission).roles
    places = {}
    if side is not None:
        places = {
            "center": side.center_id,
            "course": side.course_id,
            "cohort": side.cohort_id,
            "partner": side.partner_id,
        }
    return any(
        g.scope == "site" or places.get(g.scope) == g.scope_id
        for g in grants_of(world, role)
        if g.role in roles
    )


def expected(world, declared, role, side, is_list):
    """Return "open", "sign-in", 403 or 404."""
    if declared.rule == "public":
        return "open"
    if role == "visitor":
        return "sign-in"
    if declared.rule == "signed-in":
        return "open"
    if declared.scope == "site":
        return "open" if holds(world, role, declared.rule) else 403
    there = holds(world, role, declared.rule, side)
    if declared.scope == "center":
        return "open" if there else 404
    anywhere = holds(world, role, declared.rule, world.own)
    if not anywhere:
        return 403
    return "open" if there or is_list else 404


@pytest.mark.slow
@pytest.mark.parametrize("endpoint", routes.endpoints())
def test_a_route_opens_to_whom_it_is_declared_and_to_nobody_else(site, endpoint):
    app, world = site
    declared = app.view_functions[endpoint].access
    for rule in app.url_map.iter_rules(endpoint):
        is_list = not (set(rule.arguments) - {"lang"})
        for method in sorted(rule.methods & {"GET", "POST"}):
            for role in ROLES:
                for side in (world.own, world.other):
                    status = ask(site, rule, role, method, side)
                    want = expected(world, declared, role, side, is_list)
                    which = "own" if side is world.own else "other"
                    case = f"{method} {rule.rule} as {role}, {which}: {status}, want {want}"
                    check(case, status, want, method)
                    stricter = STRICTER.get((endpoint, method))
                    narrow = stricter and not holds(world, role, stricter, side)
                    has_things = endpoint not in routes.OF_ARCHIVES
                    if want == "open" and declared.rule not in OPEN and has_things:
                        assert (status in (*REFUSED, 422)) == bool(narrow) or status == 422, case


def check(case, status, want, method):
    assert status < 500, case
    if want == "open":
        assert status != 401, case
    elif want == "sign-in":
        assert status == (303 if method == "GET" else 403), case
    else:
        assert status == want, case


@pytest.mark.slow
def test_those_who_may_open_a_page_see_it(site):
    """A page that is open answers 200 to those who hold its permission for that place."""
    app, world = site
    for rule in routes.pages(app):
        declared = app.view_functions[rule.endpoint].access
        is_list = not (set(rule.arguments) - {"lang"})
        for role in ROLES[1:]:
            if declared.rule in ("public", "signed-in"):
                continue
            if expected(world, declared, role, world.own, is_list) == "open":
                status = ask((app, world), rule, role, "GET", world.own)
                assert status == 200, f"{rule.rule} as {role}: {status}"


@pytest.mark.slow
def test_things_of_another_center_are_not_found_under_ones_own(site):
    """Ids of center B under the address of center A: nothing, for everybody, admins included."""
    app, world = site
    for rule in routes.rules(app):
        values = routes.ARGUMENTS.get(rule.endpoint, {}).values()
        if "center" not in rule.arguments or all(value.startswith("=") for value in values):
            continue
        for method in sorted(rule.methods & {"GET", "POST"}):
            path = routes.address(app, rule, world, world.other).replace(
                f"/c/{world.other.center}/", f"/c/{world.own.center}/"
            )
            for role in ("manager", "admin"):
                with undone(app):
                    client = app.test_client()
                    client.set_cookie("sid", world.cookies[role])
                    status = client.open(path, method=method).status_code
                assert status == 404, f"{method} {path} as {role}: {status}"

"""Add fields that no form asks for: `role=admin`, `center_id=9`, every column that there is.

One request for each route that changes something, as somebody who may open it, with the name of
every column of every table beside it; once as a form and once as JSON.
"""

import importlib
import pkgutil

import pytest
from sqlalchemy import select

import app as application
from app.kernel.db import db
from app.web.access import OPEN
from app.web.forms import Form
from tests import routes, shipped
from tests.undo import undone

INVENTED = {"is_admin": "1", "is_published": "1", "score": "100"}
SAYS = ("holds a field that it should not", "More was sent than this page asks for")
COUNTED = {"throttle"}
"""That a password or code was tried is counted, also when it is refused."""
QUIET = {
    "accounts.send_theme": (303, {"theme": "dark"}),
    "activities.answer": (422, {"owner": ""}),  # a part of a page, for the lesson's script
    "admin.revoke_role": (422, {"role": "instructor", "place": "site:0"}),
    "credentials.decide": (422, {}),  # says itself that nothing was decided
    "credentials.shown": (422, {}),  # says itself that nothing was changed
    "exams.answers": (422, {}),  # these two are opened by a capability, which is not there
    "exams.question": (422, {}),
    "gradebook.decide": (422, {}),
    "installer.choose": (404, {}),  # this site has no catalog and no archive
    "installer.delete_kept": (404, {}),
    "installer.examine": (404, {}),
    "installer.forget": (303, {}),
    "installer.install": (404, {}),
    "installer.rollback": (404, {}),
    "installer.uninstall": (404, {}),
    "installer.upload": (403, {}),  # uploads are closed unless the operator opened them
    "learning.place": (204, {}),  # sent while the page is left: nobody would read an answer
    "offline.choose_data": (422, {"data": "low"}),
    "plugins.center_switch": (303, {}),
    "plugins.rules": (404, {}),
    "plugins.switch": (303, {}),
    "plugins.switch_centers": (404, {}),
    "projects.sign": (422, {}),
    "secondfactor.confirm": (422, {}),
    "secondfactor.renew_codes": (422, {}),
    "secondfactor.send_code": (303, {}),  # nobody signs in here, so it leads to the beginning
    "secondfactor.send_recovery": (303, {}),
    "secondfactor.switch_off": (422, {}),
    "signin.end_session": (404, {"session": "1"}),
    "signup.drop_address": (404, {"address": "1"}),
} | shipped.quiet()
"""Routes that refuse in another way than by the two sentences: how, and with which good fields."""


def extra():
    """Return a value for every column that there is, also in tables of plugins."""
    columns = sorted({column.name for table in shipped.tables() for column in table.c})
    return {**INVENTED, **dict.fromkeys(columns, "1")}


def posting():
    return [name for name in routes.endpoints() if "POST" in routes._methods()[name]]


def rows():
    """Return every row of every table as the database holds it now."""
    db.session.rollback()
    return {
        table.name: sorted(map(repr, db.session.execute(select(table)).all()))
        for table in shipped.tables()
        if table.name not in COUNTED
    }


def role_for(app, endpoint):
    rule = app.view_functions[endpoint].access.rule
    return {"public": "visitor", "signed-in": "learner"}.get(rule, "admin")


def refused(place, endpoint, *, as_json=False):
    """Send it, and return the answers that changed something or were no refusal."""
    app, world = place
    wrong = []
    with app.app_context():
        sent = {"json": extra()} if as_json else {"data": extra() | QUIET.get(endpoint, (0, {}))[1]}
    for rule in app.url_map.iter_rules(endpoint):
        path = routes.address(app, rule, world, world.own, "en")
        with undone(app):
            before = rows()
            client = app.test_client()
            role = role_for(app, endpoint)
            if role in world.cookies:
                client.set_cookie("sid", world.cookies[role])
            answer = client.post(path, **sent)
            if rows() != before:
                wrong.append(f"{path} as {role} changed something: {answer.status_code}")
            elif not is_refusal(endpoint, answer, as_json):
                wrong.append(f"{path} as {role}: {answer.status_code}")
    return wrong


def is_refusal(endpoint, answer, as_json):
    if endpoint in QUIET and not as_json:
        return answer.status_code == QUIET[endpoint][0]
    return answer.status_code in (400, 422) and any(words in answer.text for words in SAYS)


@pytest.mark.parametrize("endpoint", posting())
def test_no_route_takes_a_column_that_its_form_does_not_ask_for(place, endpoint):
    assert refused(place, endpoint) == []


@pytest.mark.parametrize("endpoint", posting())
def test_no_route_takes_a_column_as_json(place, endpoint):
    assert refused(place, endpoint, as_json=True) == []


def every_form():
    for found in pkgutil.walk_packages(application.__path__, "app."):
        if found.name.endswith((".forms", ".routes")):
            importlib.import_module(found.name)
    left, seen = [Form], set()
    while left:
        form = left.pop()
        seen.add(form)
        left += form.__subclasses__()
    return seen


def test_no_form_lets_a_column_through_beside_its_fields(place):
    with place[0].app_context():
        columns, tables = set(extra()), {table.name for table in shipped.tables()}
    loose = {form.__name__: set(form.allowed_extra) & columns for form in every_form()}
    assert {"person", "sample_note"} <= tables, "of plugins too"
    assert len(loose) > 30
    assert {name: names for name, names in loose.items() if names} == {}


def test_forms_that_reach_a_table_of_powers_name_no_column_of_it():
    """A field that is called as a column of these tables would be one step from being kept."""
    guarded = {"epoch", "password_hash", "suspended_at", "erased_at", "granted_at", "scope_id"}
    named = {
        form.__name__: {name for name in dir(form) if name in guarded} for form in every_form()
    }
    assert {name: names for name, names in named.items() if names} == {}


def test_every_route_that_is_quiet_is_still_there():
    assert set(QUIET) <= set(routes._methods())
    assert OPEN == ("public", "signed-in")

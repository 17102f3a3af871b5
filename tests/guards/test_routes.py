"""What must be true of every route, also of those not yet written."""

import re

import pytest

from app.web.access import OPEN, UndeclaredAccess, check

RULE = re.compile(r"^(/([a-z0-9.-]+|<[^>]+>|[a-z0-9.-]*<[^>]+>[a-z0-9.-]*)?)+$")
WITHOUT_LANGUAGE = {
    *("web.root", "web.static", "web.healthz", "web.readyz", "offline.worker"),
    # what a signature names stays at one address, whoever reads it
    *("credentials.credential", "credentials.document", "credentials.did"),
    "credentials.status_list",
    # the worker of the page that checks codes has a say in one folder
    *("checker.code", "checker.page", "checker.data", "checker.worker"),
}


def rules(app):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_every_view_says_who_may_open_it(app):
    for rule in rules(app):
        assert hasattr(app.view_functions[rule.endpoint], "access"), rule


def test_an_application_with_a_silent_view_does_not_start(app, database):
    app.view_functions["silent"] = lambda: ""
    try:
        with pytest.raises(UndeclaredAccess, match="silent"):
            check(app)
    finally:
        del app.view_functions["silent"]


def test_addresses_are_kebab_case_and_begin_with_the_language(app):
    for rule in rules(app):
        assert RULE.match(rule.rule), rule.rule
        if rule.endpoint not in WITHOUT_LANGUAGE:
            assert rule.rule.startswith("/<lang>"), rule.rule


def test_a_view_reads_or_acts_and_never_both_without_saying(app):
    for rule in rules(app):
        assert rule.methods <= {"GET", "HEAD", "OPTIONS", "POST"}, rule


def test_pages_of_a_center_ask_for_a_permission_there(app):
    for rule in rules(app):
        declared = app.view_functions[rule.endpoint].access
        if "<center>" in rule.rule:
            assert declared.rule not in OPEN, rule.rule
            assert declared.scope in ("center", "own"), rule.rule


def test_a_visitor_gets_no_server_error_anywhere(app, client):
    for rule in rules(app):
        if "GET" not in rule.methods or rule.endpoint == "web.static":
            continue
        url = re.sub(r"<[^>]*lang>", "fr", rule.rule)
        url = re.sub(r"<int:[^>]+>", "1", url)
        url = re.sub(r"<[^>]+>", "x", url)
        assert client.get(url).status_code < 500, url


def test_no_get_writes(app, client, make_person, sign_in, statements):
    sign_in(make_person(role="admin"))
    writes = re.compile(r"\s*(INSERT|UPDATE|DELETE)", re.IGNORECASE)
    for rule in rules(app):
        if "GET" not in rule.methods or rule.arguments - {"lang"}:
            continue
        with statements() as seen:
            response = client.get(rule.rule.replace("<lang>", "fr"))
        assert response.status_code < 500, rule.rule
        assert not [s for s in seen if writes.match(s) and "sign_in_session" not in s], rule.rule

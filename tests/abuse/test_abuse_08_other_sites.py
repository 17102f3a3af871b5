"""Send forms from another site, sign-in and sign-out included; write by following a link."""

import pytest

from app.signin import rules

PASSWORD = "quatre mots en ligne"
HASH = rules.hash_password(PASSWORD)
FORMS = [
    "/fr/sign-in",
    "/fr/sign-out",
    "/fr/sign-up",
    "/fr/forgot",
    "/fr/code",
    "/fr/account",
    "/fr/account/theme",
    "/fr/account/password",
    "/fr/account/addresses",
    "/fr/account/sessions/end",
    "/fr/account/sessions/end-others",
    "/fr/account/my-data/export",
    "/fr/account/my-data/erase",
]


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_the_browser_says_that_it_comes_from_elsewhere(client, sign_in, make_person, path, headers):
    sign_in(make_person())
    assert client.post(path, headers=headers).status_code == 403
    assert client.get("/fr/account").status_code == 200


@pytest.fixture
def strict(app):
    app.config["WTF_CSRF_ENABLED"] = True
    yield
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.mark.parametrize("path", FORMS)
def test_an_old_browser_needs_the_token(client, sign_in, make_person, strict, path):
    sign_in(make_person())
    assert client.post(path, headers={"Sec-Fetch-Site": "none"}).status_code == 400
    assert client.get("/fr/account").status_code == 200


def test_with_the_token_the_form_is_taken(client, make_person, strict):
    import re

    make_person(email="amina@example.org", password_hash=HASH)
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/fr/sign-in").text)[1]
    data = {"email": "amina@example.org", "password": PASSWORD, "csrf_token": token}
    assert client.post("/fr/sign-in", data=data).status_code == 303


def test_reading_every_page_of_ones_account_writes_nothing(
    client, app, sign_in, make_person, statements
):
    sign_in(make_person())
    paths = [
        rule.rule.replace("<lang>", "fr")
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods
        and rule.endpoint.split(".")[0] in ("accounts", "signin", "signup", "privacy")
        and rule.arguments <= {"lang"}
    ]
    assert len(paths) > 10
    with statements() as seen:
        for path in paths:
            assert client.get(path).status_code < 500, path
    assert [s for s in seen if not s.lstrip().startswith("SELECT")] == []


def test_a_link_does_not_sign_out(client, sign_in, make_person):
    sign_in(make_person())
    client.get("/fr/sign-out")
    assert client.get("/fr/account").status_code == 200

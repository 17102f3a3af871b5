"""Lead somebody from our sign-in to another site by `next`."""

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.signin import rules

PASSWORD = "quatre mots en ligne"
HASH = rules.hash_password(PASSWORD)
EVIL = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%5Cevil.example",
    "/%2Fevil.example",
    "%2F%2Fevil.example",
    "https:evil.example",
    "https://evil.example",
    "https:///evil.example",
    "http:/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/fr/%0d%0aLocation:%20//evil.example",
    "/fr/\r\nSet-Cookie: a=b",
    "/\t/evil.example",
    "/ /evil.example",
    " //evil.example",
    "evil.example",
    "@evil.example",
    "",
    "?next=//evil.example",
    "/" + "x" * 3000,
]


@pytest.mark.parametrize("target", EVIL)
def test_only_paths_of_this_site_are_followed(client, make_person, target):
    make_person(email="amina@example.org", password_hash=HASH)
    response = client.post(
        "/fr/sign-in",
        query_string={"next": target},
        data={"email": "amina@example.org", "password": PASSWORD},
    )
    assert response.status_code == 303
    assert response.location == "/fr/"


@pytest.mark.parametrize("target", EVIL)
def test_nor_for_somebody_who_is_signed_in_already(client, make_person, sign_in, target):
    sign_in(make_person())
    assert client.get("/fr/sign-in", query_string={"next": target}).location == "/fr/"


@pytest.mark.parametrize(
    "target", ["/fr/account", "/ar/courses/x?page=2", "/fr/c/kenitra/people?q=%C3%A9", "/fr/#top"]
)
def test_a_path_of_this_site_is_followed(target):
    assert rules.safe_path(target) == target


@given(st.text(alphabet=st.sampled_from("/\\:@.?#%25cfe evil\t\r\nhtps"), max_size=30))
def test_whatever_is_followed_stays_on_this_site(target):
    found = rules.safe_path(target)
    if found is not None:
        assert urlsplit(urljoin("https://here.example/fr/sign-in", found)).netloc == "here.example"


def test_the_page_that_asks_to_sign_in_comes_back_to_itself(client):
    assert client.get("/fr/account?x=1").location == "/fr/sign-in?next=/fr/account?x%3D1"

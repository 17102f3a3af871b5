import pytest

from app.accounts import queries, services
from app.accounts.rules import parse_address
from app.kernel import clock
from app.kernel.db import write
from app.kernel.errors import Conflict, Invalid, NotFound


def add(**more):
    with write():
        return services.add_person(**({"name": "Amina", "now": clock.now()} | more))


def test_an_address_belongs_to_one_person(database):
    add(address=parse_address("a@example.org"))
    with pytest.raises(Conflict):
        add(address=parse_address("A@example.org"))


def test_a_person_has_a_name(database):
    with pytest.raises(Invalid):
        add(name=" \u200f ")


def test_people_are_found_by_what_others_type(database):
    made = add(address=parse_address("0612345678"))
    assert queries.find_person_by_address("+212 612 345678").id == made.id
    assert queries.find_person_by_address("+212 612 345678", confirmed=True) is None
    assert queries.find_person_by_address("nonsense") is None
    assert queries.get_person(made.public_id).id == made.id
    with pytest.raises(NotFound):
        queries.get_person("nobody")


def test_names_come_in_one_statement(make_person, statements):
    people = [make_person(name="A", name_ar="أ"), make_person(name="B")]
    with statements() as seen:
        names = queries.names_of([p.id for p in people] * 2, "ar")
    assert names == {people[0].id: "أ", people[1].id: "B"}
    assert len(seen) == 1
    assert queries.names_of([], "fr") == {}


def test_messages_go_to_the_oldest_confirmed_mail(make_person):
    amina = make_person(email="first@example.org", language="ar")
    with write():
        services.hold_address(
            amina.id, parse_address("second@example.org"), confirmed_at=clock.now()
        )
        services.hold_address(amina.id, parse_address("0612345678"), confirmed_at=clock.now())
    contact = queries.find_contact(amina.id)
    assert (contact.channel, contact.address, contact.language) == (
        "email",
        "first@example.org",
        "ar",
    )
    assert queries.find_contact(add().id) is None


def test_the_profile_is_kept(client, sign_in, make_person):
    amina = make_person()
    sign_in(amina)
    data = {"name": "Amina B.", "name_ar": "أمينة", "language": "ar"}
    assert client.post("/fr/account", data=data).status_code == 303
    person = queries.find_person(amina.id)
    assert (person.name, person.name_ar, person.language) == ("Amina B.", "أمينة", "ar")
    page = client.get("/fr/account").text
    assert 'value="Amina B."' in page


@pytest.mark.parametrize(
    "data",
    [
        {"name": "", "name_ar": "", "language": "fr"},
        {"name": "A", "name_ar": "", "language": "xx"},
        {"name": "A", "name_ar": ""},
        {"name": "x" * 101, "name_ar": "", "language": "fr"},
        {"name": "A", "name_ar": "", "language": "fr", "epoch": "0"},
    ],
)
def test_a_bad_profile_changes_nothing(client, sign_in, make_person, data):
    amina = make_person(name="Before")
    sign_in(amina)
    assert client.post("/fr/account", data=data).status_code == 422
    assert queries.find_person(amina.id).name == "Before"


def test_colors_are_kept_in_the_browser(client, sign_in, make_person):
    sign_in(make_person())
    client.post("/fr/account/theme", data={"theme": "dark"})
    assert client.get_cookie("theme").value == "dark"
    assert 'data-theme="dark"' in client.get("/fr/account").text
    client.post("/fr/account/theme", data={"theme": "auto"})
    assert client.get_cookie("theme") is None
    client.post("/fr/account/theme", data={"theme": '"><script>'})
    assert client.get_cookie("theme") is None


@pytest.mark.parametrize("lang", ["fr", "ar", "en"])
def test_the_pages_of_the_account_are_listed(client, sign_in, make_person, lang):
    sign_in(make_person())
    page = client.get(f"/{lang}/account").text
    for path in ("addresses", "password", "sessions", "my-data"):
        assert f'href="/{lang}/account/{path}"' in page
        assert client.get(f"/{lang}/account/{path}").status_code == 200


@pytest.mark.parametrize(
    "path", ["", "/addresses", "/password", "/sessions", "/my-data", "/my-data/erase"]
)
def test_visitors_are_asked_to_sign_in(client, path):
    response = client.get(f"/fr/account{path}")
    assert response.status_code == 303
    assert response.location.startswith("/fr/sign-in?next=")
    assert client.post(f"/fr/account{path}").status_code in (403, 405)

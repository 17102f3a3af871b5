"""The page that checks codes: light, the same for everybody, carrying what a check needs."""

import json
import re

import brotli
import pytest
from werkzeug.test import Client

from app.checker.routes import APART, KEPT
from app.credentials import documents, proofs, queries, services
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from app.kernel.i18n import LANGUAGES
from tests.conftest import add_session
from tests.credentials.making import award, make_place

MOST_BYTES = 40_000


@pytest.fixture
def number(app, make_person):
    person = make_person(name="Amina Idrissi")
    _, cohort_id, _ = make_place(person)
    return award(person, cohort_id)


def weights(app, paths):
    return {path: len(packed(app, path)) for path in paths}


def packed(app, path):
    return Client(app).get(path, headers={"Accept-Encoding": "br"}).data


def test_all_of_it_weighs_forty_kilobytes_at_most(app, number):
    asset = app.extensions["assets"].url
    frame = [*map(asset, KEPT), "/c/data.json", "/c/worker.js"]
    apart = [asset(name) for name in APART.values()]
    for lang in LANGUAGES:
        found = weights(app, [*frame, *apart, f"/c/{lang}/"])
        assert sum(found.values()) <= MOST_BYTES, found
    three = weights(app, [*frame, asset(APART["ed25519"]), *(f"/c/{one}/" for one in LANGUAGES)])
    assert sum(three.values()) <= MOST_BYTES, three
    for path in ("/c/fr/", asset("checker/checker.js")):
        assert len(brotli.decompress(packed(app, path))) > len(packed(app, path)), "compressed"


def test_the_page_is_the_same_for_everybody_and_holds_nothing_personal(app, client, make_person):
    person = make_person(name="Nadia Berrada")
    browser = app.test_client()
    browser.set_cookie("sid", add_session(person))
    browser.set_cookie("theme", "dark")
    for lang in LANGUAGES:
        answers = [one.get(f"/c/{lang}/") for one in (client, browser)]
        assert answers[0].data == answers[1].data
        for answer in answers:
            assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")
            assert "Set-Cookie" not in answer.headers
            assert not re.search("Nadia|csrf|sign-out|style=", answer.text)
            assert f'<html lang="{lang}"' in answer.text


@pytest.mark.parametrize(("asked", "lang"), [("ar-MA,ar;q=0.9", "ar"), ("en", "en"), ("de", "fr")])
def test_the_address_in_a_code_leads_to_the_page_in_the_language_of_the_browser(
    client, asked, lang
):
    answer = client.get("/c/", headers={"Accept-Language": asked})
    assert (answer.status_code, answer.location) == (302, f"/c/{lang}/")
    assert "Accept-Language" in answer.headers["Vary"]


def test_the_page_carries_every_key_and_every_list_as_they_were_signed(client, number):
    with write():
        services.add_key(actor=SYSTEM)
    carried = client.get("/c/data.json").json
    assert carried["keys"] == client.get("/.well-known/did.json").json
    assert len(carried["keys"]["verificationMethod"]) == 2
    assert carried["lists"] == {"1": client.get("/credentials/status/1").json}
    found = proofs.check(carried["lists"]["1"], queries.find_public_key)
    assert found is proofs.Outcome.GOOD


def test_before_the_first_certificate_there_is_nothing_to_carry(client):
    carried = client.get("/c/data.json").json
    assert carried["lists"] == {}
    assert carried["keys"]["verificationMethod"] == []


def test_the_worker_changes_with_what_it_keeps(app, client):
    text = client.get("/c/worker.js")
    kept = json.loads(re.search(r"KEPT = (\{.*?\}), NAME", text.text)[1])
    assert text.content_type.startswith("text/javascript")
    assert text.cache_control.no_cache
    for path in [*kept["files"], *kept["apart"].values(), *kept["pages"], kept["data"]]:
        assert client.get(path).status_code == 200, path
    page = client.get("/c/fr/").text
    linked = re.findall(r'(?:href|src|data-\w+)="(/static/[^"]+)"', page)
    assert set(linked) <= {*kept["files"], *kept["apart"].values()}, "all works without network"


def test_a_browser_without_javascript_is_led_to_the_check_by_number(client):
    page = client.get("/c/fr/").text
    assert '<a href="/fr/check">' in page.split("<noscript>")[1].split("</noscript>")[0]
    assert '<a href="/c/fr/">' in client.get("/fr/check").text


def test_the_lines_of_a_list_that_the_format_promises_are_those_that_are_signed(app, number):
    """The page verifies lists with a template: docs/certificate-statement.md."""
    listed = json.loads(queries.find_list(1))
    issuer = documents.Issuer(queries.issuer().url, "")
    here, did = issuer.status_list(1), issuer.did
    with open("docs/certificate-statement.md", encoding="utf-8") as page:
        blocks = page.read().split("```\n")
    proof = listed.pop("proof")
    values = {
        "ID": here, "DID": did, "AT": listed["validFrom"], "CREATED": proof["created"],
        "BITS": listed["credentialSubject"]["encodedList"], "METHOD": proof["verificationMethod"],
    }  # fmt: skip
    config = {"@context": listed["@context"], **proof}
    config.pop("proofValue")
    for start, signed in (("<ID#list>", listed), ("_:c14n0", config)):
        block = next(one for one in blocks if one.startswith(start))
        for word, value in values.items():
            block = re.sub(rf"(?<=[<\"]){word}(?=[>\"#])", value, block)
        assert block.encode() == proofs.canonical(signed)
    db.session.rollback()

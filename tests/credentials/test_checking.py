"""Checking a certificate: by its number, by its file, and as other programs do."""

import base64
import gzip
import io
import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from app.accounts.services import change_names
from app.credentials import baking, proofs, queries, services
from app.credentials.models import Credential
from app.credentials.proofs import Outcome
from app.kernel import clock, jobs
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from tests.credentials.making import award, make_place, signed
from tests.credentials.test_baking import SVG, png

MOST_BYTES = 15_000


@pytest.fixture
def amina(make_person):
    return make_person(name="Amina Idrissi", name_ar="أمينة الإدريسي", email="amina@example.org")


@pytest.fixture
def cohort(database, amina):
    return make_place(amina)[1]


@pytest.fixture
def number(amina, cohort):
    return award(amina, cohort)


def revoke(number):
    with write():
        services.revoke_credential(
            actor=SYSTEM, public_id=number, reason="Fraude à l’examen.",
            appeal_until=(clock.now() + timedelta(days=30)).date(), now=clock.now(),
        )  # fmt: skip
    jobs.drain()


def send(client, document, name="c.json"):
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return client.post("/en/check", data={"file": (io.BytesIO(content), name)}).text


def test_anybody_reads_the_verdict_first_then_what_was_earned(client, number):
    answer = client.get(f"/en/check/{number}")
    page = answer.text
    assert answer.status_code == 200
    main = page[page.index("<main") :]
    order = ("This certificate is valid", "Amina Idrissi", "أمينة", "Kenitra", "DA-7", number)
    assert sorted(order, key=main.index) == list(order)
    assert 'name="robots" content="noindex"' in page


@pytest.mark.parametrize("language", ["fr", "ar", "en"])
def test_the_page_is_small_before_it_is_compressed(client, number, language):
    assert len(client.get(f"/{language}/check/{number}").data) <= MOST_BYTES


def test_nothing_but_what_was_agreed_leaves_the_page(client, number, amina):
    page = client.get(f"/en/check/{number}").text
    row = queries.find_credential(number)
    for secret in (amina.email, amina.public_id, row.identity["salt"], row.identity["hash"]):
        assert secret not in page


def test_a_revoked_one_says_when_why_and_until_when_it_can_be_appealed(client, number):
    revoke(number)
    page = client.get(f"/en/check/{number}").text
    assert "This certificate was revoked" in page
    assert "Fraude à l’examen." in page
    assert "It can be appealed until" in page


def test_a_replaced_one_leads_to_the_one_that_counts(client, number, amina):
    with write():
        change_names(actor=amina.actor, name="Amina El Idrissi", name_ar="")
    with write():
        new = services.correct_name(actor=SYSTEM, public_id=number).public_id
    page = client.get(f"/en/check/{number}").text
    assert "This certificate was replaced" in page
    assert f"/en/check/{new}" in page
    assert "This certificate is valid" in client.get(f"/en/check/{new}").text


def test_an_expired_one_says_so(client, amina, cohort, travel):
    number = award(amina, cohort, expires_on=(clock.now() + timedelta(days=5)).date())
    assert "This certificate is valid" in client.get(f"/en/check/{number}").text
    travel(days=7)
    assert "This certificate has expired" in client.get(f"/en/check/{number}").text


def test_an_unknown_number_is_said_so_and_guessing_is_slowed(client, number):
    answer = client.get("/en/check/" + "A" * 22)
    assert answer.status_code == 404
    assert "No certificate has this number" in answer.text
    codes = [client.get(f"/en/check/{n:022}").status_code for n in range(40)]
    assert 429 in codes
    assert client.get(f"/en/check/{number}").status_code == 200


def test_a_number_may_be_typed_or_come_as_an_address(client, number):
    for typed in (number, f" {number} ", f"http://localhost/credentials/{number}",
                  f"https://x.org/fr/check/{number}?a=b"):  # fmt: skip
        answer = client.get("/en/check", query_string={"number": typed})
        assert answer.headers["Location"].endswith(f"/en/check/{number}"), typed
    assert "no number of a certificate" in client.get("/en/check?number=RIH-2026").text


def test_its_own_address_leads_to_its_page(client, number):
    answer = client.get(f"/credentials/{number}", headers={"Accept-Language": "ar"})
    assert answer.headers["Location"].endswith(f"/ar/check/{number}")


def test_the_file_as_it_was_signed_is_recognized(client, number):
    file = client.get(f"/credentials/{number}.json")
    assert file.headers["Access-Control-Allow-Origin"] == "*"
    page = send(client, file.data)
    assert "This certificate is valid" in page
    assert "unchanged, and signed by this site" in page
    pasted = client.post("/en/check", data={"text": file.text}).text
    assert "This certificate is valid" in pasted


def test_a_file_that_is_only_written_otherwise_is_recognized(client, number):
    document = signed(number)
    page = send(client, {**document, "proof": [document["proof"]]})
    assert "This certificate is valid" in page
    assert "unchanged, and signed by this site" in page


def test_a_file_that_gives_words_another_meaning_is_refused(client, number):
    document = signed(number)
    document["@context"].append({"honors": "https://example.org/honors"})
    assert "changed after it was signed" in send(client, document)


def test_a_badge_is_checked_as_its_file_is(client, number):
    text = json.dumps(signed(number), ensure_ascii=False)
    picture = baking.bake_png(png(), text)
    assert "This certificate is valid" in send(client, picture, "badge.png")
    picture = baking.bake_svg(SVG, text).encode()
    assert "This certificate is valid" in send(client, picture, "badge.svg")
    picture = baking.bake_svg(SVG, text.replace("DA-7", "DA-8")).encode()
    assert "changed after it was signed" in send(client, picture, "badge.svg")


def test_an_edited_file_is_told_apart_and_what_differs_is_named(client, number):
    document = signed(number)
    document["credentialSubject"]["identifier"][0]["identityHash"] = "Omar Tazi"
    level = document["credentialSubject"]["result"][1]
    level["value"] = "advanced"
    page = send(client, document)
    assert "changed after it was signed" in page
    assert "Omar Tazi" in page
    assert '<del dir="auto">advanced</del>' in page
    assert "This certificate is valid" not in page


def test_a_file_signed_with_a_key_that_is_not_ours_is_told_apart(client, number):
    document = signed(number)
    plain = {key: value for key, value in document.items() if key != "proof"}
    strange = Ed25519PrivateKey.generate()
    other = proofs.sign(plain, strange, queries.issuer().method(7), clock.now())
    assert "signed with a key that is not ours" in send(client, other)
    posing = proofs.sign(plain, strange, queries.issuer().method(1), clock.now())
    assert "changed after it was signed" in send(client, posing)


def test_an_older_key_still_counts_after_three_rotations(client, number):
    for _ in range(3):
        with write():
            services.add_key(actor=SYSTEM)
    page = send(client, signed(number))
    assert "This certificate is valid" in page
    assert "older key of this site, which counts" in page
    assert proofs.check(signed(number), queries.find_public_key) is Outcome.GOOD
    listed = client.get("/.well-known/did.json").json["verificationMethod"]
    assert [one["id"].rsplit("-", 1)[-1] for one in listed] == ["1", "2", "3", "4"]


def test_another_issuer_is_named(client, number):
    document = signed(number)
    document["issuer"]["id"] = "did:web:ailleurs.example.org"
    page = send(client, document)
    assert "This site did not issue this certificate" in page
    assert "did:web:ailleurs.example.org" in page


def test_a_revoked_file_is_revoked_however_right_its_signature(client, number):
    revoke(number)
    assert "This certificate was revoked" in send(client, signed(number))


def test_a_file_whose_record_is_gone_is_told_apart(client, number, amina):
    document = signed(number)
    with write() as session:
        session.query(Credential).delete()
    assert "keeps no record of it" in send(client, document)


def test_an_unsigned_file_proves_nothing(client, number):
    document = signed(number)
    del document["proof"]
    assert "This certificate is not signed" in send(client, document)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"%PDF-1.7 somebody else's", "A PDF proves nothing by itself"),
        (b"\x89PNG\r\n\x1a\n", "No certificate lies in this picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "No certificate lies in this picture"),
        (b"\xff\xd8\xff\xe0 a photo", "No certificate lies in this picture"),
        (b"\0\0\0\x18ftypheic", "No certificate lies in this picture"),
        (b"{broken", "broken, cut off, or something else"),
        (b"[1, 2]", "broken, cut off, or something else"),
        (b"\xff\xfe\x00", "broken, cut off, or something else"),
        (b'{"credentialSubject": []}', "broken, cut off, or something else"),
        (b"[" * 50_000, "broken, cut off, or something else"),
        (b"{" + b" " * 150_000 + b"}", "It is too large"),
    ],
)
def test_what_is_no_certificate_is_refused_in_a_sentence(client, database, content, why):
    page = send(client, content)
    assert "This is no file of a certificate" in page
    assert why in page


def test_a_file_of_twenty_megabytes_is_refused_in_a_sentence(client, database):
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="c.png"\r\n\r\n'
    answer = client.post(
        "/en/check",
        data=head + bytes(20_000_000) + b"\r\n--x--\r\n",
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.status_code == 413
    assert "That is too large" in answer.text


def test_nothing_sent_asks_again(client, database):
    answer = client.post("/en/check", data={"text": ""})
    assert answer.status_code == 200
    assert "Check a certificate" in answer.text


def test_the_list_is_signed_by_the_issuer_and_knows_who_was_revoked(client, number):
    before = client.get("/credentials/status/1").json
    revoke(number)
    after = client.get("/credentials/status/1").json
    for one in (before, after):
        assert proofs.check(one, queries.find_public_key) is Outcome.GOOD
    entry = signed(number)["credentialStatus"]
    assert entry["statusListCredential"] == after["id"]
    index = int(entry["statusListIndex"])
    bits = [_bits(one)[index // 8] & (0x80 >> index % 8) for one in (before, after)]
    assert bits[0] == 0
    assert bits[1] != 0
    assert client.get("/credentials/status/2").status_code == 404


def _bits(document):
    packed = document["credentialSubject"]["encodedList"][1:]
    return gzip.decompress(base64.urlsafe_b64decode(packed + "==="))


def test_a_list_that_knows_less_never_takes_the_place_of_one_that_knows_more(number, monkeypatch):
    revoke(number)
    known = queries.find_list(1)
    monkeypatch.setattr(queries, "list_marked", lambda _number: [])
    with write():
        jobs.enqueue("credentials.publish_list", {"number": 1})
    jobs.drain()
    assert queries.find_list(1) == known


def test_the_private_key_is_encrypted_where_it_is_kept(number):
    key = queries.find_newest_key()
    assert key is not None
    kept = db.session.execute(text("SELECT sealed FROM signing_key")).scalar_one()
    raw = key.private.private_bytes_raw()
    assert raw not in base64.b64decode(kept)


def test_many_at_once_are_checked_without_a_statement_more_each(client, number, statements):
    client.get(f"/en/check/{number}")
    with statements() as seen:
        client.get(f"/en/check/{number}")
    assert len(seen) <= 3, seen

"""Abuse 09: forging a certificate: an edited file, a true number, another algorithm."""

import io
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.credentials import baking, proofs, queries
from app.kernel import clock
from tests.credentials.making import award, make_place, signed
from tests.credentials.test_baking import SVG


@pytest.fixture
def numbers(database, make_person):
    omar, amina = make_person(name="Omar Tazi"), make_person(name="Amina Idrissi")
    cohort_id = make_place(omar, amina)[1]
    return award(omar, cohort_id), award(amina, cohort_id)


def plain(document):
    return {name: value for name, value in document.items() if name != "proof"}


def renamed(document):
    copy = json.loads(json.dumps(document))
    copy["credentialSubject"]["identifier"][0]["identityHash"] = "Youssef Alami"
    return copy


def other_algorithm(document):
    return {**document, "proof": {**document["proof"], "cryptosuite": "none", "proofValue": "z"}}


def own_key(document):
    method = queries.issuer().method(1)
    return proofs.sign(plain(renamed(document)), Ed25519PrivateKey.generate(), method, clock.now())


FORGERIES = {
    "edited": renamed,
    "unsigned": lambda document: plain(renamed(document)),
    "another algorithm": other_algorithm,
    "a key of one's own": own_key,
}


@pytest.mark.parametrize("how", FORGERIES)
def test_a_forged_file_is_no_certificate_neither_by_itself_nor_in_a_badge(client, numbers, how):
    forged = json.dumps(FORGERIES[how](signed(numbers[0])), ensure_ascii=False)
    for content in (forged, baking.bake_svg(SVG, forged)):
        data = {"file": (io.BytesIO(content.encode()), "certificate")}
        page = client.post("/en/check", data=data).text
        assert "This certificate is valid" not in page
        assert 'class="verdict bad"' in page


def test_a_true_signature_under_another_certificate_proves_nothing(client, numbers):
    first, second = (signed(number) for number in numbers)
    text = json.dumps({**first, "proof": second["proof"]})
    page = client.post("/en/check", data={"text": text}).text
    assert "changed after it was signed" in page


def test_behind_a_copied_code_stands_our_record_and_the_name_in_it(client, numbers):
    page = client.get(f"/en/check/{numbers[0]}").text
    assert "Omar Tazi" in page
    assert "Amina Idrissi" not in page

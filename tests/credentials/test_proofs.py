"""What is signed, and that nothing else passes: with our own documents and those of others."""

import base64
import gzip
import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyld import jsonld

from app.credentials import contexts, documents, proofs
from app.credentials.proofs import Outcome

PLACES = [Path(os.environ.get("RIHLA_TEST_FIXTURES", "/nonexistent"))] + [
    parent / "shared" / "fixtures" for parent in Path(__file__).resolve().parents
]
SAMPLES = next(
    (found for place in PLACES if (found := place / "open-badges" / "ob30").is_dir()), None
)
"""Samples signed by others: beside the checkout, or where a variable says."""
ISSUER = documents.Issuer("https://learn.example.org", "Programme")
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NOW = datetime(2026, 11, 23, 20, tzinfo=UTC)
FACTS = {
    "title": {"fr": "Python et données", "ar": "بايثون والبيانات"},
    "summary": {"fr": "Lire et décrire des données."},
    "source": "fr",
    "slug": "python-donnees",
    "revision": "ab" * 32,
    "level": "beginner",
    "hours": 40.0,
    "skills": [{"framework": "DigComp", "version": "3.0", "code": "1.1"}],
    "cohort": "DA-7",
    "center": ["Kénitra", "القنيطرة"],
    "sponsor": ["Atlas", ""],
    "why": {"fr": "Cours terminé."},
    "earned_at": "2026-11-23T20:00:00Z",
}
AWARD = documents.Award(
    "x" * 22,
    ["Amina Idrissi", "أمينة الإدريسي"],
    documents.identity_of("amina@example.org", "s4lt"),
    FACTS,
    NOW,
    NOW,
    1,
    42,
)


def find_key(method):
    return KEY.public_key() if method == ISSUER.method(1) else None


def sign(document):
    return proofs.sign(document, KEY, ISSUER.method(1), NOW)


def checked(document):
    try:
        return proofs.check(document, find_key)
    except proofs.Unreadable:
        return Outcome.BROKEN


@pytest.fixture(scope="module")
def good():
    return sign(documents.document_of(AWARD, ISSUER))


def test_what_was_signed_is_good_and_survives_another_order_of_keys(good):
    assert checked(good) is Outcome.GOOD
    turned = json.loads(json.dumps(dict(reversed(good.items())), sort_keys=True))
    assert checked(turned) is Outcome.GOOD


def test_every_word_of_a_credential_is_signed(good):
    dropped = []
    processor = jsonld.JsonLdProcessor(on_property_dropped=dropped.append)
    expanded = processor.expand(good, {"documentLoader": contexts.load, "base": ""})
    assert [name for name in dropped if not name.startswith("@")] == []
    lines = json.dumps(expanded, ensure_ascii=False)
    for text in ("Amina Idrissi", "أمينة الإدريسي", "beginner", "40", "DA-7", "Kénitra", "Atlas",
                 "DigComp 3.0", "ab" * 32, "s4lt", "Cours terminé."):  # fmt: skip
        assert text in lines, text


def test_a_word_that_no_context_knows_is_refused_by_who_signs_and_by_who_checks(good):
    with pytest.raises(proofs.Unreadable):
        sign({**documents.document_of(AWARD, ISSUER), "grade": "20/20"})
    assert checked({**good, "grade": "20/20"}) is Outcome.BROKEN


@pytest.mark.parametrize(
    "changes",
    [
        {"cryptosuite": "none"},
        {"cryptosuite": "eddsa-jcs-2022"},
        {"type": "Ed25519Signature2020"},
        {"proofPurpose": "authentication"},
        {"proofValue": "z"},
        {"proofValue": "u" + "A" * 86},
        {"domain": "example.org"},
        {"verificationMethod": ["did:web:learn.example.org#key-1"]},
    ],
)
def test_only_one_kind_of_proof_counts(good, changes):
    assert checked({**good, "proof": {**good["proof"], **changes}}) is not Outcome.GOOD


def test_a_key_of_another_issuer_does_not_count(good):
    stranger = {**good, "issuer": {**good["issuer"], "id": "did:web:elsewhere.example.org"}}
    assert checked(stranger) is Outcome.UNKNOWN_KEY
    other = Ed25519PrivateKey.generate()
    forged = proofs.sign(documents.document_of(AWARD, ISSUER), other, ISSUER.method(1), NOW)
    assert checked(forged) is Outcome.BROKEN
    forged = proofs.sign(documents.document_of(AWARD, ISSUER), other, ISSUER.method(9), NOW)
    assert checked(forged) is Outcome.UNKNOWN_KEY


def test_a_document_that_is_made_to_be_slow_is_given_up(must_end):
    nodes = [f"_:n{n}" for n in range(12)]
    tangle = {
        "@context": [contexts.CREDENTIALS, contexts.BADGES],
        "@graph": [{"id": a, "https://e.org/p": [{"id": b} for b in nodes]} for a in nodes],
    }
    with pytest.raises(proofs.Unreadable, match="tangled"):
        proofs.canonical(tangle)
    deep: dict[str, object] = {"@context": contexts.CREDENTIALS}
    for _ in range(500):
        deep = {"evidence": deep}
    with pytest.raises(proofs.Unreadable, match="deep"):
        proofs.canonical(deep)


def test_contexts_are_pinned_and_nothing_is_looked_up(monkeypatch):
    for url in contexts.PINNED:
        assert "@context" in contexts.read_context(url)
    with pytest.raises(contexts.UnknownContext):
        contexts.read_context("https://example.org/context")
    contexts.read_context.cache_clear()
    pinned = {contexts.BADGES: (contexts.PINNED[contexts.CREDENTIALS][0], "0" * 64)}
    monkeypatch.setattr(contexts, "PINNED", pinned)
    with pytest.raises(contexts.UnknownContext):
        contexts.read_context(contexts.BADGES)


def test_keys_are_written_as_others_write_them():
    known = "z6MkjZRZv3aez3r18pB1RBFJR1kwUVJ5jHt92JmQwXbd5hwi"
    key = proofs.read_multikey(known)
    assert key is not None
    assert proofs.multikey(key) == known
    for wrong in ("", "z", "z0", known[:-1], "u" + known[1:], "z" * 200):
        assert proofs.read_multikey(wrong) is None


def test_the_list_holds_a_bit_for_each_that_counts_no_more():
    made = documents.list_document(1, [0, 9, 131_071], ISSUER, NOW)
    packed = made["credentialSubject"]["encodedList"]
    assert packed.startswith("u")
    raw = gzip.decompress(base64.urlsafe_b64decode(packed[1:] + "==="))
    assert len(raw) == 16_384
    assert (raw[0], raw[1], raw[-1]) == (0x80, 0x40, 0x01)
    assert sum(bin(byte).count("1") for byte in raw) == 3
    assert checked(sign(made)) is Outcome.GOOD


@pytest.mark.skipif(SAMPLES is None, reason="the samples of others are not here")
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("complete", Outcome.GOOD),
        ("simple", Outcome.GOOD),
        ("simple-context-alias", Outcome.GOOD),
        ("simple-did-web-method", Outcome.GOOD),
        ("endorsement-valid", Outcome.GOOD),
        ("simple-noproof", Outcome.UNSIGNED),
        ("simple-err-proof-value", Outcome.BROKEN),
        ("simple-err-issuer-type", Outcome.BROKEN),
        ("simple-err-evidence-type", Outcome.BROKEN),
        ("simple-err-proof-method", Outcome.UNKNOWN_KEY),
        ("simple-err-issuer", Outcome.UNKNOWN_KEY),
    ],
)
def test_samples_signed_by_others_get_the_verdict_that_they_are_named_for(name, expected):
    document = json.loads((SAMPLES / f"{name}.json").read_text())

    def by_name(method):
        return proofs.read_multikey(method.rsplit("#", 1)[-1])

    try:
        outcome = proofs.check(document, by_name)
    except proofs.Unreadable:
        outcome = Outcome.BROKEN
    assert outcome is expected

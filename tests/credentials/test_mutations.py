"""Ten thousand changed credentials: bits, fields, keys, algorithms, status entries, contexts."""

import json
import random

import pytest

from app.credentials import documents
from app.credentials.proofs import Outcome
from tests.credentials.test_proofs import AWARD, ISSUER, checked, sign

PARTS = 8
GOOD = sign(documents.document_of(AWARD, ISSUER))
TEXT = json.dumps(GOOD, ensure_ascii=False).encode()
SIGNS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def leaves(thing, path=()):
    """Go through the places of all values that hold no others."""
    if isinstance(thing, dict | list):
        for key, each in thing.items() if isinstance(thing, dict) else enumerate(thing):
            yield from leaves(each, (*path, key))
    else:
        yield path


FIELDS = [path for path in leaves(GOOD) if path[0] not in ("proof", "@context")]


def holder(thing, path):
    for step in path[:-1]:
        thing = thing[step]
    return thing


def other(chance, old):
    """Return a text that differs in one bit of one letter, or in its length."""
    at = chance.randrange(len(old))
    return chance.choice(
        [old[:at] + chr(ord(old[at]) ^ 1 << chance.randrange(5)) + old[at + 1 :], old[:at],
         old + old[at]]
    )  # fmt: skip


def change_key(chance, made):
    """Another key, another issuer, or both in agreement."""
    stranger = f"did:web:{other(chance, 'learn.example.org')}"
    method = made["proof"]["verificationMethod"]
    named = chance.choice(
        [other(chance, method), f"{stranger}#key-1", ISSUER.method(chance.randrange(2, 99)),
         method.upper(), f" {method}", f"{method}#key-1"]
    )  # fmt: skip
    which = chance.randrange(3)
    if which != 1:
        made["proof"]["verificationMethod"] = named
    if which:
        made["issuer"]["id"] = stranger


def change_algorithm(chance, made):
    """Another suite, kind or purpose, a missing or added member, no proof, or two."""
    proof = made["proof"]
    name = chance.choice(["type", "cryptosuite", "proofPurpose"])
    others = ("eddsa-jcs-2022", "ecdsa-rdfc-2019", "none", "", "Ed25519Signature2020", "HS256")
    changes = [
        {**proof, name: other(chance, proof[name])},
        {**proof, name: chance.choice(others)},
        {**proof, "domain": "example.org"},
        {member: value for member, value in proof.items() if member != name},
        [proof, proof],
        [],
        None,
        json.dumps(proof),
    ]
    made["proof"] = chance.choice(changes)


def malform(chance, made):
    """A signature that is too short or too long, or in another alphabet."""
    old = made["proof"]["proofValue"]
    at = chance.randrange(1, len(old))
    made["proof"]["proofValue"] = chance.choice(
        ["z", "", old[1:], "u" + old[1:], old[:at], old + old[at:], old[:at] + "0l" + old[at:],
         old.swapcase(), "z1" + old[1:]]
    )  # fmt: skip


def change_signature(chance, made):
    old = made["proof"]["proofValue"]
    at = chance.randrange(1, len(old))
    sign_ = chance.choice(SIGNS.replace(old[at], ""))
    made["proof"]["proofValue"] = old[:at] + sign_ + old[at + 1 :]


def change_created(chance, made):
    made["proof"]["created"] = other(chance, made["proof"]["created"])


def change_context(chance, made):
    """A context that is missing, changed, another version, or gives a word another meaning."""
    known = made["@context"]
    at = chance.randrange(len(known))
    made["@context"] = chance.choice(
        [
            [*known[:at], *known[at + 1 :]],
            [*known[:at], other(chance, known[at]), *known[at + 1 :]],
            [*known, "https://www.w3.org/2018/credentials/v1"],
            [*known, {"term": "https://example.org/level"}],
            [*known, {"@vocab": f"https://example.org/{at}"}],
            known[at],
            None,
            {},
        ]
    )


def change_field(chance, made):
    path = chance.choice(FIELDS)
    place = holder(made, path)
    old = place[path[-1]]
    place[path[-1]] = not old if isinstance(old, bool) else other(chance, old)


def remove_field(chance, made):
    path = chance.choice(FIELDS)
    path = path[: chance.randrange(1, len(path) + 1)]
    del holder(made, path)[path[-1]]


def add_field(chance, made):
    place = chance.choice([made, made["credentialSubject"], made["issuer"]])
    name, value = chance.choice(
        [("validUntil", "2099-01-01T00:00:00Z"), ("honors", "Mention"), ("id", "did:example:me"),
         ("description", "…"), ("@type", "Thing"), ("licenseNumber", "7"), ("url", ISSUER.url)]
    )  # fmt: skip
    place[name] = value if place.get(name) != value else f"{value}/"


def change_status(chance, made):
    """Another place on the list, another list, another purpose, or none."""
    status = made["credentialStatus"]
    index = chance.choice([n for n in range(100) if n != AWARD.status_index])
    made["credentialStatus"] = chance.choice(
        [
            {**status, "statusListIndex": str(index)},
            {**status, "statusListCredential": ISSUER.status_list(2)},
            {**status, "statusPurpose": "suspension"},
            {**status, "type": "BitstringStatusList"},
            {**status, "id": f"{status['id']}{index}"},
            [status, {**status, "id": f"{status['id']}{index}"}],
            {},
            None,
        ]
    )


def flip_a_bit(chance, made):
    """One bit of the file; often it is no JSON any more."""
    at = chance.randrange(len(TEXT))
    flipped = TEXT[:at] + bytes([TEXT[at] ^ 1 << chance.randrange(8)]) + TEXT[at + 1 :]
    made.clear()
    try:
        made.update(json.loads(flipped.decode()))
    except ValueError:
        made["unreadable"] = True


KINDS = {
    change_key: 300,
    change_algorithm: 400,
    malform: 155,
    change_context: 150,
    change_signature: 40,
    change_created: 10,
    change_field: 85,
    remove_field: 25,
    add_field: 15,
    change_status: 30,
    flip_a_bit: 40,
}
"""How often each is done in one part; those that need the signature checked are the slow ones."""


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_of_ten_thousand_changed_credentials_none_is_accepted(part):
    chance, count = random.Random(part), 0  # noqa: S311
    assert checked(GOOD) is Outcome.GOOD
    for change, times in KINDS.items():
        for _ in range(times):
            made = json.loads(TEXT)
            change(chance, made)
            assert made != GOOD, change
            assert checked(made) is not Outcome.GOOD, (change, made)
            count += 1
    assert count * PARTS == 10_000

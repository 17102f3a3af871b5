"""The compact signed statement: one form for each, and nothing else is read."""

import base64
import io
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import islice

import pytest
import segno
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.credentials import keys, queries, services, statements
from app.credentials.documents import SLOTS, Award
from app.credentials.proofs import Outcome
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from tests.credentials.making import award, make_place
from tests.credentials.test_proofs import AWARD, FACTS, ISSUER, KEY, find_key

NUMBER = base64.urlsafe_b64encode(bytes(range(16))).decode().rstrip("=")
GIVEN = replace(AWARD, public_id=NUMBER, expires_at=None)
MADE = statements.compose(GIVEN, ISSUER, 1)
TEXT = statements.sign(MADE, KEY)


def checked(text):
    try:
        return statements.check(text, find_key)[0]
    except statements.Unreadable:
        return None


def with_facts(**facts):
    return replace(GIVEN, facts={**FACTS, **facts})


def test_what_was_signed_is_read_as_it_was_given():
    outcome, found = statements.check(TEXT, find_key)
    assert (outcome, found) == (Outcome.GOOD, MADE)
    assert (found.name, found.name_ar) == ("Amina Idrissi", "أمينة الإدريسي")
    assert (found.title, found.title_ar) == ("Python et données", "بايثون والبيانات")
    assert (found.minutes, found.level, found.number) == (2400, "beginner", NUMBER)
    assert found.earned_on == date(2026, 11, 23)
    assert (found.center, found.center_ar, found.sponsor) == ("Kénitra", "القنيطرة", "Atlas")


def test_the_days_are_those_of_the_country():
    late = with_facts(earned_at="2026-07-14T23:30:00Z")
    until = replace(late, expires_at=datetime(2027, 7, 14, 23, tzinfo=UTC))
    found = statements.compose(until, ISSUER, 1)
    assert (found.earned_on, found.until) == (date(2026, 7, 15), date(2027, 7, 14))


def test_a_usual_statement_fits_a_code_that_a_photocopy_keeps():
    usual = with_facts(
        title={"fr": "Parcours Analyste de données junior", "ar": "مسار محلل بيانات مبتدئ"},
        sponsor=["Fondation Atlas", "مؤسسة الأطلس"],
    )
    made = statements.compose(usual, ISSUER, 1)
    text = statements.sign(made, KEY)
    assert len(statements.read_text(text)) <= statements.MOST
    assert made.sponsor_ar
    assert made.title_ar
    assert made.center_ar
    parts = [ISSUER.statement(""), text]
    assert int(segno.make(parts, error="m", boost_error=False).version) <= 15


@pytest.mark.parametrize("script", ["latin", "arabic", "both"])
def test_words_that_are_too_long_are_cut_and_the_name_never(script):
    latin = {"fr": "Parcours " * 40} if script != "arabic" else {}
    arabic = {"ar": "مسار تحليل " * 40} if script != "latin" else {}
    long = replace(
        with_facts(title={**latin, **arabic}, center=["Kénitra " * 30, "القنيطرة " * 30]),
        names=["Amina " * 16, "أمينة " * 16],
    )
    made = statements.compose(long, ISSUER, 1)
    assert made.name == ("Amina " * 16).strip()
    assert made.name_ar == ("أمينة " * 16).strip()
    assert "…" in made.title + made.title_ar
    assert statements.check(statements.sign(made, KEY), find_key) == (Outcome.GOOD, made)
    assert len(statements.encode(made)) < 500


def test_hidden_signs_of_a_name_are_not_signed():
    tricky = replace(GIVEN, names=["Ami\u202ena\u0000  Idrissi", "e\u0301te"])
    made = statements.compose(tricky, ISSUER, 1)
    assert made.name == "Ami na Idrissi"
    assert checked(statements.sign(made, KEY)) is Outcome.GOOD
    for name in ("Ami\u202ena", "e\u0301te", "a\nb", "\ufeffAmina", "a\u2028b"):
        with pytest.raises(statements.Unreadable):
            statements.sign(replace(MADE, name=name), KEY)


@pytest.mark.parametrize(
    "change",
    [
        {"key": 0}, {"key": 65_536}, {"number": "x" * 22}, {"status_list": 0}, {"minutes": -1},
        {"status_index": SLOTS}, {"earned_on": date(1969, 12, 31)}, {"issuer": ""},
        {"issuer": "a/b"}, {"name": "", "name_ar": ""}, {"title": "", "title_ar": ""},
        {"title": "a" * 256}, {"until": date(1970, 1, 1)},
    ],
)  # fmt: skip
def test_what_would_be_read_as_something_else_is_not_signed(change):
    with pytest.raises(statements.Unreadable):
        statements.sign(replace(MADE, **change), KEY)


def test_every_length_of_bytes_has_one_text():
    chance = random.Random(5)  # noqa: S311  (no secret)
    for size in range(200):
        data = chance.randbytes(size)
        assert statements.read_text(statements.write_text(data)) == data
    assert statements.read_text(statements.write_text(b"\xff" * 7)) == b"\xff" * 7
    for wrong in ("0", "0000", ":::", "/0:", ":7", "00a", "00 ", "%00", "00\n"):
        with pytest.raises(statements.Unreadable):
            statements.read_text(wrong)


def test_text_that_ends_in_whole_pairs_never_ends_in_a_sign_that_messages_cut_off():
    ends = {statements.write_text(bytes(pair))[-1] for pair in ((255, 255), (0, 0), (254, 9))}
    assert not ends & {"/", ":"}
    assert statements.write_text(b"\xff\xff")[-1] == "$"


def test_other_keys_other_purposes_and_other_names_of_keys_do_not_pass():
    body = statements.encode(MADE)
    for signature in (
        KEY.sign(body),
        KEY.sign(b"certificate statement 2\0" + body),
        Ed25519PrivateKey.generate().sign(statements.DOMAIN + body),
        bytes(64),
    ):
        assert checked(statements.write_text(body + signature)) is Outcome.BROKEN
    for change in ({"key": 2}, {"issuer": "learn.example.com"}):
        other = statements.sign(replace(MADE, **change), KEY)
        assert checked(other) is Outcome.UNKNOWN_KEY


def test_a_code_holds_the_address_and_is_plain_svg():
    address = ISSUER.statement(TEXT)
    drawn = statements.draw_qr(address)
    assert drawn.startswith('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ')
    assert "style=" not in drawn
    assert "<?xml" not in drawn
    expected = io.BytesIO()
    parts = [ISSUER.statement(""), TEXT]
    segno.make(parts, error="m", boost_error=False).save(expected, kind="svg", border=4)
    assert expected.getvalue().decode().split(' d="')[1].split('"')[0] in drawn


@pytest.mark.parametrize("size", [0, 30, 95, 96, 97, 5000, 1_000_000])
def test_bytes_of_anything_else_are_refused(size):
    chance = random.Random(size)  # noqa: S311  (no secret)
    assert checked(statements.write_text(chance.randbytes(size))) is None


def test_a_statement_from_before_three_changes_of_keys_still_verifies(app, make_person):
    person = make_person(name="Amina Idrissi", name_ar="أمينة الإدريسي")
    _, cohort_id, _ = make_place(person)
    row = queries.find_credential(award(person, cohort_id))
    addresses = []
    for _ in range(4):
        address = queries.find_statement(row)
        assert address == queries.find_statement(row), "made anew it is the same"
        addresses.append(address)
        db.session.rollback()
        with write():
            services.add_key(actor=SYSTEM)
        row = queries.find_credential(row.public_id)
    assert len(set(addresses)) == 4
    for address in addresses:
        outcome, made = statements.check(address.partition("#")[2], queries.find_public_key)
        assert (outcome, made.number) == (Outcome.GOOD, row.public_id)
        assert (made.name, made.name_ar) == (person.name, "أمينة الإدريسي")
        assert address.startswith(queries.issuer().url + "/c/#")


def test_nothing_is_stated_of_nobody_or_without_a_key(app, make_person, monkeypatch):
    person = make_person(name="Amina Idrissi")
    _, cohort_id, _ = make_place(person)
    row = queries.find_credential(award(person, cohort_id))
    with monkeypatch.context() as other_secret:
        other_secret.setattr(keys, "unseal", lambda *_: None)
        assert queries.find_statement(row) is None
    assert queries.find_statement(row)
    db.session.rollback()
    with write():
        row = queries.find_credential(row.public_id)
        row.name = row.name_ar = ""
    assert queries.find_statement(row) is None


def flips(text):
    """Every bit of every sign of a text."""
    for at, sign in enumerate(text):
        for bit in range(7):
            yield text[:at] + chr(ord(sign) ^ 1 << bit) + text[at + 1 :]


def cuts(text, chance):
    """Ends cut off, signs left out, doubled, swapped, and other text at either end."""
    for at in range(len(text)):
        yield text[:at]
        yield text[at + 1 :]
        yield text[:at] + text[at + 1 :]
        yield text[:at] + text[at] + text[at:]
        yield text + text[: at + 1]
        swapped = text[:at] + text[at : at + 2][::-1] + text[at + 2 :]
        yield swapped if swapped != text else text + " "
        yield chance.choice(statements.ALPHABET) + text


def bits(text):
    """Every bit of the bytes: of what is said, and of the signature."""
    data = statements.read_text(text)
    for at in range(len(data)):
        for bit in range(8):
            changed = bytes([data[at] ^ 1 << bit])
            yield statements.write_text(data[:at] + changed + data[at + 1 :])


def fields(text, other, chance):
    """Facts and signatures of one statement in another, and facts made up."""
    made, body, signature = statements.read(text)
    their, their_body, their_signature = statements.read(other)
    yield statements.write_text(body + their_signature)
    yield statements.write_text(their_body + signature)
    yield statements.write_text(body + signature[32:] + signature[:32])
    order = 2**252 + 27742317777372353535851937790883648493
    scalar = int.from_bytes(signature[32:], "little") + order
    yield statements.write_text(body + signature[:32] + scalar.to_bytes(32, "little"))
    changes = [
        {"minutes": made.minutes + 1}, {"level": "advanced"}, {"until": date(2100, 1, 1)},
        {"earned_on": date(2020, 1, 1)}, {"key": 2}, {"key": 3}, {"issuer": "rihla.example.net"},
        {"status_index": (made.status_index + 1) % SLOTS}, {"status_list": 9},
        {"name": their.name + "a"}, {"name_ar": their.name_ar + "ا"}, {"number": their.number},
        {"title": "Autre parcours"}, {"center": "Oujda"}, {"sponsor": "Personne"},
        {"name": made.name + chr(chance.randrange(97, 123))},
    ]  # fmt: skip
    for change in changes:
        yield statements.write_text(statements.encode(replace(made, **change)) + signature)


def mutations(chance):
    """Go through changed statements without end, none of which was signed."""
    known = [_some(chance, number) for number in range(2)]
    while True:
        known.append(_some(chance, len(known)))
        yield from flips(known[-1])
        for _ in range(4):
            yield from cuts(known[-1], chance)
        for other in known[-3:-1]:
            yield from fields(known[-1], other, chance)
        if len(known) % 4 == 0:
            yield from bits(known[-1])


def _some(chance, number):
    names = [f"Amina {number} {'a' * chance.randrange(12)}", f"أمينة {number}"]
    identifier = base64.urlsafe_b64encode(chance.randbytes(16)).decode().rstrip("=")
    given = Award(
        identifier, names, None, {**FACTS, "hours": 20.0 + number % 90}, GIVEN.issued_at, None,
        1, chance.randrange(SLOTS),
    )  # fmt: skip
    return statements.sign(statements.compose(given, ISSUER, 1), KEY)


@pytest.mark.slow
@pytest.mark.only_sqlite
def test_of_a_million_changed_statements_none_is_accepted():
    chance = random.Random(28)  # noqa: S311  (no secret)
    seen = Counter(checked(text) for text in islice(mutations(chance), 1_000_000))
    assert seen.total() == 1_000_000
    assert seen[Outcome.GOOD] == 0
    assert seen[Outcome.BROKEN] > 100_000, "enough of them come as far as the signature"
    assert seen[Outcome.UNKNOWN_KEY] > 1_000
    assert seen[None] > 200_000

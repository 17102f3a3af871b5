"""`rihla certificates`: the same verdicts with keys alone, and samples for others to try."""

import json
from dataclasses import replace

import pytest

from app.checker import samples
from app.checker.verifying import (
    COUNTS_NO_MORE,
    EXPIRED,
    NOT_GENUINE,
    UNSURE,
    VALID,
    Unusable,
    trust,
    verify,
)  # fmt: skip
from app.credentials import documents, proofs, queries, services, statements
from app.credentials.proofs import Outcome
from app.kernel import clock, jobs
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from app.settings import get_settings, use_settings
from tests.conftest import build, close
from tests.credentials.making import award, make_place, signed
from tests.credentials.test_proofs import FACTS, KEY, NOW, sign
from tests.credentials.test_statements import GIVEN, ISSUER

EXPECTED = {"valid": VALID, "revoked": COUNTS_NO_MORE, "tampered": NOT_GENUINE}
KEYS = documents.keys_document(ISSUER, [(1, proofs.multikey(KEY.public_key()))])
LIST = sign(documents.list_document(1, [7], ISSUER, NOW))
KNOWN = trust(KEYS, [LIST])


@pytest.fixture
def run(app):
    def run(*args):
        found = app.test_cli_runner().invoke(args=["certificates", *map(str, args)])
        assert found.exception is None or isinstance(found.exception, SystemExit), found.exception
        return found.exit_code, found.output

    return run


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("samples")
    for name, content in samples.make(NOW).items():
        (made / name).write_bytes(content)
    return made


@pytest.mark.parametrize("kind", samples.KINDS)
@pytest.mark.parametrize("form", ["json", "txt", "png", "svg"])
def test_each_sample_gets_its_verdict_in_each_form(folder, kind, form):
    keys, listed = (
        json.loads((folder / one).read_bytes()) for one in ("did.json", "status-1.json")
    )
    content = (folder / f"{kind}.{form}").read_bytes()
    found = verify(content, trust(keys, [listed]), NOW)
    assert found.code == EXPECTED[kind]
    assert found.as_of == ("" if kind == "tampered" else proofs.stamp(NOW))
    assert bool(found.facts) == (kind != "tampered"), "what was tampered with says nothing"
    if kind == "valid":
        assert found.facts["level"] == "beginner"
        assert found.facts["hours"] == "40"
        assert "Amina El Idrissi" in found.facts["person"]
        alone = verify(content, trust(keys, []), NOW)
        assert (alone.code, alone.as_of) == (UNSURE, "")
        assert verify(content, KNOWN, NOW).code == NOT_GENUINE, "keys of somebody else"


def test_the_commands_write_and_judge_samples_and_overwrite_nothing(run, tmp_path):
    folder = tmp_path / "new" / "samples"
    code, output = run("sample", folder)
    assert code == 0
    assert len(output.split()) == len(list(folder.iterdir())) == 14
    before = {one.name: one.read_bytes() for one in folder.iterdir()}
    code, output = run("sample", folder)
    assert code == 2
    assert "Nothing was written" in output
    assert before == {one.name: one.read_bytes() for one in folder.iterdir()}
    given = ("--keys", folder / "did.json", "--status", folder / "status-1.json")
    for kind, expected in EXPECTED.items():
        code, output = run("verify", folder / f"{kind}.png", *given)
        assert code == expected
        assert ("status as of" in output) == (kind != "tampered")


def test_a_certificate_of_this_site_is_checked_with_its_own_keys(run, make_person, tmp_path):
    person = make_person(name="Amina Idrissi")
    _, cohort_id, _ = make_place(person)
    number = award(person, cohort_id)
    paths = [tmp_path / name for name in ("file.json", "code.txt")]
    paths[0].write_text(json.dumps(signed(number)))
    paths[1].write_text(queries.find_statement(queries.find_credential(number)))
    for path in paths:
        code, output = run("verify", path)
        assert code == VALID
        assert output.startswith("This certificate is valid.")
        assert f"number: {number}" in output
        assert "person: Amina Idrissi" in output
    for _ in range(3):
        db.session.rollback()
        with write():
            services.add_key(actor=SYSTEM)
    with write():
        services.revoke_credential(
            actor=SYSTEM, public_id=number, reason="Fraude", appeal_until=None, now=clock.now()
        )
    jobs.drain()
    for path in paths:
        code, output = run("verify", path)
        assert code == COUNTS_NO_MORE
        assert output.startswith("It is genuine, and was revoked or replaced.")


def test_a_site_whose_address_changed_says_no_more_than_it_knows(run, make_person, tmp_path):
    person = make_person()
    _, cohort_id, _ = make_place(person)
    number = award(person, cohort_id)
    file = tmp_path / "file.json"
    file.write_text(json.dumps(signed(number)))
    jobs.drain()
    before = get_settings()
    use_settings(replace(before, public_url="https://moved.example"))
    try:
        code, output = run("verify", file)
    finally:
        use_settings(before)
    assert code == NOT_GENUINE
    assert "status as of" not in output


def test_with_keys_it_needs_no_site(folder, tmp_path):
    """The database cannot be reached, and no table was ever made."""
    nowhere = f"sqlite:///{tmp_path / 'none' / 'site.db'}"
    app = build(nowhere, tmp_path)
    try:
        args = [
            "certificates", "verify", str(folder / "valid.txt"),
            "--keys", str(folder / "did.json"), "--status", str(folder / "status-1.json"),
        ]  # fmt: skip
        found = app.test_cli_runner().invoke(args=args)
        assert (found.exit_code, found.output.splitlines()[0]) == (0, "This certificate is valid.")
    finally:
        close(app)


def test_what_expired_says_so_and_a_revocation_weighs_more():
    for index, expected in ((40, EXPIRED), (7, COUNTS_NO_MORE)):
        given = replace(GIVEN, expires_at=NOW, status_index=index)
        document = json.dumps(sign(documents.document_of(given, ISSUER))).encode()
        text = statements.sign(statements.compose(given, ISSUER, 1), KEY).encode()
        late = NOW.replace(year=2027)
        assert verify(document, KNOWN, late).code == expected
        assert verify(text, KNOWN, late).code == expected
        assert verify(text, KNOWN, NOW).code == (VALID if expected == EXPIRED else expected)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "cannot be read"), (b"Bonjour", "cannot be read"), (b"{", "cannot be read"),
        (b"%PDF-1.7\n\xff\xfe", "cannot be read"), (b"{}", "cannot be read"),
        (b"[" * 100_000, "cannot be read"), (b'{"a":' * 50_000, "cannot be read"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no certificate in this picture"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "no certificate in this picture"),
        (bytes(20_000_000), "too large"),
        (json.dumps(LIST).encode(), "cannot be read"),
    ],
)  # fmt: skip
def test_what_is_no_certificate_gets_a_plain_sentence(content, word):
    found = verify(content, KNOWN, NOW)
    assert found.code == NOT_GENUINE
    assert word in found.sentence


@pytest.mark.parametrize(
    "listed",
    [
        {}, {**LIST, "validFrom": "2030-01-01T00:00:00Z"}, {**LIST, "proof": None},
        sign(documents.document_of(GIVEN, ISSUER)),
        sign({**documents.list_document(1, [], ISSUER, NOW), "id": "https://x.example/lists/1"}),
        sign(
            {
                **documents.list_document(1, [], ISSUER, NOW),
                "credentialSubject": {
                    **documents.list_document(1, [], ISSUER, NOW)["credentialSubject"],
                    "encodedList": "uAAAA",
                },
            }
        ),
    ],
)  # fmt: skip
def test_a_list_that_is_none_is_refused(listed):
    with pytest.raises(Unusable):
        trust(KEYS, [listed])


def test_keys_that_are_none_are_refused(run, tmp_path, folder):
    for text in ("", "[]", "{}", '{"verificationMethod": [1]}', json.dumps(FACTS)):
        (tmp_path / "did.json").write_text(text)
        code, output = run("verify", folder / "valid.txt", "--keys", tmp_path / "did.json")
        assert code == 2
        assert "cannot be used" in output
    code, output = run("verify", folder / "valid.txt", "--status", folder / "status-1.json")
    assert code == 2
    assert "needs --keys" in output


def test_the_list_of_another_address_is_not_taken_for_the_one_that_is_named():
    elsewhere = documents.Issuer("https://learn.example.org/below", "")
    document = sign(documents.document_of(GIVEN, elsewhere))
    assert proofs.check(document, KNOWN.keys.get) is Outcome.GOOD
    assert verify(json.dumps(document).encode(), KNOWN, NOW).code == UNSURE

"""The thousand examples for whoever writes a checker: ours agrees with them."""

import json
from collections import Counter
from dataclasses import astuple
from datetime import date
from pathlib import Path

from app.credentials import proofs, statements
from tests.checker import vectors

FILE = Path(__file__).resolve().parents[2] / "docs" / "certificate-vectors.json"


def test_the_examples_are_what_the_script_writes():
    assert FILE.read_text("utf-8") == vectors.packed()
    assert FILE.stat().st_size <= 300_000


def test_a_thousand_examples_get_their_outcome_and_say_what_they_should():
    given = json.loads(FILE.read_text("utf-8"))
    listed = given["keys"]["verificationMethod"]
    keys = {one["id"]: proofs.read_multikey(one["publicKeyMultibase"]) for one in listed}
    seen = Counter()
    for text, outcome, facts in given["vectors"]:
        try:
            found, made = statements.check(text, keys.get)
        except statements.Unreadable:
            assert outcome == "unreadable", text
        else:
            assert found.value == outcome, text
            if facts:
                said = ["" if one is None else one for one in astuple(made)]
                assert [str(one) if isinstance(one, date) else one for one in said] == facts
        seen[outcome] += 1
    assert seen.total() == 1000
    assert len(seen) == 4
    assert min(seen.values()) == 100

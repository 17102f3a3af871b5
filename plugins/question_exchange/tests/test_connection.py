"""What the core gets of this plugin: importers and exporters that never raise."""

import json

import pytest

from plugins.question_exchange.connection import EXPORTERS, IMPORTERS


def test_the_plugin_passes_the_suite(suite):
    assert suite().errors == ()


def chosen(data):
    return max(IMPORTERS, key=lambda name: IMPORTERS[name].sniff(data))


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"Vrai ?{T}", "gift"),
        (b"Une ?\nA. a\nB. b\nANSWER: A\n", "aiken"),
        (b"<?xml version='1.0'?><quiz/>", "moodle-xml"),
        (b"<questestinterop/>", "canvas"),
        (b"PK\3\4", "canvas"),
    ],
)
def test_a_file_is_known_by_what_is_in_it(data, name):
    assert chosen(data) == name


def test_each_fixture_of_gift_is_counted_by_the_importer_as_its_twin_says(gift_file):
    twins = json.loads(gift_file.with_suffix(".json").read_text("utf-8"))
    found = IMPORTERS["gift"].read(gift_file.read_bytes())
    asked = [one for one in twins if one["type"] not in ("Category", "Description")]
    kinds = {
        "MC": "choice",
        "TF": "truefalse",
        "Short": "text",
        "Numerical": "number",
        "Matching": "match",
        "Essay": "essay",
    }
    assert [one.type for one in found.questions] == [kinds[one["type"]] for one in asked]
    assert not [problem for problem in found.problems if problem.is_error]


def test_a_zip_of_text2qti_is_read(fixtures):
    data = (fixtures("text2qti") / "quiz.zip").read_bytes()
    assert chosen(data) == "canvas"
    found = IMPORTERS["canvas"].read(data)
    assert found.questions
    assert {one.type for one in found.questions} >= {"choice", "number", "essay"}


def test_what_is_written_is_read_again():
    found = IMPORTERS["gift"].read("::A::Quoi ?{=é#oui ~b}".encode())
    documents = [one.document for one in found.questions]
    for name, exporter in EXPORTERS.items():
        again = IMPORTERS[name].read(exporter.write(documents, {}).data)
        assert [one.document["prompt"] for one in again.questions] == ["Quoi ?"]

"""What the documents show as a plugin from outside passes its own tests, and is packed as told."""

import io
import zipfile

import pytest

from app.installer import wheels
from app.installer.rules import changes_since, new_wishes
from app.plugins.manifest import parse
from tests.workshop.test_scaffold import ROOT, run

pytestmark = pytest.mark.slow
GLOSSARY = ROOT / "docs" / "examples" / "rihla_glossary"
VERSIONS = ("1.0", "1.1")


@pytest.mark.parametrize("version", VERSIONS)
def test_it_passes_its_own_tests(version):
    said = run(GLOSSARY / version, "-k", "not suite")
    assert "passed" in said


@pytest.mark.parametrize("version", VERSIONS)
def test_a_project_is_packed_with_its_change_log_and_without_its_tests(version):
    file, data = wheels.pack(GLOSSARY / version / "rihla_glossary")
    assert file == f"rihla_glossary-{version}.0-py3-none-any.whl"
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    assert not [name for name in names if "tests" in name]
    package = wheels.read_package(data, file)
    assert package.warnings == ()
    assert f"## {version}.0" in package.changes


def test_the_upgrade_says_what_it_changes_and_newly_asks_for():
    first, second = (
        wheels.read_package(*reversed(wheels.pack(GLOSSARY / v / "rihla_glossary")))
        for v in VERSIONS
    )
    asked = new_wishes(first.manifest, second.manifest)
    assert list(asked["uses"]) == ["cards"]
    assert len(changes_since(second.changes, "1.0.0", "1.1.0")) == 2
    assert parse(second.manifest.text).version == "1.1.0"


def test_what_both_versions_have_in_common_is_the_same():
    """A published step of the tables is never changed."""
    step = "rihla_glossary/migrations/versions/glossary_0001_terms.py"
    first, second = ((GLOSSARY / version / step).read_bytes() for version in VERSIONS)
    assert first == second

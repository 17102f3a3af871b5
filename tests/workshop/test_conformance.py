"""The suite that every plugin passes says what is wrong, and lets what is right pass."""

import shutil

import pytest

from app.workshop.conformance import Limits, examine
from tests.conftest import SHELF

pytestmark = pytest.mark.slow


@pytest.fixture
def sample(tmp_path):
    """A copy of the sample plugin, to be spoiled."""
    return shutil.copytree(
        SHELF / "sample", tmp_path / "sample", ignore=shutil.ignore_patterns("__pycache__")
    )


def spoil(folder, path, old, new):
    file = folder / path
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def said(report):
    return [str(finding) for finding in report.errors]


def test_the_sample_passes(sample):
    report = examine(sample)
    assert said(report) == []
    assert {"load", "migrations", "pages", "failures", "switched off"} <= set(report.passed)
    assert (report.plugin, report.version) == ("sample", "1.0.0")


@pytest.mark.parametrize(
    ("path", "old", "new", "check", "words"),
    [
        ("plugin.toml", 'name = "sample"', 'nam = "sample"', "manifest", "lacks name"),
        ("routes.py", "from app.sdk", "from app.web.access", "imports", "only app.sdk"),
        ("routes.py", "from typing", "import plugins.other\nfrom typing", "imports", "each other"),
        (
            "models.py",
            "from app.sdk",
            "from plugins.sample import routes\nfrom app.sdk",
            "rooms",
            "",
        ),
        ("__init__.py", "def register", "def register(", "files", "not Python"),
        ("__init__.py", "NavItem, ", "Nav, ", "load", "cannot import name"),
        ("__init__.py", '"""Bring everything."""', "raise SystemExit(3)", "load", "SystemExit"),
        (
            "__init__.py",
            "def register",
            "import os\nos._exit(0)\n\n\ndef register",
            "load",
            "ended",
        ),
        ("routes.py", '@access("public")\n', "", "load", "who may open it"),
        ("routes.py", "return render", "1 / 0\n    return render", "pages", "ZeroDivisionError"),
        ("models.py", "text: Mapped[str]", "words: Mapped[str]", "migrations", "differ"),
        ("__init__.py", "validate=lambda node: []", "validate=lambda node: [][0]", "blocks", ""),
        ("__init__.py", "JobType(lambda: None)", 'JobType(lambda: 1 / 0, "* * * * *")', "jobs", ""),
        ("templates/sample/page.html", "<h1", '<p onclick="x()">', "templates", "script"),
        (
            "templates/sample/page.html",
            '{{ _("Sample") }}</h1>',
            "Sample</h1>",
            "templates",
            "tran",
        ),
        (
            "templates/sample/page.html",
            "<h1",
            '<form method="post"></form><h1',
            "templates",
            "csrf",
        ),
        (
            "migrations/versions/sample_0001_notes.py",
            'op.drop_table("sample_note")',
            "pass",
            "migrations",
            "behind",
        ),
        (
            "plugin.toml",
            "sample_note = {",
            'reason = "nothing"\n#',
            "privacy",
            "declare it in [privacy]",
        ),
    ],
)
def test_the_suite_says_what_is_wrong(sample, path, old, new, check, words):
    spoil(sample, path, old, new)
    found = examine(sample).errors
    assert [f for f in found if f.check == check and words in f.text], [str(f) for f in found]


def test_what_hangs_is_ended(sample):
    spoil(sample, "__init__.py", "def register", "while True:\n    pass\n\n\ndef register")
    assert "did not come to an end" in " ".join(said(examine(sample, limits=Limits(seconds=8))))


def test_the_process_of_a_plugin_sees_no_secret_of_the_site(sample, monkeypatch):
    monkeypatch.setenv("RIHLA_SECRET_KEY", "treasure")
    spoil(
        sample,
        "__init__.py",
        "def register",
        "import os\nprint(dict(os.environ))\n1 / 0\n\n\ndef register",
    )
    report = examine(sample)
    assert "PATH" in report.output
    assert "treasure" not in report.output


def test_a_condition_of_awards_that_fails_or_answers_for_others_is_told(sample):
    condition = (
        'AwardCondition(say("Sample"), lambda least: say("sample"), '
        "lambda asked: {1: least} if asked.people else {99: Reached(True, say('now'))})"
    )
    spoil(sample, "plugin.toml", '"activities"]', '"activities", "credentials"]')
    spoil(
        sample, "__init__.py", "ActivityType, Block", "ActivityType, AwardCondition, Reached, Block"
    )
    brought = f'hooks.register(AwardCondition, "some", {condition})'
    spoil(
        sample,
        "__init__.py",
        "    hooks.register(JobType",
        f"    {brought}\n    hooks.register(JobType",
    )
    found = [text for text in said(examine(sample)) if "conditions: sample.some" in text]
    assert len(found) == 2
    assert "look answers for people about whom nobody asked" in found[0]
    assert "look raises NameError" in found[1]

"""docs/plugins says what the code does, and its guide works as it stands."""

import inspect
import os
import re
import subprocess
import sys
from dataclasses import fields

import pytest

from app import sdk
from app.plugins.kinds import KINDS
from app.plugins.manifest import parse
from app.plugins.rules import CAPABILITIES, ROLES, TYPES
from tests.conftest import SHELF
from tests.sdk.signatures import signature

ROOT = SHELF.parents[2]
DOCS = ROOT / "docs" / "plugins"
FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
HOOKS, SDK = ((DOCS / name).read_text("utf-8") for name in ("hooks.md", "sdk.md"))


def section(text, name):
    return re.split(r"^##+ ", text.split(f"# {name}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


@pytest.mark.parametrize("kind", sdk.KINDS, ids=lambda kind: kind.__name__)
def test_each_kind_stands_there_with_its_signature_and_policy(kind):
    text, rule = section(HOOKS, kind.__name__), KINDS[kind]
    assert f"```python\n{signature(kind)}\n```" in text
    assert f"Policy: **{rule.policy}**" in text
    assert not rule.uses or f"`{rule.uses}`" in text


def test_the_sdk_offers_all_kinds_that_plugins_may_bring():
    declared = {"PersonalData", "Permission"}  # in plugin.toml
    assert {kind.__name__ for kind in KINDS} - declared == {kind.__name__ for kind in sdk.KINDS}


def test_each_event_stands_there_with_its_values():
    for event in sdk.EVENTS:
        values = ", ".join(f"`{field.name}`" for field in fields(event))
        assert f"| `{event.__name__}` | `{event.name}` | {values} |" in HOOKS


def test_values_and_functions_stand_there_with_their_signatures():
    for value in (
        sdk.Piece,
        sdk.SearchHit,
        sdk.BlockContext,
        sdk.BlockNode,
        sdk.Enrolling,
        sdk.Candidates,
        sdk.Reached,
        sdk.QuestionRead,
        sdk.QuestionsRead,
        sdk.QuestionsWritten,
    ):
        assert signature(value) in HOOKS
    for name, method in inspect.getmembers(sdk.Plugin, inspect.isfunction):
        if not name.startswith("_"):
            assert signature(method, f"me.{name}") in SDK, name
    functions = ("list_people", "get_person", "list_cohorts", "list_members", "names_of")
    about_results = (
        *("list_cohort_courses", "list_results", "list_own_courses", "find_own_results"),
        "award_credential",
        "list_award_conditions",
        "list_sponsors",
    )
    assert signature(sdk.Results) in SDK
    for name in (*functions, *about_results):
        assert signature(getattr(sdk, name)) in SDK


def test_all_that_the_sdk_names_is_there():
    assert [name for name in sdk.__all__ if not hasattr(sdk, name)] == []


def test_the_manifest_of_the_page_can_be_read_and_all_names_stand_there():
    text = (DOCS / "manifest.md").read_text("utf-8")
    ((_, _, example),) = FENCE.findall(text)
    assert parse(example).name == "glossary"
    for name, words in CAPABILITIES.items():
        assert f"| `{name}` | {words} |" in text
    for name in (*TYPES, *ROLES):
        assert f"`{name}`" in text


def test_nobody_is_promised_a_sandbox():
    text = (DOCS / "security.md").read_text("utf-8")
    assert "a Python plugin has the full rights of the process" in text.replace("A P", "a P")


@pytest.mark.slow
def test_the_guide_works_as_it_stands_and_is_short(tmp_path):
    blocks = FENCE.findall((DOCS / "first.md").read_text("utf-8"))
    commands = [line for kind, _, body in blocks if kind == "bash" for line in body.splitlines()]
    lines = [line for _, path, body in blocks if path for line in body.splitlines() if line.strip()]
    assert len(commands) <= 10
    assert len(lines) <= 60
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, module in (("rihla", "-m app.cli"), ("python", "")):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec {sys.executable} {module} "$@"\n')
        program.chmod(0o755)
    env = os.environ | {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "PYTEST_ADDOPTS": "--import-mode=importlib -p no:cacheprovider",
        "RIHLA_INSTANCE": str(tmp_path / "instance"),
    }
    env.pop("RIHLA_TEST_DATABASE", None)
    for kind, path, body in blocks:
        if path:
            (tmp_path / path).write_text(body, "utf-8")
        elif kind == "bash":
            done = subprocess.run(
                ["sh", "-ec", body], cwd=tmp_path, env=env, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stdout + done.stderr
    assert "thanks 0.1.0 is good" in done.stdout

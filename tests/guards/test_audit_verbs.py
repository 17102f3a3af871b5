"""What is recorded in the audit trail has words that admins read.

A verb that is put together at run time is looked at when a test records it (tests/conftest.py).
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from flask import Flask

from app.kernel.hooks import hooks
from app.web.hooks import AuditVerb

ROOT = Path(__file__).resolve().parents[2]


def recorded() -> Iterator[tuple[str, str]]:
    for file in sorted((ROOT / "app").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
                verb = node.args[1]
                if isinstance(verb, ast.Constant):
                    yield f"{file.relative_to(ROOT)}:{node.lineno}", verb.value


def test_each_verb_that_the_core_records_has_words(app: Flask) -> None:
    known, found = dict(hooks.installed(AuditVerb)), list(recorded())
    assert len(found) > 40
    assert [(where, verb) for where, verb in found if verb not in known] == []


def test_words_say_what_was_done_in_one_short_line(app: Flask) -> None:
    for verb, kind in hooks.installed(AuditVerb):
        text = kind.label.text
        assert text[0].isupper(), verb
        assert len(text) <= 45, verb
        assert not text.endswith("."), verb

"""Plugins written for one test: folders with a plugin.toml and whatever code the test needs."""

import textwrap
from pathlib import Path
from typing import Any

USES = ("db", "routes", "blocks", "navigation", "panels", "jobs", "events", "commands", "health")
MANIFEST = """\
[plugin]
name = "{name}"
version = "{version}"
title = "{title}"
api = ">=0.1,<1"
{about}
[capabilities]
uses = [{uses}]

{more}
[privacy]
{privacy}
"""
NOBODY = 'reason = "Stores nothing about people."'
MIGRATION = """\
import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {after}
branch_labels = None
depends_on = None


def upgrade():
{up}


def downgrade():
{down}
"""


def manifest(name: str = "made", **changes: Any) -> str:
    """Return a plugin.toml; `about` is further lines of [plugin], `more` further tables."""
    given: dict[str, Any] = {
        "version": "1.0",
        "title": name.replace("_", " ").capitalize(),
        "about": "",
        "more": "",
        "privacy": NOBODY,
        "uses": USES,
    }
    given |= changes
    given["uses"] = ", ".join(f'"{word}"' for word in given["uses"])
    return MANIFEST.format(name=name, **given)


def make(root: Path, name: str, code: str = "", files: Any = None, **changes: Any) -> Path:
    """Write a plugin folder under `root` and return it. `code` is what its package says."""
    folder = root / name
    folder.mkdir(parents=True)
    code = code or "def register(hooks):\n    pass\n"
    everything = {
        "plugin.toml": manifest(name, **changes),
        "__init__.py": textwrap.dedent(code),
        **(files or {}),
    }
    for path, text in everything.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(textwrap.dedent(text) if path.endswith(".py") else text, "utf-8")
    return folder


def step(revision: str, up: str, down: str = "pass", after: str | None = None) -> dict[str, str]:
    """Return the file of one migration, to be given to `make`."""
    body = MIGRATION.format(
        revision=revision,
        after=repr(after),
        up=textwrap.indent(textwrap.dedent(up).strip(), "    "),
        down=textwrap.indent(textwrap.dedent(down).strip(), "    "),
    )
    return {f"migrations/versions/{revision}.py": body}


def failing(*_: Any) -> Any:
    """Do what a plugin should not."""
    raise RuntimeError("no luck")

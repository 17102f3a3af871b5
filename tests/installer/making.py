"""A plugin of the tests in several versions, and archives that are wrong in one way each."""

import base64
import csv
import hashlib
import io
import textwrap
import zipfile
from collections.abc import Callable
from pathlib import Path

from app.installer import signing, wheels

NAME = "diary"
MANIFEST = """
[plugin]
name = "diary"
version = "{version}"
title = {{ en = "Diary", fr = "Journal", ar = "يوميات" }}
description = {{ en = "Keeps entries.", fr = "Garde des entrées.", ar = "تحفظ اليوميات." }}
api = "{api}"
scope = "site"
migrations = "migrations"

[capabilities]
uses = {uses}

[privacy]
reason = "Entries name nobody."
"""
CODE = '''
"""A diary."""

from flask import Blueprint

from app.sdk import Hooks, Routes, access
from {package} import models  # noqa: F401

bp = Blueprint("diary", __name__)


@bp.get("/")
@access("public")
def index():
    """Say which version this is."""
    return {{"version": "{version}"}}


def register(hooks: Hooks) -> None:
    """Bring the page."""
    hooks.register(Routes, "pages", Routes(bp))
'''
MODEL = '''
"""The tables of the diary."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.sdk import PluginBase


class Book(PluginBase):
    """A book."""

    __tablename__ = "diary_book"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]


class Entry(PluginBase):
    """An entry."""

    __tablename__ = "diary_entry"

    id: Mapped[int] = mapped_column(primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("diary_book.id"), index=True)
    text: Mapped[str]
    weight: Mapped[float | None]
    written_at: Mapped[datetime | None]
'''
MODEL_2 = '    mood: Mapped[str] = mapped_column(server_default="calm")\n'
MODEL_3 = "    line: Mapped[str | None]\n"
FIRST = '''
"""first tables"""

import sqlalchemy as sa
from alembic import op

revision = "diary_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "diary_book",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_diary_book"),
    )
    op.create_table(
        "diary_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=True),
        sa.Column("written_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["book_id"], ["diary_book.id"], name="fk_diary_entry_book_id_diary_book"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_diary_entry"),
    )
    op.create_index("ix_diary_entry_book_id", "diary_entry", ["book_id"])


def downgrade():
    op.drop_table("diary_entry")
    op.drop_table("diary_book")
'''
SECOND = '''
"""mood"""

import sqlalchemy as sa
from alembic import op

revision = "diary_0002"
down_revision = "diary_0001"
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table("diary_entry") as batch:
        batch.add_column(sa.Column("mood", sa.String(), nullable=False, server_default="calm"))


def downgrade():
    with op.batch_alter_table("diary_entry") as batch:
        batch.drop_column("mood")
'''
THIRD = '''
"""no text twice"""

from alembic import op

revision = "diary_0003"
down_revision = "diary_0002"
branch_labels = None
depends_on = None


def upgrade():
    op.create_index("ix_diary_entry_text", "diary_entry", ["text"], unique=True)


def downgrade():
    op.drop_index("ix_diary_entry_text", "diary_entry")
'''
CHANGES = """# Changes

## 1.1.0
- Entries have a mood.

## 1.0.0
- The first version.
"""


def write_plugin(
    folder: Path,
    version: str = "1.0.0",
    *,
    steps: int = 1,
    unique: bool = False,
    uses: str = '["db", "routes"]',
    code: str = CODE,
    api: str = ">=0.1,<1",
) -> Path:
    """Write the folder of a version; `steps` are its migrations, `unique` one more."""
    own = folder / f"rihla_{NAME}"
    (own / "migrations" / "versions").mkdir(parents=True)
    (own / "plugin.toml").write_text(MANIFEST.format(version=version, uses=uses, api=api), "utf-8")
    (own / "__init__.py").write_text(code.format(version=version, package=own.name))
    (own / "CHANGELOG.md").write_text(CHANGES)
    model = MODEL + (MODEL_2 if steps > 1 else "")
    if unique:
        model = model.replace("    text: Mapped[str]\n", UNIQUE_TEXT)
    (own / "models.py").write_text(model)
    versions = own / "migrations" / "versions"
    (versions / "diary_0001_first.py").write_text(FIRST)
    if steps > 1:
        (versions / "diary_0002_mood.py").write_text(SECOND)
    if unique:
        (versions / "diary_0003_unique.py").write_text(THIRD)
    return own


UNIQUE_TEXT = "    text: Mapped[str] = mapped_column(unique=True, index=True)\n"


def pack(folder: Path, version: str = "1.0.0", **changes: object) -> tuple[str, bytes]:
    """Return the file name and content of a version's archive."""
    return wheels.pack(write_plugin(folder / version, version, **changes))  # type: ignore[arg-type]


def rebuilt(
    data: bytes,
    change: Callable[[dict[str, bytes]], None],
    *,
    again: bool = True,
    shape: Callable[[list[zipfile.ZipInfo]], None] = lambda _infos: None,
) -> bytes:
    """Return an archive with other files; its list of files is written anew unless told not to."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    record = next(name for name in files if name.endswith("/RECORD"))
    if again:
        rows = [[name, _digest(content), len(content)] for name, content in files.items()]
        rows = [row for row in rows if row[0] != record] + [[record, "", ""]]
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        files[record] = text.getvalue().encode()
    out = io.BytesIO()
    infos = [zipfile.ZipInfo(name) for name in files]
    for info in infos:
        info.external_attr, info.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
    contents = list(files.values())
    shape(infos)
    with zipfile.ZipFile(out, "w") as archive:
        for info, content in zip(infos, contents, strict=True):
            archive.writestr(info, content)
    return out.getvalue()


def _digest(content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"sha256={digest}"


def text(source: str) -> bytes:
    """Return a piece of source as a file."""
    return textwrap.dedent(source).encode()


def make_key(folder: Path, home: Path, *plugins: str, name: str = "atelier") -> Path:
    """Return a private key whose public one the site trusts for the plugins named."""
    file = folder / f"{name}.pem"
    signing.trust(home, name, signing.make_key(file), "Atelier Exemple", plugins)
    return file

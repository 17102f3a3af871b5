"""Tables of plugins: their own chains, nobody else's tables, all of a step or none of it."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, select, text

from app.accounts.models import Person
from app.kernel import migrations
from app.kernel.db import db, write
from app.plugins import schema
from app.plugins.gate import get_gate
from app.plugins.loading import upgrade_schemas
from app.plugins.queries import read_schemas, tables_in_database
from app.plugins.schema import TableTheft
from tests.conftest import add_person
from tests.plugins.making import make, step

ABOUT = 'migrations = "migrations"'
CREATE = """
op.create_table(
    "made_row",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id", ondelete="CASCADE")),
    sa.Column("text", sa.String(), nullable=False),
)
"""
FIRST = step("made_0001", CREATE, "op.drop_table('made_row')")
UNIQUE = step(
    "made_0002",
    """
    op.create_table("made_more", sa.Column("id", sa.Integer(), primary_key=True))
    op.create_index("ix_made_row_text", "made_row", ["text"], unique=True)
    """,
    'op.drop_index("ix_made_row_text", "made_row")\nop.drop_table("made_more")',
    after="made_0001",
)


def tables() -> set[str]:
    db.session.rollback()  # what was read before is of before
    found = set(inspect(db.session.connection()).get_table_names())
    db.session.rollback()
    return found


def rows() -> int:
    count = db.session.scalar(text("SELECT count(*) FROM made_row"))
    db.session.rollback()
    return int(count or 0)


def fill(person_id: int, *texts: str) -> None:
    with write() as session:
        for number, words in enumerate(texts, 1):
            session.execute(
                text("INSERT INTO made_row (id, person_id, text) VALUES (:i, :p, :t)"),
                {"i": number, "p": person_id, "t": words},
            )


@pytest.fixture
def site(open_site: Any, shelf: Path) -> Flask:
    make(shelf, "made", files=FIRST, about=ABOUT)
    app: Flask = open_site(shelf)
    return app


def add_step(shelf: Path, files: dict[str, str], name: str = "made") -> None:
    for path, body in files.items():
        (shelf / name / path).parent.mkdir(parents=True, exist_ok=True)
        (shelf / name / path).write_text(body)
    migrations._scripts.cache_clear()


def test_each_plugin_has_its_own_version_table(site: Flask) -> None:
    with site.app_context():
        assert {"alembic_version_made", "alembic_version_sample", "made_row"} <= tables()
        found = read_schemas()
        assert (found["made"], found["sample"]) == ("made_0001", "sample_0001")
        assert migrations.current() == migrations.head(), "the core's own chain knows nothing of it"
        assert tables_in_database("made") == ["made_row"]
        schema.downgrade(get_gate().records["made"])
        assert "made_row" not in tables()
        assert read_schemas()["sample"] == "sample_0001"


def test_upgrading_twice_changes_nothing(site: Flask) -> None:
    with site.app_context():
        fill(add_person().id, "one")
        assert upgrade_schemas() == {}
        assert rows() == 1


THEFTS = {
    "drops": "op.drop_table('person')",
    "alters": "op.add_column('person', sa.Column('nick', sa.String()))",
    "creates": "op.create_table('mine', sa.Column('id', sa.Integer(), primary_key=True))",
    "writes": "op.execute(\"UPDATE person SET name = 'x'\")",
    "deletes": 'op.execute("DELETE FROM person")',
    "another plugin's": "op.drop_table('sample_note')",
    "the core's version": "op.execute(\"UPDATE alembic_version SET version_num = 'x'\")",
    "by a comment": "op.execute(\"/* mine */ UPDATE person SET name = 'x'\")",
    "by lines": 'op.execute("-- mine\\nDELETE FROM person")',
    "by a view": 'op.execute("CREATE VIEW made_all AS SELECT * FROM person")',
    "by a trigger": (
        "op.execute('CREATE TRIGGER made_t AFTER INSERT ON person BEGIN SELECT 1; END')"
    ),
    "by a name in front": "op.execute(\"WITH x AS (SELECT 1) UPDATE person SET name = 'x'\")",
    "a rename": "op.rename_table('made_row', 'person2')",
    "after another": 'op.execute("SELECT 1; DELETE FROM person")',
    "a commit": 'op.execute("COMMIT")',
    "an index": "op.create_index('made_ix', 'person', ['name'])",
    "an index of another": "op.drop_index('ix_sample_note_person_id', 'sample_note')",
}


@pytest.mark.parametrize("theft", THEFTS)
def test_a_step_that_touches_other_tables_is_undone_whole(
    site: Flask, shelf: Path, theft: str
) -> None:
    first = 'op.create_table("made_more", sa.Column("id", sa.Integer(), primary_key=True))\n'
    with site.app_context():
        add_person(name="Amina")
        before = tables()
        add_step(shelf, step("made_0002", first + THEFTS[theft], after="made_0001"))
        with pytest.raises(TableTheft):
            schema.upgrade(get_gate().records["made"])
        assert tables() == before
        assert read_schemas()["made"] == "made_0001"
        assert db.session.scalar(select(Person.name)) == "Amina"


def test_what_others_of_the_process_do_meanwhile_is_their_own(site: Flask) -> None:
    """Jobs and pages of the same process go on while a plugin's tables change."""

    def act() -> None:
        with site.app_context(), write() as session:
            session.execute(text("UPDATE person SET name = name"))

    with site.app_context(), schema._own_tables_only(db.engine, "made"):
        with ThreadPoolExecutor(1) as others:
            others.submit(act).result()
        with pytest.raises(TableTheft, match="UPDATE person"):
            act()


def test_a_step_that_fails_on_real_rows_is_undone_and_the_plugin_waits(
    site: Flask, open_site: Any, shelf: Path
) -> None:
    with site.app_context():
        fill(add_person().id, "twice", "twice")
    add_step(shelf, UNIQUE)
    newer = open_site(shelf, again=site)
    with newer.app_context():
        assert read_schemas()["made"] == "made_0001"
        assert rows() == 2
        assert "made_more" not in tables()
        gate = get_gate()
        assert "made" not in gate.current().for_center(None)
        assert "sample" in gate.current().for_center(None)
        failed = upgrade_schemas()
        assert failed["made"].startswith("IntegrityError: ")
        notes = [str(note) for note in gate.records["made"].notes]
        assert notes[-1].startswith("Its tables could not be renewed: IntegrityError")


def test_a_step_that_cannot_be_read_fails_its_plugin_only(open_site: Any, shelf: Path) -> None:
    files = {"migrations/versions/made_0001.py": "def upgrade(:\n"}
    make(shelf, "made", files=files, about=ABOUT)
    make(shelf, "heads", files=step("a1", "pass") | step("b1", "pass"), about=ABOUT)
    make(shelf, "empty", about=ABOUT)
    app = open_site(shelf)
    records = app.extensions["plugins"].records
    assert records["sample"].state == "loaded"
    assert (records["made"].state, records["heads"].state) == ("failed", "failed")
    assert str(records["made"].problems[0]).startswith("It could not be loaded: SyntaxError")
    assert app.test_client().get("/fr/").status_code == 200


@pytest.mark.only_sqlite
def test_a_core_step_that_rebuilds_a_table_keeps_the_rows_of_plugins(
    site: Flask, tmp_path: Path
) -> None:
    """SQLite rebuilds by dropping: with foreign keys on, rows of plugins would go by cascade."""
    with site.app_context():
        fill(add_person().id, "one", "two")
        folder = tmp_path / "core"
        shutil.copytree(migrations.FOLDER, folder)
        rebuild = """
        with op.batch_alter_table("person", recreate="always") as batch:
            batch.add_column(sa.Column("nick", sa.String()))
        """
        (body,) = step("core_9999", rebuild, after=migrations.head()).values()
        (folder / "versions" / "core_9999.py").write_text(body)
        migrations.upgrade(folder=folder)
        assert migrations.current() == "core_9999"
        assert rows() == 2
        broken = db.session.execute(text("PRAGMA foreign_key_check")).all()
        assert broken == []


def test_a_core_step_forward_and_back_keeps_the_rows_of_plugins(site: Flask) -> None:
    with site.app_context():
        fill(add_person().id, "one", "two")
        head = migrations.head()
        assert head
        previous = migrations._scripts().get_revision(head).down_revision
        migrations.downgrade(to=str(previous))
        migrations.upgrade()
        assert rows() == 2


def test_a_plugin_whose_files_are_gone_blocks_nothing_and_its_data_waits(
    site: Flask, open_site: Any, shelf: Path
) -> None:
    with site.app_context():
        fill(add_person().id, "one")
        db.session.remove()
    kept = shelf.parent / "kept"
    shutil.move(shelf / "made", kept)
    without = open_site(shelf, again=site)
    with without.app_context():
        record = get_gate().records["made"]
        assert record.state == "missing"
        assert str(record.problems[0]) == "Its files are gone. Its data waits in the database."
        assert upgrade_schemas() == {}
        head = migrations.head()
        migrations.downgrade(to=str(migrations._scripts().get_revision(str(head)).down_revision))
        migrations.upgrade()
        assert rows() == 1
        assert without.test_client().get("/fr/").status_code == 200
    shutil.move(kept, shelf / "made")
    back = open_site(shelf, again=site)
    with back.app_context():
        assert get_gate().records["made"].state == "loaded"
        assert rows() == 1

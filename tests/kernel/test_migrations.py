"""The migration engine, on both databases; each test has a database of its own."""

import secrets
import threading

import pytest
from sqlalchemy import create_engine, func, inspect, select, text
from sqlalchemy import table as sa_table
from sqlalchemy.exc import IntegrityError

from app.kernel import migrations
from app.kernel.db import allow_writing, db, prepare
from tests import databases
from tests.conftest import build

STEP = """
import sqlalchemy as sa
from alembic import op

revision = {revision!r}
down_revision = {before!r}
branch_labels = None
depends_on = None


def upgrade():
    {up}


def downgrade():
    {down}
"""
TABLES = """op.create_table("parent", sa.Column("id", sa.Integer, primary_key=True))
    op.create_table("child", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("parent_id", sa.Integer, sa.ForeignKey("parent.id", ondelete="CASCADE")))
    op.create_table("other", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("parent_id", sa.Integer, sa.ForeignKey("parent.id")))
    op.execute("INSERT INTO parent VALUES (1)")
    op.execute("INSERT INTO other VALUES (1, 1)")
    op.execute("INSERT INTO child VALUES (1, 1)")"""
WIDEN = """with op.batch_alter_table("parent", recreate="always" if
            op.get_bind().dialect.name == "sqlite" else "never") as batch:
        batch.add_column(sa.Column("name", sa.String))"""
FAILS = """op.create_table("half", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("SELECT no_such_column FROM parent")"""
DANGLES = 'op.execute("DELETE FROM parent")'


@pytest.fixture
def empty_url(site_folder):
    name = f"empty_{secrets.token_hex(4)}"
    if databases.KIND == "postgresql":
        databases.create(name)
    return databases.address(name, site_folder)


@pytest.fixture
def engine(empty_url):
    engine = create_engine(empty_url.replace("postgresql://", "postgresql+psycopg://"))
    prepare(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def steps(tmp_path):
    """Write steps into a folder: `steps(code, code, …)` numbers them."""

    def write(*ups):
        folder = tmp_path / secrets.token_hex(4)
        (folder / "versions").mkdir(parents=True)
        before = None
        for number, up in enumerate(ups, 1):
            revision = f"t_{number:04d}"
            code = STEP.format(revision=revision, before=before, up=up, down="pass")
            (folder / "versions" / f"{revision}.py").write_text(code)
            before = revision
        return folder

    return write


def rows(engine, table):
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(sa_table(table))).scalar()


def tables(engine):
    return set(inspect(engine).get_table_names())


def revision_of(engine):
    with engine.connect() as connection:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


@pytest.mark.slow
def test_the_schema_goes_up_down_and_up_and_says_what_the_models_say(empty_url, tmp_path):
    app = build(empty_url, tmp_path)
    with app.app_context():
        migrations.upgrade()
        db.session.rollback()
        assert migrations.differences() == []
        assert not migrations.pending()
        db.session.rollback()
        migrations.downgrade(to="base")
        assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
        migrations.upgrade()
        assert migrations.current() == migrations.head()
        db.session.remove()
        db.engine.dispose()


def test_current_names_the_newest_step():
    assert (migrations.FOLDER / "CURRENT").read_text().strip() == migrations.head()


def test_rebuilding_a_table_keeps_the_rows_that_refer_to_it(engine, steps):
    migrations.upgrade(engine, folder=steps(TABLES, WIDEN))
    assert rows(engine, "child") == 1


def test_a_step_that_fails_leaves_nothing(engine, steps):
    migrations.upgrade(engine, folder=steps(TABLES))
    with pytest.raises(Exception, match="no_such_column"):
        migrations.upgrade(engine, folder=steps(TABLES, WIDEN, FAILS))
    assert "half" not in tables(engine)
    assert revision_of(engine) == "t_0001"
    assert rows(engine, "child") == 1


def test_a_step_that_would_leave_rows_without_their_parent_is_undone(engine, steps):
    migrations.upgrade(engine, folder=steps(TABLES))
    with pytest.raises((migrations.DanglingReferences, IntegrityError)):
        migrations.upgrade(engine, folder=steps(TABLES, DANGLES))
    assert rows(engine, "parent") == rows(engine, "child") == 1


def test_eight_at_once_migrate_once(engine, steps):
    folder, faults = steps(TABLES, WIDEN), []
    migrations._scripts(folder)

    def migrate():
        try:
            migrations.upgrade(engine, folder=folder)
        except Exception as error:  # noqa: BLE001
            faults.append(error)

    threads = [threading.Thread(target=migrate) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert rows(engine, "parent") == 1


def test_references_are_checked_again_afterwards(engine, steps):
    migrations.upgrade(engine, folder=steps(TABLES))
    with pytest.raises(IntegrityError), engine.begin() as connection, allow_writing():
        connection.execute(text("INSERT INTO other VALUES (2, 99)"))

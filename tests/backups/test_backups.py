import json
import sqlite3
import subprocess
import sys
import tarfile
import textwrap
import threading
import time
from contextlib import closing

import psycopg
import pytest
from sqlalchemy import func, select, text

from app.accounts.models import Person
from app.backups import queries, services
from app.backups.models import BackupRun
from app.backups.rules import BackupFailed
from app.kernel import clock, jobs
from app.kernel.db import db, write
from app.settings import get_settings
from tests.backups.conftest import left_in
from tests.conftest import add_person

pytestmark = pytest.mark.xdist_group("backups")
"""One after the other: on a server each would see the databases that others verify."""


def create(**options):
    return services.create_backup(now=clock.now(), **options)


def test_a_backup_is_one_tar_file_with_database_files_and_manifest(site):
    made = create()
    with tarfile.open(made.path) as tar:
        names = tar.getnames()
        manifest = json.load(tar.extractfile("manifest.json"))
        key = tar.getmember("files/secret.key")
    assert names[0].startswith("database.")
    assert names[-1] == "manifest.json"
    assert "files/uploads/2026/photo d'été.bin" in names
    assert key.mode == 0o600
    assert not any("mail" in name or "backups" in name for name in names)
    assert manifest["tables"]["person"]["rows"] == 5
    assert set(manifest["audit_heads"]) == {"0", "1"}
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert left_in(queries.backup_folder()) == [made.path.name]


def test_a_verified_backup_is_good(site):
    made = create()
    verdict = services.verify_backup(made.path)
    assert verdict.problems == ()
    assert verdict.manifest.rows == made.manifest.rows > 10
    assert left_in(queries.backup_folder()) == [made.path.name], "nothing is left of the scratch"


class Writers:
    """Threads that add people in pairs, each pair in one transaction, until told to stop."""

    def __init__(self, site, count=4):
        self.site, self.stop = site, threading.Event()
        self.errors, self.pairs = [], 0
        self.threads = [threading.Thread(target=self.work) for _ in range(count)]

    def work(self):
        with self.site.app_context():
            while not self.stop.is_set():
                try:
                    with write() as session:
                        session.add(Person(name="Paire A", created_at=clock.now()))
                        session.add(Person(name="Paire B", created_at=clock.now()))
                    self.pairs += 1
                except Exception as error:  # noqa: BLE001  (any of them fails the test)
                    self.errors.append(error)
                finally:
                    db.session.remove()

    def wait_for(self, pairs):
        while self.pairs < pairs and not self.errors:
            time.sleep(0.01)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stop.set()
        for thread in self.threads:
            thread.join()


def test_a_backup_taken_while_people_write_is_one_moment(site):
    """A torn backup would show half a pair."""
    with Writers(site) as writers:
        writers.wait_for(5)
        create()
        made = create()
        writers.wait_for(writers.pairs + 10)
    assert writers.errors == []
    rows = made.manifest.tables["person"].rows
    assert rows % 2 == 1, "five people and whole pairs"
    assert rows < db.session.scalar(select(func.count()).select_from(Person)), "people went on"
    db.session.rollback()
    assert services.verify_backup(made.path).problems == ()


def test_a_flipped_byte_is_named_wherever_it_is(site):
    made = create()
    whole = made.path.read_bytes()
    with tarfile.open(made.path) as tar:
        places = {m.name: (m.offset_data, m.size) for m in tar}
    spoiled = made.path.with_name("spoiled.tar")

    def said(place):
        changed = bytearray(whole)
        changed[place] ^= 0x10
        spoiled.write_bytes(changed)
        with pytest.raises(BackupFailed) as failure:
            services.verify_backup(spoiled)
        return str(failure.value)

    database = next(name for name in places if name.startswith("database"))
    photo = "files/uploads/2026/photo d'été.bin"
    for name in (database, "files/secret.key", photo):
        start, size = places[name]
        assert name in said(start + size // 2)
    assert "damaged" in said(places["files/secret.key"][0] - 300), "a member's head"
    assert "seal" in said(places["manifest.json"][0] + places["manifest.json"][1] + 1), "padding"
    assert "damaged" in said(len(whole) - 500), "the seal"
    for step in range(0, len(whole), len(whole) // 40):
        assert "damaged" in said(step)


def test_a_cut_off_or_foreign_file_is_refused(site, tmp_path):
    whole = create().path.read_bytes()
    for content in (
        b"",
        b"no tar",
        whole[:512],
        whole[: len(whole) // 2],
        whole[:-1],
        whole + b"x",
    ):
        other = tmp_path / "other.tar"
        other.write_bytes(content)
        with pytest.raises(BackupFailed):
            services.verify_backup(other)
    with pytest.raises(BackupFailed, match="There is no backup"):
        services.verify_backup(tmp_path / "nowhere.tar")


def test_an_encrypted_backup_needs_its_passphrase(site, passphrase):
    passphrase("sésame, ouvre-toi")
    made = create()
    assert made.path.name.endswith(".enc")
    assert b"Personne" not in made.path.read_bytes()
    assert services.verify_backup(made.path).problems == ()
    with pytest.raises(BackupFailed, match="passphrase is another one"):
        services.verify_backup(made.path, passphrase="another")
    with pytest.raises(BackupFailed, match="no passphrase"):
        services.verify_backup(made.path, passphrase="")
    changed = bytearray(made.path.read_bytes())
    changed[len(changed) // 2] ^= 1
    made.path.write_bytes(changed)
    with pytest.raises(BackupFailed, match="bytes .* of the encrypted file"):
        services.verify_backup(made.path)


def test_a_full_disk_leaves_nothing_that_looks_like_a_backup(site):
    good = create()
    script = textwrap.dedent("""
        import resource, sys
        from app import create_app
        from app.backups import services
        from app.backups.rules import BackupFailed
        from app.kernel import clock
        app = create_app()
        limit = int(sys.argv[1])
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        with app.app_context():
            try:
                services.create_backup(now=clock.now())
            except BackupFailed as failure:
                print(failure)
                sys.exit(3)
    """)
    settings = get_settings()
    for limit in (1000, good.size // 2, good.size - 700):
        done = subprocess.run(
            [sys.executable, "-c", script, str(limit)],
            env={
                "PATH": "/usr/bin:/bin",
                "RIHLA_INSTANCE": str(settings.instance),
                "RIHLA_DATABASE_URL": settings.database_url,
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 3, done.stderr
        assert left_in(queries.backup_folder()) == [good.path.name]


def test_what_a_killed_run_left_is_swept_by_the_next(site):
    folder = queries.backup_folder()
    (folder / ".partial-dead").mkdir(parents=True)
    (folder / ".partial-dead" / "database.sqlite").write_text("half")
    made = create()
    assert left_in(folder) == [made.path.name]


def test_two_backups_at_once_do_not_meet(site):
    with services._workplace(queries.backup_folder()), pytest.raises(BackupFailed, match="Another"):
        create()


def names():
    found = list(db.session.scalars(select(Person.name).order_by(Person.id)))
    db.session.remove()
    return found


def test_a_restored_site_equals_the_one_that_was_kept(site):
    made = create()
    instance = get_settings().instance
    photo = instance / "uploads" / "2026" / "photo d'été.bin"
    content = photo.read_bytes()
    add_person("Personne après")
    photo.write_bytes(b"changed since")
    (instance / "settings.toml").write_text('site_name = "This machine"\n')

    with pytest.raises(BackupFailed, match="not empty"):
        services.restore_backup(made.path, now=clock.now())
    assert len(names()) == 6, "a refused restore changes nothing"
    db.engine.dispose()

    done = services.restore_backup(made.path, now=clock.now(), replace_site=True)
    assert names() == [f"Personne {n}" for n in range(5)]
    assert photo.read_bytes() == content
    assert (done.beside / "uploads" / "2026" / photo.name).read_bytes() == b"changed since"
    assert "This machine" in (instance / "settings.toml").read_text()
    assert done.old_database
    db.engine.dispose()
    again = create()
    assert again.manifest.tables == made.manifest.tables, "by hash"
    assert again.manifest.audit_heads == made.manifest.audit_heads


@pytest.mark.only_sqlite
def test_the_old_database_is_kept_beside_and_one_in_use_is_not_touched(site):
    made = create()
    add_person("Personne après")
    db.session.remove()
    db.engine.dispose()
    path = get_settings().database.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as other:
        other.execute("SELECT 1 FROM person").fetchall()
        with pytest.raises(BackupFailed, match="in use"):
            services.restore_backup(made.path, now=clock.now(), replace_site=True)
    assert len(names()) == 6
    db.engine.dispose()
    done = services.restore_backup(made.path, now=clock.now(), replace_site=True)
    with closing(sqlite3.connect(done.old_database)) as old:
        assert old.execute("SELECT count(*) FROM person").fetchone() == (6,)


def test_a_backup_whose_content_differs_from_its_manifest_is_not_good(site, monkeypatch):
    store = services.store_for()
    true = type(store).snapshot

    def lying(self, folder):
        part, content = true(self, folder)
        tables = dict(content.tables)
        tables["person"] = type(tables["person"])(4, tables["person"].hash)
        return part, type(content)(tables, content.audit_heads, content.schema)

    monkeypatch.setattr(type(store), "snapshot", lying)
    made = create()
    assert services.verify_backup(made.path).problems == ("table person: 5 rows instead of 4",)
    with pytest.raises(BackupFailed, match="nothing was changed"):
        services.restore_backup(made.path, now=clock.now(), replace_site=True)
    assert len(names()) == 5


def test_a_broken_audit_trail_is_found_by_the_check(site):
    with write() as session:
        session.execute(text("UPDATE audit_entry SET verb = 'test.forged' WHERE seq = 1"))
    problems = services.verify_backup(create().path).problems
    assert any("audit trail of center" in problem for problem in problems)


def test_the_nightly_job_makes_verifies_and_prunes(site):
    object.__setattr__(get_settings(), "backups_kept", 2)
    for _ in range(3):
        with write():
            jobs.enqueue("backups.nightly", {})
        jobs.drain()
    runs = queries.list_runs()
    assert len(runs) == 3
    assert all(run.error is None and run.verified_at and run.size and run.rows for run in runs)
    assert len(queries.list_files()) == 2
    from app.backups.jobs import check

    db.session.rollback()
    assert check().ok
    clock.shift(3 * 86400)
    assert not check().ok


def test_a_failed_night_is_remembered_and_said(site):
    object.__setattr__(get_settings(), "backup_folder", "/proc/nowhere")
    db.session.remove()
    with write():
        jobs.enqueue("backups.nightly", {})
    jobs.drain(1)
    from app.backups.jobs import check

    found = check()
    assert not found.ok
    assert found.urgent
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(BackupRun)) == 1


def test_the_commands_make_list_verify_and_refuse(site):
    runner = site.test_cli_runner()
    db.session.remove()
    made = runner.invoke(args=["backup", "create", "--verify"])
    assert made.exit_code == 0, made.output
    assert "GOOD" in made.output
    name = queries.list_files()[0].name
    assert "verified 20" in runner.invoke(args=["backup", "list"]).output
    assert runner.invoke(args=["backup", "verify", name]).exit_code == 0
    refused = runner.invoke(args=["backup", "restore", name])
    assert refused.exit_code == 1
    assert "not empty" in refused.output
    assert "--replace" in refused.output


@pytest.mark.only_postgresql
def test_a_server_keeps_the_old_database_and_touches_none_in_use(site):
    made = create()
    add_person("Personne après")
    db.session.remove()
    db.engine.dispose()
    url = get_settings().database_url
    with psycopg.connect(url), pytest.raises(BackupFailed, match="in use"):
        services.restore_backup(made.path, now=clock.now(), replace_site=True)
    assert len(names()) == 6
    done = services.restore_backup(made.path, now=clock.now(), replace_site=True)
    assert len(names()) == 5
    server = url.rsplit("/", 1)[0]
    with psycopg.connect(f"{server}/{done.old_database}") as old:
        assert old.execute("SELECT count(*) FROM person").fetchone() == (6,)
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{done.old_database}" WITH (FORCE)')
        left = for_good(connection)
    assert left == set()


def for_good(connection):
    """Return the scratch databases that stay; those of another test at work go by themselves."""
    left, until = None, time.monotonic() + 60
    while left != set() and time.monotonic() < until:
        rows = connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'rihla_verify%'"
            " OR datname LIKE '%_restored_%'"
        )
        now = {name for (name,) in rows}
        left = now if left is None else left & now
        time.sleep(0.2 if left else 0)
    return left

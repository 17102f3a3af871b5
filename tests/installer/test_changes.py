"""Installing, upgrading, going back and uninstalling, with the data that belongs to each."""

import csv
import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from app.accounts.hooks import PersonalData
from app.installer import files, queries, running, services
from app.installer.models import PluginOperation
from app.installer.rules import Rejected
from app.kernel import clock
from app.kernel.actors import Actor, Grant
from app.kernel.audit import AuditEntry
from app.kernel.db import allow_writing, db, write
from app.kernel.errors import Conflict, Forbidden, NotFound
from app.kernel.hooks import hooks
from app.plugins.models import Plugin
from tests.installer.conftest import Shop, open_shop
from tests.installer.making import CODE, NAME

pytestmark = pytest.mark.slow


def _kept(shop: Shop, operation: queries.OperationView) -> Path:
    return files.kept_folder(shop.settings, NAME) / str(operation.before["file"])


def test_a_plugin_is_installed_and_off_until_an_admin_switches_it_on(new_shop: Shop) -> None:
    """Each step stands in the audit trail."""
    done = new_shop.install(new_shop.archives["1.0.0"])
    assert (done.state, new_shop.version, new_shop.schema()) == ("done", "1.0.0", "diary_0001")
    row = db.session.get_one(Plugin, NAME)
    assert (row.state, row.enabled, row.signer) == ("installed", None, "Atelier Exemple")
    assert [step.state for step in done.steps()] == ["done"] * 8
    verbs = list(db.session.scalars(select(AuditEntry.verb).order_by(AuditEntry.seq)))
    assert verbs[-10:] == ["plugins.install", *["plugins.install_step"] * 8, "plugins.install_done"]


def test_what_was_not_tried_is_not_installed(new_shop: Shop) -> None:
    found = new_shop.receive("1.0.1")
    with pytest.raises(Conflict, match="must be tried on a copy"):
        new_shop.begin(found)


def test_more_than_was_agreed_to_is_refused(new_shop: Shop) -> None:
    with pytest.raises(Conflict, match="more than you agreed to: routes"):
        new_shop.begin(new_shop.archives["1.0.0"], consent=frozenset({"db"}))


def test_an_upgrade_moves_the_data_and_a_rollback_brings_it_back(shop: Shop) -> None:
    before = shop.hashes()
    assert shop.install(shop.archives["1.1.0"]).state == "done"
    assert (shop.version, shop.schema()) == ("1.1.0", "diary_0002")
    assert shop.hashes() != before
    shop.add_entries("written with 1.1")

    back = shop.rollback()
    assert (back.state, shop.version, shop.schema()) == ("done", "1.0.0", "diary_0001")
    assert shop.hashes() == before
    with zipfile.ZipFile(_kept(shop, back)) as archive:
        sheet = io.StringIO(archive.read("diary_entry.csv").decode("utf-8-sig"))
        rows = list(csv.DictReader(sheet))
        about = json.loads(archive.read("about.json"))
    assert [row["text"] for row in rows][-1] == "written with 1.1"
    assert {row["mood"] for row in rows} == {"calm"}
    assert "'=1+1 formula" in {row["text"] for row in rows}
    assert (about["version"], about["revision"]) == ("1.1.0", "diary_0002")
    with db.engine.connect() as connection, pytest.raises(Exception, match="mood"):
        connection.execute(text("SELECT mood FROM diary_entry"))

    shop.add_entries("after")  # with a number of its own
    with db.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM diary_entry")) == 6
    with pytest.raises(Conflict, match="no version to go back to"):
        shop.begin_rollback()


def test_data_stays_where_the_tables_are_the_same(shop: Shop) -> None:
    shop.install(shop.count_as_tried(shop.receive("1.0.5")))
    shop.add_entries("six")
    now = shop.hashes()
    assert shop.rollback(keep_newer=True).state == "done"
    assert (shop.version, shop.hashes()) == ("1.0.0", now)


def test_newer_data_does_not_fit_other_tables(upgraded: Shop) -> None:
    with pytest.raises(Conflict, match="different tables"):
        upgraded.begin_rollback(keep_newer=True)


def test_a_migration_that_fails_on_real_rows_is_found_on_the_copy(shop: Shop) -> None:
    shop.add_entries("un")
    before = shop.hashes()
    refused = shop.examine(shop.receive("1.2.0", steps=2, unique=True))
    assert refused.state == "refused"
    assert "unique" in str(refused.sentence).lower()
    assert (shop.version, shop.schema(), shop.hashes()) == ("1.0.0", "diary_0001", before)
    with pytest.raises(Conflict, match="did not pass"):
        shop.begin(shop.archives["1.2.0"])


def test_rows_that_come_after_the_rehearsal_undo_the_upgrade(shop: Shop) -> None:
    found = shop.count_as_tried(shop.receive("1.2.0", steps=2, unique=True))
    shop.add_entries("un")
    before = shop.hashes()
    refused = shop.install(found)
    assert (refused.state, refused.done[-1]["step"]) == ("refused", "close")
    assert "they are as before" in str(refused.sentence)
    assert (shop.version, shop.schema(), shop.hashes()) == ("1.0.0", "diary_0001", before)
    assert db.session.get_one(Plugin, NAME).state == "installed"


def test_what_fails_only_on_the_real_site_is_stopped_by_the_canary(shop: Shop) -> None:
    code = CODE.replace(
        "def register(hooks: Hooks) -> None:",
        "def register(hooks: Hooks) -> None:\n"
        "    from app.settings import get_settings\n"
        '    if (get_settings().instance / "plugins" / "keys").is_dir():\n'
        '        raise RuntimeError("only on the real site")\n',
    )
    found = shop.receive("1.3.0", steps=2, code=code)
    tried = shop.examine(found)
    assert tried.state == "refused"  # reaching into the core is what the suite refuses
    before = shop.hashes()
    refused = shop.install(shop.count_as_tried(found))
    assert (refused.state, refused.done[-1]["step"]) == ("refused", "migrate")
    assert "only on the real site" in str(refused.sentence)
    assert (shop.version, shop.schema(), shop.hashes()) == ("1.0.0", "diary_0001", before)


def test_two_changes_at_once_are_one_and_a_sentence(shop: Shop) -> None:
    first = shop.begin(shop.archives["1.1.0"])
    with pytest.raises(Conflict, match="Another change of plugins is under way"):
        shop.begin_uninstall()
    with pytest.raises(Conflict, match="Another change"):
        shop.begin(shop.archives["1.1.0"])
    assert queries.get_operation(first).is_open


def test_the_version_in_use_is_not_installed_again(shop: Shop) -> None:
    with pytest.raises(Conflict, match="in use already"):
        shop.begin(shop.archives["1.0.0"])


def test_an_older_version_is_refused_unless_it_is_meant(upgraded: Shop) -> None:
    older = upgraded.archives["1.0.0"]
    assert upgraded.examine(older).state == "done"
    with pytest.raises(Conflict, match=r"1\.0\.0 is older than 1\.1\.0"):
        upgraded.begin(older)
    done = upgraded.install(older, may_go_back=True)
    assert (done.state, upgraded.version, upgraded.schema()) == ("done", "1.0.0", "diary_0001")


@pytest.mark.parametrize("role", ["manager", "learner", "partner"])
def test_only_an_admin_of_the_site_installs(shop: Shop, role: str) -> None:
    actor = Actor(7, "x", "x", "fr", (Grant(role, "site"),))
    with pytest.raises(Forbidden), write():
        services.begin_rollback(actor=actor, plugin=NAME, keep_newer=False, now=clock.now())


def test_a_center_has_no_say(shop: Shop) -> None:
    actor = Actor(7, "x", "x", "fr", (Grant("admin", "center", 1),))
    with pytest.raises(Forbidden), write():
        services.begin_examination(actor=actor, artifact_id=1, now=clock.now())


def test_uninstalling_keeps_the_data_and_coming_back_finds_it(shop: Shop) -> None:
    before = shop.hashes()
    assert shop.uninstall().state == "done"
    assert (shop.version, shop.hashes()) == ("", before)
    (left,) = queries.list_leftovers(files.kept_home(shop.settings))
    assert left.rows == {"diary_book": 1, "diary_entry": 5}
    again = shop.count_as_tried(shop.archives["1.0.0"])
    assert shop.install(again).state == "done"
    assert (shop.version, shop.hashes()) == ("1.0.0", before)


def test_uninstalling_can_keep_the_data_in_a_file_only(shop: Shop) -> None:
    done = shop.uninstall("export")
    assert (done.state, shop.hashes(), shop.schema()) == ("done", {}, None)
    (kept,) = queries.list_kept(files.kept_folder(shop.settings, NAME))
    assert kept.rows == 6
    assert db.session.get(Plugin, NAME) is None
    (left,) = queries.list_leftovers(files.kept_home(shop.settings))
    assert (left.name, left.version, left.kept) == (NAME, "1.0.0", [kept])


def test_uninstalling_can_delete_the_data_when_the_name_is_typed(shop: Shop) -> None:
    with pytest.raises(Conflict, match="Type its name"):
        shop.uninstall("drop", typed="yes")
    assert shop.uninstall("drop").state == "done"
    assert shop.hashes() == {}
    assert queries.list_kept(files.kept_folder(shop.settings, NAME)) == []
    with pytest.raises(NotFound):
        shop.uninstall("drop")


def test_a_disk_without_room_changes_nothing(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(shop.folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=1))
    refused = shop.install(shop.archives["1.1.0"])
    assert refused.state == "refused"
    assert "The disk is too full" in str(refused.sentence)
    assert (shop.version, shop.schema()) == ("1.0.0", "diary_0001")


def test_a_disk_that_fills_up_while_data_is_kept_changes_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    refused = shop.install(shop.archives["1.1.0"])
    assert refused.state == "refused"
    assert "No space left on device" in str(refused.sentence)
    assert (shop.version, shop.schema()) == ("1.0.0", "diary_0001")
    assert list(files.kept_folder(shop.settings, NAME).iterdir()) == []


def test_files_that_vanish_come_back_from_the_database(shop: Shop) -> None:
    shutil.rmtree(shop.settings.instance / "plugins" / NAME)
    assert files.adopt(shop.settings)
    folder = shop.settings.instance / "plugins" / NAME
    assert list(folder.glob("1.0.0-*/rihla_diary/plugin.toml"))
    assert not files.adopt(shop.settings)


def test_another_machine_gets_the_files_before_it_counts(shop: Shop) -> None:
    elsewhere = shop.settings.instance.parent / "elsewhere"
    there = Shop(shop.app, elsewhere)
    settings = type(shop.settings)(instance=elsewhere)
    assert files.adopt(settings)
    assert (elsewhere / "plugins" / "code").read_text() == "1"
    assert list((elsewhere / "plugins" / NAME).glob("1.0.0-*/rihla_diary/__init__.py"))
    assert there.folder == elsewhere


def test_an_archive_that_was_changed_in_the_database_is_not_unpacked(shop: Shop) -> None:
    shutil.rmtree(shop.settings.instance / "plugins" / NAME)
    with allow_writing(), db.engine.begin() as connection:
        connection.execute(text("UPDATE plugin_artifact SET data = :data"), {"data": b"other"})
    row = queries.find_in_use(NAME)
    with pytest.raises(Rejected, match="is gone"):
        files.place(shop.settings, NAME, row.version, row.sha256)


def test_a_version_that_the_catalog_took_back_is_refused(shop: Shop) -> None:
    from app.installer import catalogs
    from tests.installer.making import pack

    folder = catalogs.folder_of(shop.settings)
    folder.mkdir()
    pack(shop.folder / "unused")
    revoked = [{"name": NAME, "versions": ">=1.1", "reason": "loses entries"}]
    (folder / catalogs.FILE).write_text(json.dumps({"plugins": [], "revoked": revoked}))
    catalogs.make_catalog(folder, shop.folder / "atelier.pem", clock.now())
    with pytest.raises(Rejected, match="took version 1.1.0 of diary back: loses entries"):
        shop.begin(shop.archives["1.1.0"])
    with pytest.raises(Rejected, match="took version 1.4.0"):
        shop.receive("1.4.0")


def test_an_archive_for_another_interface_is_refused_before_it_is_kept(shop: Shop) -> None:
    with pytest.raises(Rejected, match="version >=2 of the plugin interface"):
        shop.receive("3.0.0", api=">=2")
    assert len(queries.list_artifacts()) == 2


def test_only_the_last_versions_are_kept(upgraded: Shop) -> None:
    folders = {
        path.name.partition("-")[0]
        for path in (upgraded.settings.instance / "plugins" / NAME).iterdir()
    }
    assert folders == {"1.0.0", "1.1.0"}


def test_a_lease_keeps_two_processes_apart(shop: Shop) -> None:
    found = shop.begin(shop.archives["1.1.0"])
    assert running._take(found, "one")
    assert not running._take(found, "two")
    assert running.work(found).is_open  # held by a process that lives: left alone
    clock.shift(60)
    assert running.work(found, wait=True).state == "done"
    with write() as session:
        assert session.get_one(PluginOperation, found).owner is None


def test_what_an_uninstalled_plugin_kept_about_people_stays_known(new_shop: Shop) -> None:
    """Export and erasure reach data whose plugin is gone: law 09-08 does not ask for plugins."""
    text_of = (Path(__file__).parent.parent / "plugins/shelf/sample/plugin.toml").read_text("utf-8")
    manifest = text_of.replace("sample", "gone")
    with write() as session:
        row = Plugin(name="gone", version="1.0.0", source="site", state="uninstalled")
        row.manifest, row.enabled, row.everywhere, row.changed_at = (
            manifest,
            None,
            None,
            clock.now(),
        )
        session.add(row)
    with allow_writing(), db.engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version_gone (version_num VARCHAR(32))"))
        connection.execute(text("INSERT INTO alembic_version_gone VALUES ('gone_0001')"))
    again = open_shop(new_shop.settings.database_url, new_shop.folder)
    with again.app.app_context():
        assert hooks.get(PersonalData, "gone_note") is not None
        assert "gone" not in again.app.extensions["plugins"].records
        db.session.remove()
        db.engine.dispose()

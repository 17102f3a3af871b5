"""The admin's pages: what they ask before something is installed, and what they refuse."""

import io
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.installer import catalogs, queries, signing
from app.installer.models import PluginArtifact, PluginOperation
from app.installer.rules import pack_sentence
from app.kernel import clock
from app.kernel.db import db, write
from app.kernel.i18n import say
from app.plugins.models import Plugin
from app.settings import use_settings
from app.signin import rules as signin
from tests.conftest import Made, add_person, add_session, build
from tests.installer.making import NAME, make_key, pack

PASSWORD = "four words in a row"
PASSWORD_HASH = signin.hash_password(PASSWORD)


@pytest.fixture
def admin(client: Any, make_person: Any, sign_in: Any) -> Made:
    person: Made = make_person(role="admin", password_hash=PASSWORD_HASH)
    sign_in(person)
    return person


@pytest.fixture
def archive(tmp_path: Path) -> tuple[str, bytes]:
    return pack(tmp_path)


@pytest.fixture
def uploading(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who runs the server lets admins upload."""
    settings = app.extensions["settings"]
    changed = type(settings)(**{**vars(settings), "plugin_install": "upload"})
    monkeypatch.setitem(app.extensions, "settings", changed)


def send(client: Any, archive: tuple[str, bytes], **fields: Any) -> Any:
    data = {"file": (io.BytesIO(archive[1]), archive[0]), "password": PASSWORD} | fields
    return client.post("/en/admin/plugins/store/upload", data=data)


def keep_artifact(manifest: str, **report: Any) -> int:
    with write() as session:
        row = PluginArtifact(
            name=NAME,
            version="1.0.0",
            sha256="a" * 64,
            file="x.whl",
            source="upload",
            signer="",
            manifest=manifest,
            data=b"",
            report=report,
            received_at=clock.now(),
        )
        session.add(row)
        session.flush()
        return row.id


@pytest.fixture
def manifest(archive: tuple[str, bytes]) -> str:
    from app.installer import wheels

    return wheels.read_package(archive[1], archive[0]).manifest.text


TRIED = {
    "base": "",
    "rehearsal": {
        "rows": {"diary_entry": [5, 4], "diary_gone": [1, None]},
        "reversible": True,
        "seconds": 0.1,
        "tables": ["diary_entry"],
        "pages": ["/<lang>/x/diary/"],
    },
    "smoke": {"passed": ["load"], "warnings": []},
}


def test_the_store_is_for_admins_of_the_site(client: Any, make_person: Any, sign_in: Any) -> None:
    sign_in(make_person(role="manager"))
    assert client.get("/en/admin/plugins/store").status_code == 403


def test_a_site_without_a_catalog_says_so(client: Any, admin: Made) -> None:
    page = client.get("/en/admin/plugins/store").text
    assert "The catalog is empty" in page
    assert "Bring an archive yourself" not in page


def test_uploading_is_refused_where_the_operator_did_not_allow_it(
    client: Any, admin: Made, archive: tuple[str, bytes]
) -> None:
    assert send(client, archive).status_code == 403
    assert queries.list_artifacts() == []


@pytest.mark.usefixtures("uploading")
def test_an_upload_needs_the_password(client: Any, admin: Made, archive: tuple[str, bytes]) -> None:
    answer = send(client, archive, password="another")
    assert answer.status_code == 422
    assert "This is not your password." in answer.text
    assert queries.list_artifacts() == []


@pytest.mark.usefixtures("uploading")
def test_what_is_wrong_with_an_upload_is_said_beside_the_file(client: Any, admin: Made) -> None:
    answer = send(client, ("rihla_diary-1.0.0-py3-none-any.whl", b"no zip"))
    assert answer.status_code == 422
    assert "This is not an archive, or it is damaged." in answer.text


@pytest.mark.usefixtures("uploading")
def test_an_upload_is_kept_and_its_trial_begins(
    client: Any, admin: Made, archive: tuple[str, bytes]
) -> None:
    answer = send(client, archive)
    assert answer.status_code == 303
    (kept,) = queries.list_artifacts()
    assert (kept.name, kept.signer) == (NAME, "")
    operation = queries.find_open_operation()
    assert operation is not None
    assert (operation.kind, operation.actor_id) == ("examine", admin.id)
    page = client.get(answer.location)
    assert "Nobody signed it" in page.text
    assert page.headers["Refresh"] == "2"
    assert "This page renews itself" in page.text


@pytest.mark.usefixtures("uploading")
def test_two_admins_at_once_begin_one_change(
    client: Any, admin: Made, archive: tuple[str, bytes], manifest: str
) -> None:
    send(client, archive)
    found = keep_artifact(manifest, **TRIED)
    form = {"seen": "db,routes", "agreed": "y", "password": PASSWORD}
    answer = client.post(
        f"/en/admin/plugins/store/{found}/install", data=form, follow_redirects=True
    )
    assert "Another change of plugins is under way" in answer.text
    assert len(list(db.session.scalars(select(PluginOperation.id)))) == 1


def test_the_page_before_installing_says_what_it_asks(
    client: Any, admin: Made, manifest: str
) -> None:
    found = keep_artifact(manifest, **TRIED)
    for lang, title in (("en", "Diary"), ("fr", "Journal"), ("ar", "يوميات")):
        page = client.get(f"/{lang}/admin/plugins/store/{found}")
        assert page.status_code == 200
        assert f"{title} <bdi" in page.text, "in its own words, though it is not in use"
    page = client.get(f"/en/admin/plugins/store/{found}").text
    assert "Keeps data of its own in the database" in page
    assert "Calls other machines on the network" in page  # among what it does not ask for
    assert "diary_entry" in page
    assert "/&lt;lang&gt;/x/diary/" in page


def test_installing_needs_agreement_and_password(client: Any, admin: Made, manifest: str) -> None:
    where = f"/en/admin/plugins/store/{keep_artifact(manifest, **TRIED)}/install"
    answer = client.post(where, data={"seen": "db,routes", "password": PASSWORD})
    assert answer.status_code == 422
    assert "Tick this" in answer.text
    answer = client.post(where, data={"seen": "db,routes", "agreed": "y", "password": "wrong"})
    assert answer.status_code == 422
    assert queries.find_open_operation() is None


def test_what_was_agreed_to_is_what_the_page_showed(
    client: Any, admin: Made, manifest: str
) -> None:
    where = f"/en/admin/plugins/store/{keep_artifact(manifest, **TRIED)}/install"
    form = {"seen": "db", "agreed": "y", "password": PASSWORD}
    answer = client.post(where, data=form, follow_redirects=True)
    assert "It asks for more than you agreed to: routes." in answer.text
    assert queries.find_open_operation() is None
    answer = client.post(where, data=form | {"seen": "db,routes"})
    assert answer.status_code == 303
    operation = queries.find_open_operation()
    assert operation is not None
    assert operation.kind == "install"


def test_why_a_trial_failed_is_said_in_the_readers_language(
    client: Any, admin: Made, manifest: str
) -> None:
    why = say("It needs a newer database schema: %(wanted)s.", wanted="core_9999")
    found = keep_artifact(manifest, refused=pack_sentence(why))
    page = client.get(f"/en/admin/plugins/store/{found}").text
    assert "It needs a newer database schema: core_9999." in page
    assert "Nothing on the site was changed." in page


def test_an_archive_that_is_not_used_can_be_deleted(
    client: Any, admin: Made, manifest: str
) -> None:
    found = keep_artifact(manifest)
    client.post(f"/en/admin/plugins/store/{found}/forget")
    assert queries.list_artifacts() == []


@pytest.fixture
def installed(database: Any, manifest: str) -> None:
    keep_artifact(manifest)
    with write() as session:
        session.add(
            Plugin(
                name=NAME,
                version="1.0.0",
                source="site",
                sha256="a" * 64,
                manifest=manifest,
                enabled=None,
                everywhere=None,
                changed_at=clock.now(),
            )
        )


@pytest.mark.usefixtures("installed")
def test_deleting_data_needs_the_typed_name(client: Any, admin: Made) -> None:
    page = client.get(f"/en/admin/plugins/{NAME}/versions")
    assert "Take it out of use" in page.text
    form = {"choice": "drop", "typed": "no", "password": PASSWORD}
    answer = client.post(f"/en/admin/plugins/{NAME}/uninstall", data=form, follow_redirects=True)
    assert "Type its name, diary, to delete its data." in answer.text
    assert queries.find_open_operation() is None


@pytest.mark.usefixtures("installed")
def test_deleting_data_takes_two_admins(
    client: Any, admin: Made, make_person: Any, sign_in: Any, travel: Any
) -> None:
    address = f"/en/admin/plugins/{NAME}/uninstall"
    form = {"choice": "drop", "typed": NAME, "password": PASSWORD}
    page = client.post(address, data=form, follow_redirects=True).text
    assert "Nothing is deleted until a second admin" in page
    assert "Its data waits to be deleted" in page
    assert (
        "You asked for this already." in client.post(address, data=form, follow_redirects=True).text
    )
    assert queries.find_open_operation() is None

    sign_in(make_person("Second Admin", role="admin", password_hash=PASSWORD_HASH))
    client.post(address, data=form | {"choice": "export"})
    assert queries.find_open_operation() is None, "the second asked for something else"
    travel(days=8)
    sign_in(admin)
    client.post(address, data=form | {"choice": "export"})
    assert queries.find_open_operation() is None, "a wish ends after a week"
    sign_in(make_person("Third Admin", role="admin", password_hash=PASSWORD_HASH))
    client.post(address, data=form | {"choice": "export"})
    operation = queries.find_open_operation()
    assert operation is not None
    assert operation.options == {"data": "export"}


@pytest.mark.usefixtures("installed")
def test_there_is_nothing_to_go_back_to(client: Any, admin: Made) -> None:
    answer = client.post(
        f"/en/admin/plugins/{NAME}/rollback",
        data={"choice": "before", "password": PASSWORD},
        follow_redirects=True,
    )
    assert "There is no version to go back to." in answer.text


@pytest.mark.usefixtures("installed")
def test_a_file_is_only_given_when_it_is_one_of_the_plugins(client: Any, admin: Made) -> None:
    for name in ("x.zip", "..%2f..%2fsecret.key", "active.json"):
        assert client.get(f"/en/admin/plugins/{NAME}/kept/{name}").status_code == 404


def test_an_archive_of_the_catalog_is_chosen_and_tried(
    schema_url: str, site_folder: Path, tmp_path: Path
) -> None:
    from tests import databases

    with databases.clone(schema_url, site_folder) as url:
        app = build(url, tmp_path, plugins_safe_mode=True)
        use_settings(app.extensions["settings"])
        with app.app_context():
            key = make_key(tmp_path, tmp_path / "plugins", NAME, signing.CATALOG)
            folder = catalogs.folder_of(app.extensions["settings"])
            folder.mkdir()
            file, data = pack(tmp_path / "source")
            (folder / file).write_bytes(data)
            catalogs.make_catalog(folder, key, clock.now())
            client = app.test_client()
            client.set_cookie("sid", add_session(add_person(role="admin")))
            page = client.get("/fr/admin/plugins/store").text
            assert "Journal" in page
            answer = client.post(
                "/fr/admin/plugins/store/catalog", data={"name": NAME, "version": "1.0.0"}
            )
            assert answer.status_code == 303
            (kept,) = queries.list_artifacts()
            assert (kept.source, kept.signer) == ("catalog", "Atelier Exemple")
            db.session.remove()
            db.engine.dispose()

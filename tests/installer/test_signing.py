"""Signatures count for the plugins of a key; a catalog is signed as a whole and takes back."""

import json
from pathlib import Path

import pytest

from app.installer import catalogs, signing
from app.installer.rules import Rejected
from app.kernel import clock
from app.settings import Settings
from tests.installer.making import NAME, make_key, pack


def test_a_good_signature_names_its_publisher(tmp_path: Path) -> None:
    key = make_key(tmp_path, tmp_path, NAME)
    found = signing.verify(b"data", signing.sign(b"data", key), NAME, signing.list_keys(tmp_path))
    assert found.publisher == "Atelier Exemple"


def test_one_byte_more_is_refused(tmp_path: Path) -> None:
    key = make_key(tmp_path, tmp_path, NAME)
    with pytest.raises(Rejected, match="not by a key that this site trusts"):
        signing.verify(b"datax", signing.sign(b"data", key), NAME, signing.list_keys(tmp_path))


def test_a_key_does_not_count_for_another_plugin(tmp_path: Path) -> None:
    key = make_key(tmp_path, tmp_path, NAME)
    with pytest.raises(Rejected, match="does not count for quizzes"):
        signing.verify(b"data", signing.sign(b"data", key), "quizzes", signing.list_keys(tmp_path))


def test_a_key_for_any_plugin_is_no_key_for_catalogs(tmp_path: Path) -> None:
    key = make_key(tmp_path, tmp_path, "*")
    signature = signing.sign(b"data", key, catalog=True)
    with pytest.raises(Rejected, match="does not count for catalog"):
        signing.verify(b"data", signature, signing.CATALOG, signing.list_keys(tmp_path))


def test_a_signature_of_a_catalog_is_none_of_an_archive(tmp_path: Path) -> None:
    key = make_key(tmp_path, tmp_path, "*", "catalog")
    signature = signing.sign(b"data", key, catalog=True)
    with pytest.raises(Rejected):
        signing.verify(b"data", signature, NAME, signing.list_keys(tmp_path))


def test_a_private_key_is_for_its_owner_and_never_replaced(tmp_path: Path) -> None:
    file = tmp_path / "key.pem"
    signing.make_key(file)
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(FileExistsError):
        signing.make_key(file)


@pytest.mark.parametrize("public", ["", "no key", "AAAA"])
def test_what_is_no_key_is_not_trusted(tmp_path: Path, public: str) -> None:
    with pytest.raises(Rejected, match="not a public key"):
        signing.trust(tmp_path, "x", public, "X", ("*",))


def test_a_damaged_key_file_is_no_key(tmp_path: Path) -> None:
    make_key(tmp_path, tmp_path, NAME)
    (tmp_path / "keys" / "broken.toml").write_text("key = ")
    assert [key.name for key in signing.list_keys(tmp_path)] == ["atelier"]


@pytest.fixture
def shop(tmp_path: Path) -> tuple[Settings, Path]:
    """A site whose catalog holds one archive."""
    settings = Settings(instance=tmp_path)
    key = make_key(tmp_path, tmp_path / "plugins", NAME, "catalog")
    folder = catalogs.folder_of(settings)
    folder.mkdir(parents=True)
    file, data = pack(tmp_path / "source")
    (folder / file).write_bytes(data)
    catalogs.make_catalog(folder, key, clock.now())
    return settings, key


def test_a_site_without_a_catalog_has_an_empty_one(tmp_path: Path) -> None:
    assert catalogs.read_catalog(Settings(instance=tmp_path)).entries == ()


def test_the_catalog_names_its_archives(shop: tuple[Settings, Path]) -> None:
    catalog = catalogs.read_catalog(shop[0])
    (entry,) = catalog.newest()
    assert (entry.name, entry.version, entry.title["fr"]) == (NAME, "1.0.0", "Journal")
    assert catalogs.fetch(shop[0], entry)


def test_a_catalog_that_was_changed_is_refused(shop: tuple[Settings, Path]) -> None:
    file = catalogs.folder_of(shop[0]) / catalogs.FILE
    file.write_text(file.read_text().replace("1.0.0", "9.9.9"))
    with pytest.raises(Rejected, match="not by a key"):
        catalogs.read_catalog(shop[0])


def test_a_catalog_without_a_signature_is_refused(shop: tuple[Settings, Path]) -> None:
    (catalogs.folder_of(shop[0]) / "catalog.json.sig").unlink()
    with pytest.raises(Rejected, match="not signed"):
        catalogs.read_catalog(shop[0])


def test_an_archive_that_was_exchanged_is_refused(shop: tuple[Settings, Path]) -> None:
    (entry,) = catalogs.read_catalog(shop[0]).entries
    file = catalogs.folder_of(shop[0]) / entry.file
    file.write_bytes(file.read_bytes() + b" ")
    with pytest.raises(Rejected, match="not what the catalog says"):
        catalogs.fetch(shop[0], entry)


def test_what_the_catalog_takes_back_is_not_offered(shop: tuple[Settings, Path]) -> None:
    settings, key = shop
    folder = catalogs.folder_of(settings)
    raw = json.loads((folder / catalogs.FILE).read_text())
    raw["revoked"] = [{"name": "Diary", "versions": "<1.1", "reason": "loses entries"}]
    (folder / catalogs.FILE).write_text(json.dumps(raw))
    catalogs.make_catalog(folder, key, clock.now())
    catalog = catalogs.read_catalog(settings)
    assert catalog.newest() == []
    assert catalog.why_revoked(NAME, "1.0.0") == "loses entries"
    assert catalog.why_revoked(NAME, "1.1") is None

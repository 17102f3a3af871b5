"""With four processes and people who work: plugins come, change and go, and no request fails."""

import time
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from app.installer import signing
from app.kernel.db import db
from tests import databases
from tests.installer import making
from tests.installer.conftest import Shop
from tests.installer.live import Crowd, Live, crowd, live

pytestmark = pytest.mark.slow
SETTLE_SECONDS = 45


def _archive(folder: Path, key: Path, version: str, **changes: object) -> str:
    file, data = making.pack(folder, version, **changes)
    (folder / file).write_bytes(data)
    (folder / f"{file}.sig").write_bytes(signing.sign(data, key))
    return str(folder / file)


def _only(site: Live, version: str) -> None:
    """Wait until every process serves this version."""
    until, good = time.monotonic() + SETTLE_SECONDS, 0
    while good < 30:
        assert time.monotonic() < until, f"version {version} does not reach every process"
        status, body = site.ask("/fr/x/diary/")
        good = good + 1 if status == 200 and f'"{version}"' in body else 0
        time.sleep(0.02)


def _good(seen: Crowd) -> None:
    print(seen)
    assert seen.failures == []
    assert seen.asked > 100


def test_nobody_notices_that_plugins_change(
    schema_url: str, site_folder: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "site"
    key = making.make_key(tmp_path, folder / "plugins", making.NAME)
    first = _archive(tmp_path, key, "1.0.0")
    second = _archive(tmp_path / "b", key, "1.1.0", steps=2)
    third = _archive(tmp_path / "c", key, "1.2.0", steps=2, unique=True)
    with (
        databases.clone(schema_url, site_folder) as url,
        live(folder, url) as site,
        crowd(site.port) as seen,
    ):
        site.rihla("plugin", "install", first, "--yes")
        site.rihla("plugin", "enable", making.NAME)
        _only(site, "1.0.0")
        _write(url, "un", "un")
        site.rihla("plugin", "upgrade", second, "--yes")
        _only(site, "1.1.0")
        _, said = site.rihla("plugin", "upgrade", third, "--yes", good=False)
        assert "Everything is as before" in said
        _only(site, "1.1.0")
        site.rihla("plugin", "rollback", making.NAME)
        _only(site, "1.0.0")
    _good(seen)
    assert seen.versions.keys() == {"1.0.0", "1.1.0"}


def _write(url: str, *texts: str) -> None:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO diary_book (id, title) VALUES (1, 'Carnet')"))
        for one in texts:
            connection.execute(
                text("INSERT INTO diary_entry (book_id, text) VALUES (1, :text)"), {"text": one}
            )
    engine.dispose()


def test_one_process_is_enough(shop: Shop, tmp_path: Path) -> None:
    """A site with a single web process is replaced without a gap as well."""
    url = shop.settings.database_url
    second = _archive(tmp_path / "b", shop.folder / "atelier.pem", "1.1.1")
    db.session.remove()
    db.engine.dispose()
    with live(shop.folder, url, workers=1) as site, crowd(site.port, people=3) as seen:
        site.rihla("plugin", "enable", making.NAME)
        _only(site, "1.0.0")
        site.rihla("plugin", "upgrade", second, "--yes")
        _only(site, "1.1.1")
    _good(seen)

"""A site with a diary 1.0 installed and 1.1 tried; each test changes a copy of it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from app.installer import catalogs, keeping, queries, receiving, running, services, signing
from app.installer.models import PluginArtifact
from app.installer.queries import OperationView
from app.installer.services import Wish
from app.kernel import clock
from app.kernel.actors import SYSTEM
from app.kernel.db import allow_writing, db, write
from app.plugins.discovery import read_active
from app.settings import Settings, use_settings
from tests import databases
from tests.conftest import build
from tests.installer.making import NAME, make_key, pack

USES = frozenset({"db", "routes"})


@dataclass
class Shop:
    """A site and what its admin does with plugins."""

    app: Flask
    folder: Path
    archives: dict[str, int] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        found: Settings = self.app.extensions["settings"]
        return found

    @property
    def version(self) -> str:
        """The version in use, as the database and as the files say it."""
        row = queries.find_in_use(NAME)
        db.session.rollback()
        said = row.version if row else ""
        assert read_active(self.settings).get(NAME, "").partition("-")[0] == (
            f"{NAME}/{said}" if said else ""
        )
        return said

    def receive(self, version: str = "1.0.0", *, signed: bool = True, **changes: Any) -> int:
        """Bring an archive."""
        folder = self.folder / f"source-{len(self.archives)}-{version}"
        file, data = pack(folder, version, **changes)
        received = receiving.receive(
            actor=SYSTEM,
            data=data,
            file=file,
            signature=signing.sign(data, self.folder / "atelier.pem") if signed else None,
            source="upload",
            may_be_unsigned=not signed,
        )
        self.archives[version] = received.id
        return received.id

    def examine(self, artifact_id: int) -> OperationView:
        """Have it tried."""
        with write():
            found = services.begin_examination(
                actor=SYSTEM, artifact_id=artifact_id, now=clock.now()
            )
        return running.work(found, wait=True)

    def count_as_tried(self, artifact_id: int) -> int:
        """Let an archive pass without being tried, for what comes after: trying takes long."""
        used = queries.find_in_use(NAME)
        db.session.rollback()
        with write() as session:
            row = session.get_one(PluginArtifact, artifact_id)
            passed = {
                "refused": None,
                "rehearsal": {"rows": {}},
                "base": used.sha256 if used else "",
            }
            row.report = row.report | passed
        return artifact_id

    def begin(self, artifact_id: int, **wish: Any) -> int:
        """Agree to all that it asks for."""
        catalog = catalogs.read_catalog(self.settings)
        with write():
            return services.begin_install(
                actor=SYSTEM,
                artifact_id=artifact_id,
                wish=Wish(**({"consent": USES} | wish)),
                catalog=catalog,
                now=clock.now(),
            )

    def install(self, artifact_id: int, **wish: Any) -> OperationView:
        return running.work(self.begin(artifact_id, **wish), wait=True)

    def begin_rollback(self, *, keep_newer: bool = False) -> int:
        with write():
            return services.begin_rollback(
                actor=SYSTEM, plugin=NAME, keep_newer=keep_newer, now=clock.now()
            )

    def rollback(self, *, keep_newer: bool = False) -> OperationView:
        return running.work(self.begin_rollback(keep_newer=keep_newer), wait=True)

    def begin_uninstall(self, data: str = "keep", typed: str = NAME) -> int:
        gate = self.app.extensions["plugins"]
        with write():
            return services.begin_uninstall(
                actor=SYSTEM,
                plugin=NAME,
                snapshot=gate.current(),
                data=data,
                typed=typed,
                now=clock.now(),
            )

    def uninstall(self, data: str = "keep", typed: str = NAME) -> OperationView:
        return running.work(self.begin_uninstall(data, typed), wait=True)

    def add_entries(self, *texts: str) -> None:
        """Write into the diary."""
        with allow_writing(), db.engine.begin() as connection:
            if not connection.scalar(text("SELECT count(*) FROM diary_book")):
                connection.execute(text("INSERT INTO diary_book (title) VALUES ('Carnet')"))
            book = connection.scalar(text("SELECT max(id) FROM diary_book"))
            for one in texts:
                connection.execute(
                    text(
                        "INSERT INTO diary_entry (book_id, text, weight, written_at) "
                        "VALUES (:book, :text, 0.1, '2026-03-01 10:00:00')"
                    ),
                    {"book": book, "text": one},
                )

    def hashes(self) -> dict[str, str]:
        """Return a fingerprint of each table of the diary."""
        db.session.rollback()
        with db.engine.connect() as connection:
            return keeping.fingerprints(connection, NAME)

    def schema(self) -> str | None:
        with db.engine.connect() as connection:
            return keeping.revision_of(connection, NAME)


def open_shop(url: str, folder: Path) -> Shop:
    """Return the site as a command sees it: no plugin runs in this process."""
    app = build(url, folder, plugins_safe_mode=True, plugin_install="upload")
    use_settings(app.extensions["settings"])
    return Shop(app, folder)


def _leave() -> None:
    db.session.remove()
    db.engine.dispose()


@pytest.fixture(scope="session")
def empty_shop(
    schema_url: str, site_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """A site that trusts a key, with a diary 1.0 that was tried, and nothing installed."""
    folder = tmp_path_factory.mktemp("shop")
    with databases.clone(schema_url, site_folder) as url:
        shop = open_shop(url, folder)
        with shop.app.app_context():
            make_key(folder, folder / "plugins", NAME, "catalog")
            assert shop.examine(shop.receive("1.0.0")).state == "done"
            _leave()
        yield url, folder


@pytest.fixture(scope="session")
def full_shop(
    empty_shop: tuple[str, Path], site_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """The same with 1.0 installed and five entries, and 1.1 tried."""
    folder = tmp_path_factory.mktemp("full") / "site"
    shutil.copytree(empty_shop[1], folder)
    with databases.clone(empty_shop[0], site_folder) as url:
        shop = open_shop(url, folder)
        with shop.app.app_context():
            (first,) = queries.list_artifacts()
            assert shop.install(first.id).state == "done"
            shop.add_entries("un", "deux", "trois", "quatre", "=1+1 formula")
            assert shop.examine(shop.receive("1.1.0", steps=2)).state == "done"
            _leave()
        yield url, folder


@pytest.fixture(scope="session")
def newer_shop(
    full_shop: tuple[str, Path], site_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """The same with 1.1 installed over it."""
    folder = tmp_path_factory.mktemp("newer") / "site"
    shutil.copytree(full_shop[1], folder)
    with databases.clone(full_shop[0], site_folder) as url:
        shop = open_shop(url, folder)
        with shop.app.app_context():
            found = {one.version: one.id for one in queries.list_artifacts()}
            assert shop.install(found["1.1.0"]).state == "done"
            _leave()
        yield url, folder


@pytest.fixture
def new_shop(empty_shop: tuple[str, Path], site_folder: Path, tmp_path: Path) -> Iterator[Shop]:
    yield from _copy(empty_shop, site_folder, tmp_path)


@pytest.fixture
def shop(full_shop: tuple[str, Path], site_folder: Path, tmp_path: Path) -> Iterator[Shop]:
    yield from _copy(full_shop, site_folder, tmp_path)


@pytest.fixture
def upgraded(newer_shop: tuple[str, Path], site_folder: Path, tmp_path: Path) -> Iterator[Shop]:
    yield from _copy(newer_shop, site_folder, tmp_path)


def _copy(source: tuple[str, Path], site_folder: Path, tmp_path: Path) -> Iterator[Shop]:
    folder = tmp_path / "site"
    shutil.copytree(source[1], folder)
    with databases.clone(source[0], site_folder) as url:
        found = open_shop(url, folder)
        with found.app.app_context():
            found.archives = {a.version: a.id for a in queries.list_artifacts()}
            db.session.rollback()
            yield found
            _leave()
    clock.shift(0)

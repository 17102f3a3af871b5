"""Sites with plugins of a test, in a process that forgets them afterwards."""

import importlib
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.kernel import clock, i18n
from app.kernel.actors import SYSTEM
from app.kernel.db import db, write
from app.kernel.hooks import hooks
from app.plugins import services, tables
from app.plugins.gate import get_gate
from app.plugins.guard import wrap
from app.plugins.kinds import KINDS, KindRule
from app.plugins.loading import upgrade_schemas
from tests import databases
from tests.conftest import SHELF, back_to, build, close


@contextmanager
def forgetting() -> Iterator[None]:
    """Let go of every module, place and table that plugins bring inside."""
    package = importlib.import_module("plugins")
    modules, places, path = set(sys.modules), list(package.__path__), list(sys.path)
    schemas = set(tables._registries)
    yield
    package.__path__[:], sys.path[:] = places, path
    for name in set(sys.modules) - modules:
        if name.startswith(("plugins.", "rihla_")):
            del sys.modules[name]
    for name in set(tables._registries) - schemas:
        tables.forget_tables(name)
    importlib.invalidate_caches()
    i18n.forget()


@pytest.fixture
def forgotten(app: Flask) -> Iterator[None]:
    """Let go of all that plugins of the test brought; the session's own site is back after it."""
    with forgetting():
        yield
    back_to(app)


def _forget_modules(*places: str) -> None:
    """Let what stands in these folders be imported anew, as another process would."""
    for name, module in list(sys.modules.items()):
        if name.startswith("plugins.") and str(getattr(module, "__file__", "")).startswith(places):
            del sys.modules[name]
            tables.forget_tables(name.split(".")[1])
    importlib.invalidate_caches()


@contextmanager
def opening(schema_url: str, site_folder: Path, root: Path) -> Iterator[Callable[..., Flask]]:
    """Give a function that builds sites, and close them all at the end.

    `shelf` is a folder with plugins. With `again`, a site: the same database and folder once more,
    as after a restart.
    """
    with ExitStack() as stack:
        made: list[Flask] = []

        def make(shelf: Path | None = None, again: Flask | None = None, **changes: Any) -> Flask:
            if again is None:
                url = stack.enter_context(databases.clone(schema_url, site_folder))
                folder = root / f"site-{len(made)}"
                folder.mkdir()
            else:
                settings = again.extensions["settings"]
                _forget_modules(str(root))
                url, folder = settings.database_url, settings.instance
            shelves = (str(SHELF), *((str(shelf),) if shelf else ()))
            app = build(url, folder, **({"plugin_folders": shelves} | changes))
            made.append(app)
            with app.app_context():
                if not app.extensions["settings"].plugins_safe_mode:
                    upgrade_schemas()
                db.session.remove()
            return app

        yield make
        for app in made:
            close(app)


@pytest.fixture
def open_site(
    schema_url: str, site_folder: Path, tmp_path: Path, forgotten: None
) -> Iterator[Callable[..., Flask]]:
    """Build sites with plugins of the test (see `opening`)."""
    with opening(schema_url, site_folder, tmp_path) as make:
        yield make


@pytest.fixture
def bring(app: Flask, database: Any) -> Iterator[Any]:
    """Let `sample` bring one more thing, as it would at the start."""
    with write():
        services.set_rules(
            actor=SYSTEM,
            snapshot=get_gate().current(),
            name="sample",
            everywhere=True,
            open_to_centers=False,
            now=clock.now(),
        )
    get_gate().forget()
    app.extensions["nav"].clear()
    found, owners = {kind: dict(named) for kind, named in hooks._found.items()}, dict(hooks.owners)

    def register(thing: Any, name: str = "sample.more", rule: KindRule | None = None) -> Any:
        kind = type(thing)
        guarded = wrap(
            thing, "sample", kind, name, rule or KINDS[kind], app.extensions["plugin_failures"]
        )
        hooks._found[kind].pop(name, None)  # what a plugin of the product brings gives way
        hooks.register(kind, name, guarded, owner="sample")
        app.extensions["nav"].clear()
        return guarded

    yield register
    app.extensions["nav"].clear()
    for kind, named in hooks._found.items():
        named.clear()
        named.update(found.get(kind, {}))
    hooks.owners.clear()
    hooks.owners.update(owners)  # the dictionary itself: the tests' world keeps it (see back_to)


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder for plugins of the test."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    return folder

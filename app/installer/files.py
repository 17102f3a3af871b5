"""The versions of plugins on this machine, and the pointer to those in use.

What is installed stands in the database; the files here follow it (`adopt`), on every machine. The
pointer `active.json` is replaced as a whole; after it the file `code`, by which processes notice.
"""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.installer import wheels
from app.installer.models import PluginArtifact
from app.installer.rules import Rejected, folder_of
from app.kernel.db import db
from app.kernel.i18n import say
from app.kernel.logs import get_logger
from app.plugins.discovery import home, read_active
from app.plugins.queries import read_generation, read_plugins
from app.plugins.snapshot import CODE, read_code, replace_file
from app.settings import Settings

POINTER = "active.json"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Let one process of this machine at a time change the files of plugins."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "install.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def place(settings: Settings, name: str, version: str, sha256: str) -> Path:
    """Return the folder of a version, unpacked from the database when it is not here yet.

    Raises Rejected when nobody has the archive any more, or the disk is full.
    """
    folder = home(settings) / folder_of(name, version, sha256)
    if folder.is_dir():
        return folder
    data = db.session.scalar(select(PluginArtifact.data).where(PluginArtifact.sha256 == sha256))
    if data is None or hashlib.sha256(data).hexdigest() != sha256:
        raise Rejected(
            say("The archive of %(name)s %(version)s is gone.", name=name, version=version)
        )
    fresh = folder.with_name(f".{folder.name}-{os.getpid()}-{os.urandom(3).hex()}")
    try:
        fresh.mkdir(parents=True)
        wheels.unpack(data, fresh)
        fresh.rename(folder)
    except OSError as error:
        if not folder.is_dir():  # another process was faster
            raise Rejected(
                say("Its files could not be written: %(why)s.", why=error.strerror or str(error))
            ) from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return folder


def candidate(settings: Settings, name: str, folder: Path | None) -> dict[str, str]:
    """Return the folders of all versions in use, with one of them exchanged (None: left out)."""
    active = {n: str(home(settings) / where) for n, where in read_active(settings).items()}
    active.pop(name, None)
    return active | ({name: str(folder)} if folder else {})


def adopt(settings: Settings) -> bool:
    """Bring the files of this machine to what is installed; tell whether anything changed.

    Needs an application context; may be called any number of times, by several processes at once.
    """
    folder = home(settings)
    _, code = read_generation()
    rows = read_plugins()
    with locked(folder):
        before = _pointer(folder)
        wanted = {n: e for n, e in before.items() if n not in rows or _is_by_hand(rows[n])}
        missing = False
        for name, row in rows.items():
            if not _is_ours(row):
                continue
            where = folder_of(name, row.version, row.sha256)
            missing |= not (folder / where).is_dir()
            try:
                place(settings, name, row.version, row.sha256)
            except Rejected:  # the plugin shows as missing; the others must not wait for it
                get_logger().error("plugin_not_unpacked", plugin=name, version=row.version)
            wanted[name] = {"folder": where}
        db.session.rollback()
        if wanted == before and read_code(folder) >= code and not missing:
            return False
        replace_file(folder / POINTER, json.dumps(wanted, indent=1, sort_keys=True))
        again = missing and read_code(folder) >= code  # so that processes start anew all the same
        mark = f" {os.urandom(4).hex()}" if again else ""
        replace_file(folder / CODE, f"{max(code, read_code(folder))}{mark}")
        return True


def _is_ours(row: Any) -> bool:
    return bool(row.sha256) and row.source == "site" and row.state != "uninstalled"


def _is_by_hand(row: Any) -> bool:
    return not row.sha256 and row.state != "uninstalled"


def _pointer(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / POINTER).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def forget_versions(settings: Settings, name: str, keep: set[str]) -> None:
    """Remove unpacked versions of a plugin whose folders are not in `keep`."""
    folder = home(settings) / name
    with locked(home(settings)):
        for found in folder.glob("*"):
            if found.is_dir() and f"{name}/{found.name}" not in keep:
                shutil.rmtree(found, ignore_errors=True)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def kept_home(settings: Settings) -> Path:
    """Return the folder with the kept data of all plugins, also of those that are gone."""
    return home(settings) / "kept"


def kept_folder(settings: Settings, name: str) -> Path:
    """Return the folder of a plugin's kept data."""
    return kept_home(settings) / name

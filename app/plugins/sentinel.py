"""Who was being loaded when a process died: a plugin that kills two starts is set aside.

While a plugin is loaded, a file names it, locked by the process. A file that nobody holds any more
is a strike. The lock is the process's own, so a reused process number cannot hide a strike. A
plugin that hangs is ended by a deadline that needs no cooperation of its code.
"""

import contextlib
import faulthandler
import fcntl
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

LIMIT = 2
DEADLINE = 10.0


class Sentinel:
    """Markers and strikes of one site, kept in its folder `plugins/boot`."""

    def __init__(self, folder: Path, *, deadline: float = DEADLINE) -> None:
        self.folder = folder / "boot"
        self.file = self.folder / "quarantine.json"
        self.deadline = deadline

    def strikes(self) -> dict[str, dict[str, Any]]:
        """Return by plugin: `version`, `at` (moments of its strikes), `by` (admin or the start)."""
        try:
            found = json.loads(self.file.read_text("utf-8"))
            return {name: entry for name, entry in found.items() if isinstance(entry, dict)}
        except (OSError, ValueError, AttributeError):
            return {}

    def quarantined(self) -> dict[str, dict[str, Any]]:
        """Return the plugins that are not to be loaded."""
        return {
            name: entry
            for name, entry in self.strikes().items()
            if entry.get("held") or len(entry.get("at", ())) >= LIMIT
        }

    def sweep(self, now: datetime) -> None:
        """Count the markers of processes that died while loading."""
        for marker in sorted(self.folder.glob("boot-*.mark")):
            with contextlib.suppress(OSError), marker.open("r+") as held:
                if _lock(held):
                    name, _, version = held.read().partition(" ")
                    marker.unlink()
                    if name:
                        self._strike(name, version, now)

    def _strike(self, name: str, version: str, now: datetime) -> None:
        def add(known: dict[str, dict[str, Any]]) -> None:
            entry = known.get(name, {})
            moments = entry.get("at", []) if entry.get("version") == version else []
            known[name] = entry | {"version": version, "at": [*moments, now.isoformat()][-LIMIT:]}

        self._change(add)

    def hold(self, name: str, version: str, now: datetime, why: str = "by hand") -> None:
        """Set a plugin aside until it is released."""
        entry = {"version": version, "at": [now.isoformat()], "held": True, "why": why}
        self._change(lambda known: known.update({name: entry}))

    def release(self, name: str) -> None:
        """Forget the strikes of a plugin: the next start loads it again."""
        if name in self.strikes():
            self._change(lambda known: known.pop(name, None))

    def _change(self, act: Callable[[dict[str, dict[str, Any]]], object]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            known = self.strikes()
            act(known)
            fresh = self.file.with_suffix(f".{os.getpid()}")
            fresh.write_text(json.dumps(known, indent=1), "utf-8")
            fresh.replace(self.file)

    @contextmanager
    def watch(self, name: str, version: str) -> Iterator[None]:
        """Load a plugin inside: a process that dies here leaves the marker behind."""
        if not self.folder.parent.parent.is_dir():  # a site that keeps nothing: nobody to tell
            yield
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        marker = self.folder / f"boot-{os.getpid()}-{os.urandom(3).hex()}.mark"
        with marker.open("w") as held:
            _lock(held)
            held.write(f"{name} {version}")
            held.flush()
            # a thread of its own in C: it fires also while the plugin never lets go
            faulthandler.dump_traceback_later(self.deadline, exit=True, file=sys.__stderr__ or 2)
            try:
                yield
            finally:
                faulthandler.cancel_dump_traceback_later()
                marker.unlink(missing_ok=True)
        self.release(name)


def _lock(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True

"""The decisions joined with what this process has loaded: which plugin is on where, with what."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from app.plugins.discovery import Record
from app.plugins.queries import Decision, Decisions
from app.plugins.rules import Setting, resolve_settings

STAMP = "generation"
CODE = "code"
"""File with the generation of the code that stands on this machine: active.json belongs to it."""


@dataclass(frozen=True)
class Snapshot:
    """The decisions, joined with what this process has loaded. Never changed, only replaced."""

    decisions: Decisions
    records: Mapping[str, Record]
    heads: Mapping[str, str]
    folder: Path = Path()

    def decision(self, name: str) -> Decision:
        """Return what was decided about a plugin."""
        return self.decisions.plugins.get(name, Decision())

    def is_enabled(self, name: str) -> bool:
        """Tell whether a plugin is on for the site: as decided, else when the product ships it."""
        decision, record = self.decision(name), self.records.get(name)
        decided = False if decision.state == "uninstalled" else decision.enabled
        return decided if decided is not None else bool(record and record.source == "folder")

    def is_everywhere(self, name: str) -> bool:
        """Tell whether a plugin is on for centers about which nothing was decided."""
        decided, record = self.decision(name).everywhere, self.records.get(name)
        if record and record.manifest and record.manifest.scope == "site":
            return True
        return decided if decided is not None else bool(record and record.source == "folder")

    def has_schema(self, name: str) -> bool:
        """Tell whether the tables of a plugin are those that its code expects."""
        head = self.heads.get(name)
        return head is None or head == self.decisions.schemas.get(name)

    def is_upgrading(self, name: str) -> bool:
        """Tell whether the plugin gets new code."""
        return self.decision(name).state == "upgrading"

    @cached_property
    def ready(self) -> tuple[str, ...]:
        """The plugins that are loaded, on for the site and whole, those first that others need."""
        found: list[str] = []
        for name, record in self.records.items():
            whole = record.state == "loaded" and self.has_schema(name)
            needs = record.manifest.plugins if record.manifest else {}
            if whole and self.is_enabled(name) and all(need in found for need in needs):
                found.append(name)
        return tuple(name for name in found if not self.is_upgrading(name))

    @cached_property
    def anywhere(self) -> frozenset[str]:
        """The plugins that are on for the site or for at least one center."""
        places = [None, *self.decisions.centers]
        return frozenset(name for place_ in places for name in self.for_center(place_))

    @cached_property
    def _kept(self) -> dict[int | None, frozenset[str]]:
        return {}

    def for_center(self, center_id: int | None) -> frozenset[str]:
        """Return the plugins that are on at a center; None is the site outside of centers."""
        found = self._kept.get(center_id)
        if found is None:
            found = self._kept[center_id] = self._for_center(center_id)
        return found

    def _for_center(self, center_id: int | None) -> frozenset[str]:
        decided = self.decisions.centers.get(center_id, {}) if center_id is not None else {}
        found: set[str] = set()
        for name in self.ready:
            manifest = self.records[name].manifest
            site = manifest is None or manifest.scope == "site"
            on = self.is_everywhere(name) if site else decided.get(name, self.is_everywhere(name))
            if on and all(need in found for need in (manifest.plugins if manifest else ())):
                found.add(name)
        return frozenset(found)

    def centers_of(self, name: str, all_centers: list[int]) -> list[int]:
        """Return those of the centers where a plugin is on."""
        return [center for center in all_centers if name in self.for_center(center)]

    @cached_property
    def _resolved(self) -> dict[tuple[str, int | None], Mapping[str, Any]]:
        return {}

    def settings(self, name: str, center_id: int | None) -> Mapping[str, Any]:
        """Return the settings of a plugin as they count at a center: default, site, center."""
        key = (name, center_id)
        if key not in self._resolved:
            manifest, decision = self.records[name].manifest, self.decision(name)
            site: tuple[Setting, ...] = manifest.settings if manifest else ()
            own = manifest.center_settings if manifest else ()
            of_center = self.decisions.center_settings.get((name, center_id or 0), {})
            free = tuple(setting for setting in own if setting.key not in decision.locked)
            self._resolved[key] = {
                **resolve_settings((*site, *own), decision.settings),
                **resolve_settings(free, {**decision.settings, **of_center}),
            }
        return self._resolved[key]


def publish(folder: Path) -> None:
    """Tell every process of this machine that something was decided, after the commit."""
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f".{STAMP}-{os.getpid()}-{os.urandom(3).hex()}"
    fresh.write_text(os.urandom(8).hex())
    fresh.replace(folder / STAMP)


def read_code(folder: Path) -> int:
    """Return the generation of the code that stands on this machine; 0 when none was installed."""
    try:
        return int((folder / CODE).read_text().partition(" ")[0])
    except (OSError, ValueError):
        return 0


def replace_file(file: Path, text: str) -> None:
    """Write a file so that whoever reads it finds the old or the new one, also after a crash."""
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}-{os.getpid()}-{os.urandom(3).hex()}")
    try:
        with fresh.open("w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)

"""What an archive may be, which steps a change of plugins takes, and what a catalog says."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from app.kernel.errors import Refusal
from app.kernel.i18n import Sentence, say
from app.plugins.rules import Manifest

MOST_ARCHIVE = 20 << 20
MOST_FILE = 20 << 20
MOST_UNPACKED = 60 << 20
MOST_ENTRIES = 3000
MOST_RATIO = 120
SUSPICIOUS = 1 << 20
"""From this size on a file is looked at for how far it was compressed."""
KEPT_VERSIONS = 2
GROUP = "rihla.plugins"
PREFIX = "rihla_"
SIGNED = b"rihla-plugin-v1\0"
"""What is signed is this and the file, so that no other signature of the key fits."""
SIGNED_CATALOG = b"rihla-catalog-v1\0"

Kind = Literal["install", "upgrade", "rollback", "uninstall"]
ASKED = "ask"
"""The kind of a row that only says: an admin asked for data to be deleted."""
ASKED_DAYS = 7
PLANS: Mapping[str, tuple[str, ...]] = {
    "examine": ("unpack", "smoke", "rehearse"),
    "install": ("unpack", "backup", "close", "migrate", "canary", "activate", "recycle", "open"),
    "upgrade": ("unpack", "backup", "close", "migrate", "canary", "activate", "recycle", "open"),
    "rollback": ("unpack", "backup", "close", "restore", "canary", "activate", "recycle", "open"),
    "uninstall": ("backup", "close", "deactivate", "recycle", "drop"),
}
"""Which steps each kind of change takes; each may be done twice, and is written down when done."""
POINT_OF_NO_RETURN = frozenset({"recycle", "open", "drop"})
"""What fails from here on is done again, not undone: the new code serves already."""
STEP_WORDS: Mapping[str, Sentence] = {
    "unpack": say("Unpacked and compared with its fingerprint"),
    "smoke": say("Tried alone, in a closed process"),
    "rehearse": say("Rehearsed on a copy of the site's data"),
    "backup": say("Its own data kept aside"),
    "close": say("Its pages closed for a moment"),
    "migrate": say("Its tables brought to the new version"),
    "restore": say("Its tables brought back"),
    "canary": say("Tried in one process of the site"),
    "activate": say("Made the version in use"),
    "deactivate": say("Taken out of use"),
    "recycle": say("Taken over by every process of the site"),
    "open": say("Its pages open"),
    "drop": say("Its data as you decided"),
}


class Rejected(Refusal):
    """An archive, a signature or a trial is not good enough; nothing of it is in use."""

    status = 422


@dataclass(frozen=True)
class Package:
    """What an archive says of itself, read without executing any of it."""

    manifest: Manifest
    file: str
    size: int
    unpacked: int
    sha256: str
    warnings: tuple[Sentence, ...] = ()
    changes: str = ""

    @property
    def folder(self) -> str:
        """Folder of this very archive under the plugins of a site."""
        return folder_of(self.manifest.name, self.manifest.version, self.sha256)


def folder_of(name: str, version: str, sha256: str) -> str:
    """Return the folder, relative to the site's plugins, that holds one version."""
    return f"{name}/{version}-{sha256[:8]}"


@dataclass(frozen=True)
class Entry:
    """One version of a plugin in a catalog."""

    name: str
    version: str
    file: str
    sha256: str
    size: int
    api: str
    title: Mapping[str, str]
    description: Mapping[str, str] = field(default_factory=dict)
    uses: tuple[str, ...] = ()
    publisher: str = ""


@dataclass(frozen=True)
class Catalog:
    """A catalog whose signature was good; `signer` is the key's name."""

    entries: tuple[Entry, ...] = ()
    revoked: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    issued: str = ""
    signer: str = ""

    def newest(self) -> list[Entry]:
        """Return the newest version of each plugin that is not revoked, by name."""
        found: dict[str, Entry] = {}
        for entry in self.entries:
            known = found.get(entry.name)
            if self.why_revoked(entry.name, entry.version) is not None:
                continue
            if known is None or Version(known.version) < Version(entry.version):
                found[entry.name] = entry
        return [found[name] for name in sorted(found)]

    def why_revoked(self, name: str, version: str) -> str | None:
        """Return why a version was taken back; None when it was not."""
        for versions, reason in self.revoked.get(canonicalize_name(name), ()):
            if SpecifierSet(versions).contains(version, prereleases=True):
                return reason
        return None

    def taken_back(self, name: str, version: str) -> Sentence | None:
        """Return the sentence about a version that was revoked; None when it was not."""
        reason = self.why_revoked(name, version)
        if reason is None:
            return None
        return say(
            "The catalog took version %(version)s of %(name)s back: %(why)s",
            version=version,
            name=name,
            why=reason or "–",
        )


def parse_catalog(text: bytes, signer: str) -> Catalog:
    """Read catalog.json. Raises Rejected."""
    try:
        raw = json.loads(text)
        entries = tuple(
            Entry(**{**item, "uses": tuple(item.get("uses", ()))}) for item in raw["plugins"]
        )
        for entry in entries:
            Version(entry.version)
        revoked: dict[str, tuple[tuple[str, str], ...]] = {}
        for item in raw.get("revoked", ()):
            SpecifierSet(item["versions"])
            name = canonicalize_name(item["name"])
            pair = (item["versions"], item.get("reason", ""))
            revoked[name] = (*revoked.get(name, ()), pair)
        return Catalog(entries, revoked, raw.get("issued", ""), signer)
    except (ValueError, KeyError, TypeError, InvalidSpecifier) as error:
        raise Rejected(say("The catalog cannot be read: %(why)s", why=str(error)[:200])) from None


def new_wishes(before: Manifest | None, after: Manifest) -> dict[str, list[str]]:
    """Return what a version asks for beyond the one before: `uses`, `permissions`, `private`."""
    old_uses = before.uses if before else frozenset()
    old_permissions = {p.name for p in before.permissions} if before else set()
    old_private = {t.table for t in before.privacy} if before else set()
    return {
        "uses": sorted(after.uses - old_uses),
        "permissions": sorted({p.name for p in after.permissions} - old_permissions),
        "private": sorted({t.table for t in after.privacy} - old_private),
    }


_POINT = re.compile(r"[-*]\s+")
_HEADING = re.compile(r"^#+\s*\[?v?(\d[^\s\]]*)", re.MULTILINE)


def changes_since(text: str, version: str, until: str) -> list[str]:
    """Return the lines of a change log about what came after `version`, up to `until`."""
    marks = list(_HEADING.finditer(text))
    lines: list[str] = []
    for number, mark in enumerate(marks):
        try:
            own = Version(mark[1])
        except ValueError:
            continue
        end = marks[number + 1].start() if number + 1 < len(marks) else len(text)
        if own <= Version(until) and (not version or own > Version(version)):
            body = text[mark.end() : end].splitlines()[1:]
            lines += _points(body)
    return lines[:40]


def _points(body: Iterable[str]) -> list[str]:
    """Return the points of a list, each on one line however its author wrapped it."""
    points: list[str] = []
    for line in body:
        text = line.strip()
        if points and text and line[0].isspace() and not _POINT.match(text):
            points[-1] += f" {text}"
        elif text:
            points.append(_POINT.sub("", text))
    return points


def next_step(plan: Iterable[str], done: Iterable[str]) -> str | None:
    """Return the first step of a plan that is not done yet."""
    known = set(done)
    return next((step for step in plan if step not in known), None)


def pack_sentence(sentence: Sentence | str) -> dict[str, Any]:
    """Return a sentence as JSON, to be read in another language later."""
    if isinstance(sentence, str):
        return {"text": sentence, "values": {}}
    values = {
        key: pack_sentence(value) if isinstance(value, Sentence) else value
        for key, value in sentence.values.items()
    }
    return {"text": sentence.text, "values": values, "many": sentence.many}


def read_sentence(packed: Mapping[str, Any] | None) -> Sentence | None:
    """Return a sentence that `pack_sentence` kept."""
    if not packed:
        return None
    values = {
        key: read_sentence(value) if isinstance(value, dict) else value
        for key, value in packed.get("values", {}).items()
    }
    return Sentence(packed["text"], values, packed.get("many"))

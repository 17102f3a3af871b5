"""What a plugin may be and ask for, whether it fits this site, and in which order plugins begin."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Any, Literal

from packaging.specifiers import SpecifierSet

from app.kernel.i18n import Sentence, say

SDK_VERSION = "0.1"
"""Version of what a plugin may import (app.sdk), not of the product."""

Words = Sentence | str
"""What people read; an empty str where nothing is said."""

NAME = re.compile(r"^[a-z][a-z0-9_]{1,31}$")
KEY = re.compile(r"^[a-z][a-z0-9_]{0,62}$")
RESERVED = frozenset({"store", "core", "app", "rihla", "plugin", "plugins", "static", "alembic"})
ROLES = ("learner", "instructor", "manager", "partner", "office", "admin")
CAPABILITIES: Mapping[str, Sentence] = {
    "db": say("Keeps data of its own in the database"),
    "routes": say("Adds pages to the site"),
    "blocks": say("Shows activities inside lessons"),
    "navigation": say("Adds links to menus and pages"),
    "cards": say("Shows something on people's first page"),
    "panels": say("Shows something on the pages of courses and lessons"),
    "admin_pages": say("Adds pages for the site's admins"),
    "jobs": say("Works in the background"),
    "events": say("Hears of what happens: enrollments, finished lessons, new accounts"),
    "notifications": say("Sends notices to people"),
    "mail": say("Sends mail"),
    "search": say("Adds to what people find when they search"),
    "commands": say("Adds commands for who runs the server"),
    "health": say("Says whether it is well on the site's health page"),
    "files": say("Keeps files on the server"),
    "http:outbound": say("Calls other machines on the network"),
    "activities": say("Counts work of learners"),
    "completion": say("Decides when a course is completed"),
    "enrollment": say("Decides who may enroll"),
    "credentials": say("Helps to decide who gets a certificate"),
    "import": say("Reads and writes files of other systems"),
}
"""What a plugin may say that it uses, in words for whoever decides about it."""

TYPES: Mapping[str, tuple[type, ...]] = {
    "str": (str,),
    "text": (str,),
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "choice": (str,),
    "url": (str,),
    "secret": (str,),
}


class ManifestError(ValueError):
    """plugin.toml cannot be used; `sentence` says where and why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


@dataclass(frozen=True)
class Setting:
    """Something that an admin, or a center's manager, can choose. `type` is one of TYPES."""

    key: str
    type: str
    label: Words
    help: Words
    default: Any = None
    required: bool = False
    choices: tuple[str, ...] = ()
    min: float | None = None
    max: float | None = None


@dataclass(frozen=True)
class DeclaredPermission:
    """A permission that the plugin brings, and the roles that hold it."""

    name: str
    label: Words
    roles: tuple[str, ...]


@dataclass(frozen=True)
class PrivateTable:
    """A table that holds something about people; the fields are those of PersonalData."""

    table: str
    person: str
    export: tuple[str, ...]
    erase: Literal["delete", "anonymize", "keep"]
    anonymize: tuple[str, ...] = ()
    keep_reason: Words = ""
    words: Words = ""


@dataclass(frozen=True)
class Manifest:
    """What plugin.toml says. `text` is the file itself; `words` its translations by language."""

    name: str
    version: str
    title: Words
    api: str
    text: str
    description: Words = ""
    scope: Literal["site", "center"] = "center"
    license: str = ""
    authors: tuple[str, ...] = ()
    homepage: str = ""
    security_contact: str = ""
    icon: str = ""
    migrations: str = ""
    core: str = ""
    core_schema: str = ""
    plugins: Mapping[str, str] = field(default_factory=dict)
    uses: frozenset[str] = frozenset()
    permissions: tuple[DeclaredPermission, ...] = ()
    settings: tuple[Setting, ...] = ()
    center_settings: tuple[Setting, ...] = ()
    privacy: tuple[PrivateTable, ...] = ()
    privacy_reason: Words = ""
    privacy_extra: bool = False
    css: tuple[str, ...] = ()
    js: tuple[str, ...] = ()
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def version_table(self) -> str:
        """Name of the table that keeps how far the plugin's own tables are."""
        return f"alembic_version_{self.name}"


@dataclass(frozen=True)
class Site:
    """What a plugin may need of this site: versions of the core, of the SDK and of the schema."""

    core: str
    sdk: str = SDK_VERSION
    schema: str = ""


NATIVE = frozenset({".so", ".pyd", ".dll", ".dylib"})


def is_native(name: str) -> bool:
    """Tell whether a file is machine code, by its name: `x.so`, `x.so.1`, `x.DLL`."""
    return any(f".{part.lower()}" in NATIVE for part in name.rpartition("/")[2].split(".")[1:])


def check_fit(manifest: Manifest, site: Site, available: Mapping[str, str]) -> list[Sentence]:
    """Return why a plugin cannot run here; nothing when it can. `available` has name: version."""
    found = []
    if not _within(site.sdk, manifest.api):
        found.append(
            say(
                "It is made for version %(wanted)s of the plugin interface; this site has %(has)s.",
                wanted=manifest.api,
                has=site.sdk,
            )
        )
    if not _within(site.core, manifest.core):
        found.append(
            say(
                "It needs Rihla %(wanted)s; this site runs %(has)s.",
                wanted=manifest.core,
                has=site.core,
            )
        )
    if _number(manifest.core_schema) > _number(site.schema):
        found.append(
            say("It needs a newer database schema: %(wanted)s.", wanted=manifest.core_schema)
        )
    for name, versions in manifest.plugins.items():
        if name not in available:
            found.append(say("It needs the plugin %(name)s, which is not here.", name=name))
        elif not _within(available[name], versions):
            found.append(
                say(
                    "It needs the plugin %(name)s %(wanted)s; %(has)s is here.",
                    name=name,
                    wanted=versions,
                    has=available[name],
                )
            )
    return found


def _within(version: str, versions: str) -> bool:
    return SpecifierSet(versions).contains(version, prereleases=True)


def _number(revision: str) -> int:
    digits = revision.rsplit("_", 1)[-1]
    return int(digits) if digits.isdigit() else 0


def order_plugins(needs: Mapping[str, frozenset[str]]) -> tuple[list[str], dict[str, list[str]]]:
    """Return the names with those first that others need, and for each in a circle the circle."""
    circles: dict[str, list[str]] = {}
    while True:
        left = {name: by - circles.keys() for name, by in needs.items() if name not in circles}
        try:
            return [n for n in TopologicalSorter(left).static_order() if n in left], circles
        except CycleError as error:
            circle = list(error.args[1])
            circles |= dict.fromkeys(circle, circle)


def resolve_settings(declared: tuple[Setting, ...], chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Return a value for each setting: the chosen one where it fits, else the default.

    What another version of the plugin had kept, or kept in another type, is passed over.
    """
    return {
        setting.key: chosen[setting.key]
        if setting.key in chosen and fits(setting, chosen[setting.key])
        else setting.default
        for setting in declared
    }


def fits(setting: Setting, value: Any) -> bool:
    """Tell whether a value can be the value of a setting."""
    if value is None:
        return not setting.required
    if not isinstance(value, TYPES[setting.type]):
        return False
    if isinstance(value, bool) and setting.type != "bool":
        return False
    if setting.type == "choice":
        return value in setting.choices
    if isinstance(value, int | float) and setting.type != "bool":
        low, high = setting.min, setting.max
        return (low is None or value >= low) and (high is None or value <= high)
    return True

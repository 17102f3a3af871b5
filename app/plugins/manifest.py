"""Reads `plugin.toml` without any code of the plugin, and says exactly what is wrong with it."""

import tomllib
from typing import Any
from urllib.parse import urlsplit

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from app.kernel.i18n import LANGUAGES, say
from app.plugins.rules import (
    CAPABILITIES,
    KEY,
    NAME,
    RESERVED,
    ROLES,
    TYPES,
    DeclaredPermission,
    Manifest,
    ManifestError,
    PrivateTable,
    Setting,
    Words,
    fits,
)

MOST_SIGNS = 64_000


class _Reader:
    """Takes values out of one table of the file, and refuses what nobody reads."""

    def __init__(self, place: str, table: Any, words: dict[str, dict[str, str]]) -> None:
        if not isinstance(table, dict):
            raise ManifestError(say("[%(place)s] must be a table.", place=place))
        self.place, self.rest, self.words = place, dict(table), words

    def take(self, key: str, kinds: tuple[type, ...], default: Any = None) -> Any:
        """Return a value of one of the types; without a default it must be there."""
        if key not in self.rest:
            if default is None:
                raise ManifestError(
                    say("[%(place)s] lacks %(key)s.", place=self.place, key=key),
                )
            return default
        value = self.rest.pop(key)
        wrong_bool = isinstance(value, bool) and bool not in kinds
        if not isinstance(value, kinds) or wrong_bool:
            raise ManifestError(
                say(
                    "[%(place)s] %(key)s must be %(kind)s.",
                    place=self.place,
                    key=key,
                    kind=" / ".join(kind.__name__ for kind in kinds),
                )
            )
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """Return a string."""
        value: str = self.take(key, (str,), default)
        return value

    def strings(self, key: str) -> tuple[str, ...]:
        """Return a list of strings."""
        value = self.take(key, (list,), [])
        if not all(isinstance(item, str) for item in value):
            raise ManifestError(
                say("[%(place)s] %(key)s must be a list of texts.", place=self.place, key=key)
            )
        return tuple(value)

    def sentence(self, key: str, default: str | None = None) -> Words:
        """Return words: a text in English, or a table with `en` and its translations."""
        value = self.take(key, (str, dict), default)
        if isinstance(value, str):
            return say(value) if value else ""
        english = value.get("en")
        if not english or not all(isinstance(text, str) for text in value.values()):
            raise ManifestError(
                say("[%(place)s] %(key)s needs its words in en.", place=self.place, key=key)
            )
        if unknown := sorted(set(value) - set(LANGUAGES)):
            raise ManifestError(
                say(
                    "[%(place)s] %(key)s: no such language: %(names)s.",
                    place=self.place,
                    key=key,
                    names=", ".join(unknown),
                )
            )
        for language, text in value.items():
            self.words.setdefault(language, {})[english] = text
        return say(english)

    def done(self) -> None:
        """Raise ManifestError for keys that nobody knows: typos must not pass."""
        if self.rest:
            raise ManifestError(
                say(
                    "[%(place)s] nobody knows: %(names)s.",
                    place=self.place,
                    names=", ".join(sorted(self.rest)),
                )
            )


def parse(text: str) -> Manifest:
    """Read a plugin.toml. Raises ManifestError with the place and the reason."""
    if len(text) > MOST_SIGNS:
        raise ManifestError(say("plugin.toml is longer than %(most)s signs.", most=MOST_SIGNS))
    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ManifestError(say("plugin.toml cannot be read: %(why)s", why=str(error))) from None
    words: dict[str, dict[str, str]] = {}
    top = _Reader("plugin.toml", raw, words)
    about = _about(_Reader("plugin", top.take("plugin", (dict,)), words))
    name = about["name"]
    requires = _requires(_Reader("requires", top.take("requires", (dict,), {}), words))
    uses = _uses(_Reader("capabilities", top.take("capabilities", (dict,), {}), words))
    permissions = _permissions(name, top.take("permissions", (dict,), {}), words)
    settings = _settings("settings", top.take("settings", (dict,), {}), words)
    of_centers = _settings("center_settings", top.take("center_settings", (dict,), {}), words)
    tables, reason, extra = _privacy(name, top.take("privacy", (dict,)), words)
    assets = _Reader("assets", top.take("assets", (dict,), {}), words)
    css, js = _files(assets, "css"), _files(assets, "js")
    assets.done()
    top.done()
    return Manifest(
        text=text,
        uses=uses,
        permissions=permissions,
        settings=settings,
        center_settings=of_centers,
        privacy=tables,
        privacy_reason=reason,
        privacy_extra=extra,
        css=css,
        js=js,
        words=words,
        **about,
        **requires,
    )


def _about(reader: _Reader) -> dict[str, Any]:
    name = reader.text("name")
    if not NAME.match(name) or name in RESERVED:
        raise ManifestError(
            say("[plugin] name: %(name)s cannot be the name of a plugin.", name=name)
        )
    about = {
        "name": name,
        "version": _version(reader.text("version")),
        "title": reader.sentence("title"),
        "description": reader.sentence("description", ""),
        "api": _specifier("[plugin] api", reader.text("api")),
        "scope": reader.text("scope", "center"),
        "license": reader.text("license", ""),
        "authors": reader.strings("authors"),
        "homepage": _address(reader.text("homepage", "")),
        "security_contact": reader.text("security_contact", ""),
        "icon": reader.text("icon", ""),
        "migrations": reader.text("migrations", ""),
    }
    if about["scope"] not in ("site", "center"):
        raise ManifestError(say("[plugin] scope must be site or center."))
    folder = str(about["migrations"])
    if ".." in folder or folder.startswith("/"):
        raise ManifestError(say("[plugin] migrations must be a folder of the plugin."))
    reader.done()
    return about


def _address(text: str) -> str:
    if text and urlsplit(text).scheme not in ("http", "https"):
        raise ManifestError(say("[plugin] homepage must be an address that begins with https://."))
    return text


def _files(reader: _Reader, key: str) -> tuple[str, ...]:
    found = reader.strings(key)
    if any(name.startswith("/") or ".." in name or not name.endswith(f".{key}") for name in found):
        raise ManifestError(
            say("[assets] %(key)s must name files of its folder static, as x.%(key)s.", key=key)
        )
    return found


def _version(text: str) -> str:
    try:
        return str(Version(text))
    except InvalidVersion:
        raise ManifestError(
            say("[plugin] version: %(text)s is not a version.", text=text)
        ) from None


def _specifier(place: str, text: str) -> str:
    try:
        return str(SpecifierSet(text))
    except InvalidSpecifier:
        raise ManifestError(
            say("%(place)s: %(text)s does not say which versions.", place=place, text=text)
        ) from None


def _requires(reader: _Reader) -> dict[str, Any]:
    found = {
        "core": _specifier("[requires] core", reader.text("core", "")),
        "core_schema": reader.text("core_schema", ""),
        "plugins": {
            name: _specifier(f"[requires] plugins.{name}", str(versions))
            for name, versions in reader.take("plugins", (dict,), {}).items()
        },
    }
    reader.done()
    return found


def _uses(reader: _Reader) -> frozenset[str]:
    uses = frozenset(reader.strings("uses"))
    if unknown := sorted(uses - set(CAPABILITIES)):
        raise ManifestError(
            say("[capabilities] nobody knows: %(names)s.", names=", ".join(unknown))
        )
    reader.done()
    return uses


def _permissions(name: str, table: Any, words: Any) -> tuple[DeclaredPermission, ...]:
    found = []
    for key, value in table.items():
        reader = _Reader(f"permissions.{key}", value, words)
        if not key.startswith(f"{name}."):
            raise ManifestError(
                say("[permissions] %(key)s must begin with %(prefix)s.", key=key, prefix=f"{name}.")
            )
        roles = reader.strings("default")
        if unknown := sorted(set(roles) - set(ROLES)):
            raise ManifestError(
                say(
                    "[%(place)s] there is no role %(names)s.",
                    place=reader.place,
                    names=", ".join(unknown),
                )
            )
        found.append(DeclaredPermission(key, reader.sentence("label"), roles))
        reader.done()
    return tuple(found)


def _settings(place: str, table: Any, words: Any) -> tuple[Setting, ...]:
    return tuple(
        _setting(_Reader(f"{place}.{key}", value, words), key) for key, value in table.items()
    )


def _setting(reader: _Reader, key: str) -> Setting:
    kind = reader.text("type")
    if not KEY.match(key) or kind not in TYPES:
        raise ManifestError(
            say("[%(place)s] nobody knows the type %(kind)s.", place=reader.place, kind=kind)
        )
    default = reader.rest.pop("default", None)
    choices = reader.strings("choices")
    wrong_bool = isinstance(default, bool) and kind != "bool"
    if default is not None and (not isinstance(default, TYPES[kind]) or wrong_bool):
        raise ManifestError(
            say("[%(place)s] default is not of type %(kind)s.", place=reader.place, kind=kind)
        )
    if kind == "choice" and (not choices or (default is not None and default not in choices)):
        raise ManifestError(
            say("[%(place)s] needs choices, the default among them.", place=reader.place)
        )
    limits = {
        name: reader.take(name, (int, float), 0) if name in reader.rest else None
        for name in ("min", "max")
    }
    setting = Setting(
        key,
        kind,
        reader.sentence("label", key.replace("_", " ").capitalize()),
        reader.sentence("help", ""),
        default,
        reader.take("required", (bool,), False),
        choices,
        **limits,
    )
    if default is not None and not fits(setting, default):
        raise ManifestError(
            say("[%(place)s] default is outside of what is allowed.", place=reader.place)
        )
    reader.done()
    return setting


def _privacy(name: str, table: Any, words: Any) -> tuple[tuple[PrivateTable, ...], Words, bool]:
    reader = _Reader("privacy", table, words)
    reason, extra = reader.sentence("reason", ""), reader.take("extra", (bool,), False)
    tables = tuple(
        _private_table(name, key, _Reader(f"privacy.{key}", reader.rest.pop(key), words))
        for key in list(reader.rest)
    )
    if not tables and not reason and not extra:
        raise ManifestError(
            say("[privacy] must name the tables about people, or give the reason for none.")
        )
    return tables, reason, extra


def _private_table(name: str, table: str, reader: _Reader) -> PrivateTable:
    erase: Any = reader.text("erase")
    if not table.startswith(f"{name}_") or erase not in ("delete", "anonymize", "keep"):
        raise ManifestError(
            say(
                "[%(place)s] needs a table of the plugin and erase: delete, anonymize or keep.",
                place=reader.place,
            )
        )
    found = PrivateTable(
        table,
        reader.text("person"),
        reader.strings("export"),
        erase,
        reader.strings("anonymize"),
        reader.sentence("keep_reason", ""),
        reader.sentence("words", ""),
    )
    if erase == "keep" and not found.keep_reason or erase == "anonymize" and not found.anonymize:
        raise ManifestError(
            say("[%(place)s] must say why it keeps, or what it empties.", place=reader.place)
        )
    reader.done()
    return found

"""What only plugins bring, and what happens to them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from app.kernel.i18n import Sentence
from app.kernel.outbox import Event


@dataclass(frozen=True)
class Routes:
    """Pages of a plugin: a blueprint with the plugin's name.

    The core puts them under `/<lang>/x/<plugin>/` (`area` site) or `/<lang>/c/<center>/x/<plugin>/`
    (`area` center). Every view declares its access.
    """

    blueprint: Any
    area: Literal["site", "center"] = "site"


@dataclass(frozen=True)
class Command:
    """A command for who runs the server: `rihla x <plugin> <name>`."""

    command: Any


@dataclass(frozen=True)
class Lifecycle:
    """What a plugin does when it is switched; each may be called twice. No uninstall is needed.

    `enabled()` and `disabled()` for the site, `center_enabled(center_id)` and
    `center_disabled(center_id)` for a center, `upgraded(from_version)`; after the commit, in a job.
    """

    enabled: Callable[[], None] | None = None
    disabled: Callable[[], None] | None = None
    center_enabled: Callable[[int], None] | None = None
    center_disabled: Callable[[int], None] | None = None
    upgraded: Callable[[str], None] | None = None


@dataclass(frozen=True)
class PluginSwitched(Event):
    """A plugin was switched on or off, for the site (`center_id` 0) or a center."""

    name: ClassVar[str] = "plugins.plugin_switched.v1"
    plugin: str
    center_id: int
    on: bool


@dataclass(frozen=True)
class PluginUpgraded(Event):
    """Another version of a plugin is in use since now; `from_version` was before."""

    name: ClassVar[str] = "plugins.plugin_upgraded.v1"
    plugin: str
    from_version: str


@dataclass(frozen=True)
class Installing:
    """Pages where plugins come and go, for links: endpoints `store` and, by name, `versions`.

    `doubt(name, version)` says why a version should not be used any more, or None; no statement.
    """

    store: str
    versions: str
    doubt: Callable[[str, str], Sentence | None]

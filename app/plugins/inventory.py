"""What of the site a plugin could reach into, as it was before, and how it is brought back.

`Taken` remembers the state of everything; whatever differs after the plugin ran is undone, and the
plugin is given up.
"""

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any

from blinker import Signal
from blinker.base import ANY_ID
from flask import Flask, signals

from app.kernel.db import Base
from app.kernel.hooks import hooks
from app.kernel.i18n import Sentence, say

PREFIXES = {"site": "/<lang>/x/{name}", "center": "/<lang>/c/<center>/x/{name}"}


class Refused(Exception):
    """A plugin brought something that it may not; `sentence` is for the admin."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


_APP = (
    "before_request_funcs",
    "after_request_funcs",
    "teardown_request_funcs",
    "template_context_processors",
    "url_value_preprocessors",
    "url_default_functions",
    "error_handler_spec",
    "view_functions",
    "blueprints",
    "extensions",
    "config",
)
_BY_BLUEPRINT = _APP[:7]
"""Of these, what stands under the name of the plugin's own blueprint is the plugin's."""
_LISTS = ("teardown_appcontext_funcs", "shell_context_processors", "url_build_error_handlers")
_SINGLE = ("wsgi_app", "session_interface", "json", "request_class", "response_class")
_JINJA = ("globals", "filters", "tests", "extensions")
_HOW = ("loader", "autoescape", "undefined", "finalize", "bytecode_cache")
_SIGNALS = {name: one for name, one in vars(signals).items() if isinstance(one, Signal)}
_WORDS = {
    "signals": say("a function at every request"),
    "before_request_funcs": say("a function before every request"),
    "after_request_funcs": say("a function after every request"),
    "teardown_request_funcs": say("a function after every request"),
    "template_context_processors": say("values for every page"),
    "error_handler_spec": say("the site's error pages"),
    "jinja globals": say("names that every page uses"),
    "jinja filters": say("names that every page uses"),
    "how": say("how pages are made"),
    "view_functions": say("pages of others"),
    "blueprints": say("pages of others"),
    "routes": say("addresses outside its own"),
    "converters": say("addresses outside its own"),
    "commands": say("commands of others"),
    "hooks": say("what others brought"),
    "tables": say("tables of the core"),
}


@dataclass
class Taken:
    """The state of an application and of the core's registries at one moment.

    What belongs to `plugin` may come: its pages under its own addresses, its hooks, its commands.
    """

    app: Flask
    plugin: str = ""
    state: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take the state."""
        self.state = self._look()

    def _look(self) -> dict[str, Any]:
        app, env = self.app, self.app.jinja_env
        found: dict[str, Any] = {name: _copy(getattr(app, name)) for name in _APP}
        found |= {name: list(getattr(app, name)) for name in _LISTS}
        found |= {name: app.__dict__.get(name) for name in _SINGLE}
        found |= {f"jinja {name}": dict(getattr(env, name)) for name in _JINJA}
        found["how"] = {name: getattr(env, name) for name in _HOW}
        found["routes"] = [(rule.rule, rule.endpoint) for rule in app.url_map.iter_rules()]
        found["converters"] = dict(app.url_map.converters)
        found["commands"] = dict(app.cli.commands)
        found["signals"] = {name: dict(one.receivers) for name, one in _SIGNALS.items()}
        found["hooks"] = _copy(hooks._found), dict(hooks.owners), hooks.active, hooks.active_here
        found["tables"] = {
            name: (table, tuple(column.name for column in table.columns))
            for name, table in Base.metadata.tables.items()
        }
        return found

    def changes(self) -> list[str]:
        """Return the names of what is different now."""
        now = self._look()
        return [
            name
            for name, before in self.state.items()
            if self._of_others(name, now[name]) != self._of_others(name, before)
        ]

    def _of_others(self, name: str, found: Any) -> Any:
        """Leave out what is the plugin's own."""
        own = blueprints_of(self.plugin)
        if name in _BY_BLUEPRINT or name == "blueprints":
            return {key: value for key, value in found.items() if key not in own}
        if name == "view_functions":
            return {key: view for key, view in found.items() if key.partition(".")[0] not in own}
        if name == "routes":
            return [
                (rule, page)
                for rule, page in found
                if page.partition(".")[0] not in own or not is_own_address(rule, self.plugin)
            ]
        if name == "commands":
            return {key: command for key, command in found.items() if key != "x"}
        if name == "hooks":
            things, owners, *rest = found
            mine = {key for key, owner in owners.items() if owner == self.plugin}
            others = {
                (kind, key): thing
                for kind, named in things.items()
                for key, thing in named.items()
                if (kind, key) not in mine
            }
            return others, {key: by for key, by in owners.items() if key not in mine}, rest
        return found

    def undo(self) -> None:
        """Bring everything back; routes are given up by their blueprint instead."""
        app, was = self.app, self.state
        for name in _APP:
            _refill(getattr(app, name), was[name])
        for name in _LISTS:
            getattr(app, name)[:] = was[name]
        for name in _SINGLE:
            app.__dict__.pop(name, None)
            if was[name] is not None:
                app.__dict__[name] = was[name]
        for name in _JINJA:
            _refill(getattr(app.jinja_env, name), was[f"jinja {name}"])
        for name, value in was["how"].items():
            setattr(app.jinja_env, name, value)
        _refill(app.url_map.converters, was["converters"])
        _refill(app.cli.commands, was["commands"])
        found, owners, hooks.active, hooks.active_here = was["hooks"]
        _refill(hooks._found, found)
        _refill(hooks.owners, owners)
        self._undo_signals()
        self._undo_routes()
        for name in set(Base.metadata.tables) - set(was["tables"]):
            _drop_mapping(name)

    def _undo_signals(self) -> None:
        for name, signal in _SIGNALS.items():
            for receiver in set(signal.receivers) - set(self.state["signals"][name]):
                signal._disconnect(receiver, ANY_ID)

    def _undo_routes(self) -> None:
        """Build the map anew without what came since: Werkzeug takes no rule back."""
        kept = set(self.state["routes"])
        old = list(self.app.url_map.iter_rules())
        if len(old) == len(kept):
            return
        fresh = self.app.url_map_class(host_matching=self.app.url_map.host_matching)
        fresh.converters = self.app.url_map.converters
        for rule in old:
            if (rule.rule, rule.endpoint) in kept:
                copy: Any = rule.empty()
                copy.provide_automatic_options = getattr(rule, "provide_automatic_options", None)
                fresh.add(copy)
        self.app.url_map = fresh


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(inner) for key, inner in value.items()}
    return list(value) if isinstance(value, list) else value


def _refill(live: MutableMapping[Any, Any], was: dict[Any, Any]) -> None:
    for key in [key for key in live if key not in was]:
        del live[key]
    for key, value in was.items():
        inner = live.get(key)
        if isinstance(inner, dict) and isinstance(value, dict):
            _refill(inner, value)
        elif isinstance(inner, list) and isinstance(value, list):
            inner[:] = value
        else:
            live[key] = value


def _drop_mapping(table: str) -> None:
    registry: Any = Base.registry
    for mapper in list(registry.mappers):
        if getattr(mapper.local_table, "name", None) == table:
            registry._dispose_cls(mapper.class_)
            manager = mapper.class_manager
            registry._dispose_manager_and_mapper(manager)
            registry._managers.pop(manager, None)  # or the next configuration meets it, empty
    Base.metadata.remove(Base.metadata.tables[table])


def refuse_changes(taken: Taken) -> None:
    """Raise Refused when anything differs that is not the plugin's own."""
    wrong = taken.changes()
    if wrong:
        things = [_WORDS[name] for name in wrong if name in _WORDS]
        raise Refused(
            say(
                "It changes the site itself (%(what)s). Nothing of it was kept.",
                what=things[0] if things else ", ".join(wrong),
            )
        )


def is_own_address(address: str, plugin: str, *areas: str) -> bool:
    """Tell whether an address stands under those of a plugin, of one area or of any."""
    prefixes = [PREFIXES[area].format(name=plugin) for area in areas or PREFIXES]
    return any(address == prefix or address.startswith(f"{prefix}/") for prefix in prefixes)


def blueprints_of(name: str) -> tuple[str, str]:
    """Return the names that a plugin's blueprints may have, of the site and of centers."""
    return name, f"{name}_center"  # an application knows each name once: pages of both areas

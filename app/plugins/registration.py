"""What a plugin hands over: collected, examined, and only then made part of the site.

`Taken` remembers the state of everything that a plugin could reach into; whatever differs after
the plugin ran is undone, and the plugin is given up.
"""

from collections.abc import Callable, Collection, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from blinker import Signal
from blinker.base import ANY_ID
from flask import Blueprint, Flask, signals
from flask.cli import AppGroup
from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader

from app.kernel.actors import Permission, PermissionCheck
from app.kernel.db import Base
from app.kernel.hooks import hooks
from app.kernel.i18n import Sentence, say
from app.plugins import tables
from app.plugins.discovery import Record
from app.plugins.guard import Failures, wrap
from app.plugins.hooks import Command, Routes
from app.plugins.kinds import KINDS
from app.plugins.rules import CAPABILITIES, Manifest
from app.web.access import OPEN

PREFIXES = {"site": "/<lang>/x/{name}", "center": "/<lang>/c/<center>/x/{name}"}


class Refused(Exception):
    """A plugin brought something that it may not; `sentence` is for the admin."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


class PluginHooks:
    """What `register(hooks)` of a plugin gets: it takes what the plugin brings."""

    def __init__(self, manifest: Manifest) -> None:
        self.plugin = manifest.name
        self.manifest = manifest
        self.brought: list[tuple[Any, str, Any]] = []

    def register(self, kind: type[Any], name: str, thing: Any) -> None:
        """Bring a thing of a kind. The name is made unique by the plugin's; names that people
        write in lessons and permissions stay as they are.

        Raises Refused for a kind that nobody knows, a thing of another kind, or a capability that
        plugin.toml does not name.
        """
        rule = KINDS.get(kind)
        kind_name = getattr(kind, "__name__", repr(kind))
        if rule is None:
            raise Refused(say("It brings %(kind)s, which this site does not know.", kind=kind_name))
        if not isinstance(thing, kind):
            raise Refused(
                say("What it brings as %(kind)s is something else.", kind=f"{kind_name} {name}")
            )
        if rule.uses and rule.uses not in self.manifest.uses:
            raise Refused(
                say(
                    "It brings %(kind)s, and its plugin.toml does not say that it uses %(uses)s.",
                    kind=kind_name,
                    uses=rule.uses,
                )
            )
        if kind is PermissionCheck and not name.startswith(f"{self.plugin}."):
            raise Refused(say("It decides about the permission %(name)s of others.", name=name))
        if not rule.free_name and name != self.plugin and not name.startswith(f"{self.plugin}."):
            name = f"{self.plugin}.{name}"
        self.brought.append((kind, name, thing))


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
    "view_functions": say("pages of others"),
    "routes": say("addresses outside its own"),
    "hooks": say("what others brought"),
    "tables": say("tables of the core"),
}


@dataclass
class Taken:
    """The state of an application and of the core's registries at one moment.

    `own` are the names of the blueprints that the plugin may have.
    """

    app: Flask
    own: Collection[str] = ()
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
        found["routes"] = [(rule.rule, rule.endpoint) for rule in app.url_map.iter_rules()]
        found["commands"] = dict(app.cli.commands)
        found["signals"] = {name: dict(one.receivers) for name, one in _SIGNALS.items()}
        found["hooks"] = _copy(hooks._found), dict(hooks.owners), hooks.active, hooks.active_here
        found["tables"] = dict(Base.metadata.tables)
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
        if name not in _BY_BLUEPRINT:
            return found
        return {key: value for key, value in found.items() if key not in self.own}

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
            registry._dispose_manager_and_mapper(mapper.class_manager)
    Base.metadata.remove(Base.metadata.tables[table])


def refuse_changes(taken: Taken, may: Callable[[str], bool] = lambda _name: False) -> None:
    """Raise Refused when anything differs that may not."""
    wrong = [name for name in taken.changes() if not may(name)]
    if wrong:
        things = [_WORDS[name] for name in wrong if name in _WORDS]
        raise Refused(
            say(
                "It changes the site itself (%(what)s). Nothing of it was kept.",
                what=things[0] if things else ", ".join(wrong),
            )
        )


def check_tables(manifest: Manifest) -> None:
    """Refuse tables under foreign names, and tables without the capability `db`."""
    found = [table.name for table in tables.tables_of(manifest.name)]
    foreign = [name for name in found if not name.startswith(f"{manifest.name}_")]
    if foreign:
        raise Refused(
            say(
                "It declares the table %(table)s, which is not its own: names begin with "
                "%(prefix)s.",
                table=foreign[0],
                prefix=f"{manifest.name}_",
            )
        )
    if found and "db" not in manifest.uses:
        raise Refused(
            say(
                "It brings %(kind)s, and its plugin.toml does not say that it uses %(uses)s.",
                kind="tables",
                uses="db",
            )
        )


def try_routes(app: Flask, record: Record, routes: Routes) -> None:
    """Register the pages with an application that is thrown away, and look at what they did."""
    trial = Flask("trial", static_folder=None)
    trial.add_url_rule("/<lang>/x/-", "trial", lambda: "")  # so that maps are compared in order
    taken = Taken(trial, blueprints_of(record.name))
    _mount(trial, record.name, routes)
    refuse_changes(taken, lambda name: name in ("routes", "view_functions", "blueprints"))
    prefix = PREFIXES[routes.area].format(name=record.name)
    for rule in trial.url_map.iter_rules():
        if rule.endpoint == "trial":
            continue
        if not (rule.rule == prefix or rule.rule.startswith(f"{prefix}/")):
            raise Refused(
                say("It takes the address %(address)s, which is not its own.", address=rule.rule)
            )
        _check_view(app, record, rule.endpoint, trial.view_functions[rule.endpoint])


def _mount(app: Flask, name: str, routes: Routes) -> None:
    blueprint = routes.blueprint
    if not isinstance(blueprint, Blueprint) or blueprint.name not in blueprints_of(name):
        raise Refused(say("Its pages must stand in a blueprint named %(name)s.", name=name))
    app.register_blueprint(blueprint, url_prefix=PREFIXES[routes.area].format(name=name))


def blueprints_of(name: str) -> tuple[str, str]:
    """Return the names that a plugin's blueprints may have, of the site and of centers."""
    return name, f"{name}_center"  # an application knows each name once: pages of both areas


def _check_view(app: Flask, record: Record, endpoint: str, view: Any) -> None:
    declared = getattr(view, "access", None)
    if (
        endpoint.partition(".")[0] not in blueprints_of(record.name)
        or endpoint in app.view_functions
    ):
        raise Refused(say("It takes the page %(page)s, which is not its own.", page=endpoint))
    own = {p.name for p in record.manifest.permissions} if record.manifest else set()

    known = declared is not None and (
        declared.rule in OPEN
        or declared.rule in own
        or hooks.get(Permission, declared.rule) is not None
    )
    if not known:
        raise Refused(
            say("Its page %(page)s does not say who may open it.", page=endpoint),
        )


def apply(app: Flask, record: Record, brought: PluginHooks, failures: Failures) -> None:
    """Make what a plugin brought part of the site. Raises ValueError for a name that is taken."""
    for kind, name, thing in brought.brought:
        if kind is Routes:
            _mount(app, record.name, thing)
            failures.gate.pages[thing.blueprint.name] = record.name
            continue
        if kind is Command:
            _add_command(app, record.name, thing)
            continue
        guarded = wrap(thing, record.name, kind, name, KINDS[kind], failures)
        hooks.register(kind, name, guarded, owner=record.name)


def _add_command(app: Flask, plugin: str, command: Command) -> None:
    """Put a command at `rihla x <plugin> <name>`."""
    group = app.cli.commands.get("x") or AppGroup("x", help="Commands of plugins.")
    own = getattr(group, "commands", {}).get(plugin) or AppGroup(plugin)
    own.add_command(command.command)
    group.add_command(own)  # type: ignore[attr-defined]
    app.cli.add_command(group)


def add_templates(app: Flask, record: Record) -> None:
    """Let a plugin's templates be found under its own name, after a site's own version of them."""
    folder = record.folder / "templates" / record.name
    if not folder.is_dir():
        return
    own: Any = FileSystemLoader([app.instance_path + f"/templates/{record.name}", str(folder)])
    loader = app.jinja_env.loader
    known = loader.loaders if isinstance(loader, ChoiceLoader) else [loader]
    app.jinja_env.loader = ChoiceLoader([*known, PrefixLoader({record.name: own})])


def capability_words(uses: frozenset[str]) -> list[Sentence]:
    """Return in words what a plugin says that it uses."""
    return [words for name, words in CAPABILITIES.items() if name in uses]

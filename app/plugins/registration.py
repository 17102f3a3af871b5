"""What a plugin hands over: collected, examined, and only then made part of the site."""

from collections.abc import Callable
from dataclasses import is_dataclass
from types import UnionType
from typing import Any, ClassVar, Literal, Union, get_args, get_origin, get_type_hints

from flask import Blueprint, Flask
from flask.cli import AppGroup
from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader

from app.accounts.hooks import PersonalDataExtra
from app.centers.hooks import PlaceLink
from app.kernel.actors import Permission, PermissionCheck
from app.kernel.hooks import hooks
from app.kernel.i18n import Sentence, say
from app.plugins import tables
from app.plugins.discovery import Record
from app.plugins.guard import Failures, GuardedPage, wrap
from app.plugins.hooks import Command, Routes
from app.plugins.inventory import (
    PREFIXES,
    Refused,
    Taken,
    blueprints_of,
    is_own_address,
    refuse_changes,
)
from app.plugins.kinds import KINDS
from app.plugins.rules import CAPABILITIES, Manifest
from app.web.access import OPEN


def wrong_fields(thing: Any) -> tuple[str, str] | None:
    """Return the first field of a contribution with a value of another type, and the type."""
    hints = get_type_hints(type(thing)) if is_dataclass(thing) else {}
    for name, hint in hints.items():
        if get_origin(hint) is not ClassVar and not _is_a(getattr(thing, name), hint):
            return name, getattr(hint, "__name__", str(hint))
    return None


def _is_a(value: Any, hint: Any) -> bool:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return any(_is_a(value, one) for one in get_args(hint))
    if origin is Literal:
        return value in get_args(hint)
    if origin is Callable:
        return callable(value)
    if isinstance(hint, type) and hint is not Any and origin is None:
        return isinstance(value, hint | int if hint is float else hint)
    return origin is None or not isinstance(origin, type) or isinstance(value, origin)


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
        if kind is PersonalDataExtra and not self.manifest.privacy_extra:
            raise Refused(
                say("It keeps more about people than plugin.toml says ([privacy] extra).")
            )
        if wrong := wrong_fields(thing):
            raise Refused(
                say(
                    "%(what)s: %(field)s must be %(kind)s.",
                    what=f"{kind_name} {name}",
                    field=wrong[0],
                    kind=wrong[1],
                )
            )
        if not rule.free_name and name != self.plugin and not name.startswith(f"{self.plugin}."):
            name = f"{self.plugin}.{name}"
        self.brought.append((kind, name, thing))


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
    taken = Taken(trial, record.name)
    _mount(trial, record.name, routes)
    for rule in trial.url_map.iter_rules():
        if rule.endpoint == "trial":
            continue
        if not is_own_address(rule.rule, record.name, routes.area):
            raise Refused(
                say("It takes the address %(address)s, which is not its own.", address=rule.rule)
            )
        _check_view(app, record, rule.endpoint, trial.view_functions[rule.endpoint])
    refuse_changes(taken)


def _mount(app: Flask, name: str, routes: Routes) -> None:
    blueprint = routes.blueprint
    if not isinstance(blueprint, Blueprint) or blueprint.name not in blueprints_of(name):
        raise Refused(say("Its pages must stand in a blueprint named %(name)s.", name=name))
    app.register_blueprint(blueprint, url_prefix=PREFIXES[routes.area].format(name=name))


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
            _guard_pages(app, record.name, thing.blueprint.name, failures)
            continue
        if kind is Command:
            _add_command(app, record.name, thing)
            continue
        guarded = wrap(thing, record.name, kind, name, KINDS[kind], failures)
        hooks.register(kind, name, guarded, owner=record.name)
    for kind, name, thing in brought.brought:
        _check_endpoint(app, f"{kind.__name__} {name}", thing)


def _guard_pages(app: Flask, plugin: str, blueprint: str, failures: Failures) -> None:
    for endpoint, view in app.view_functions.items():
        if endpoint.partition(".")[0] == blueprint:
            app.view_functions[endpoint] = GuardedPage(view, plugin, endpoint, failures)


def _check_endpoint(app: Flask, what: str, thing: Any) -> None:
    """Refuse a link to a page that is not there: its address would be asked for on every page."""
    endpoint = getattr(thing, "endpoint", None)
    if not isinstance(endpoint, str):
        return
    filled = {"lang"} if not isinstance(thing, PlaceLink) else {"lang", "center", "public_id"}
    rules = app.url_map._rules_by_endpoint.get(endpoint, [])
    if not any(rule.arguments <= filled and "GET" in (rule.methods or ()) for rule in rules):
        raise Refused(
            say(
                "%(what)s leads to %(page)s, where no page can be opened from there.",
                what=what,
                page=endpoint,
            )
        )


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

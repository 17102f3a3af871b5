"""The base of a plugin's models: each plugin has a registry and a schema of its own.

A plugin whose mapping is wrong breaks no query of the core, a plugin that is given up leaves
nothing behind, and the core's migrations never see a plugin's tables.
"""

import sys
from typing import Any

from sqlalchemy import Column, ForeignKey, MetaData, Table
from sqlalchemy.orm import DeclarativeBase, registry

from app.kernel.db import Base

_registries: dict[str, Any] = {}


class NotInAPlugin(TypeError):
    """A model stands outside the package of a plugin."""


def owner_of(module: str) -> str:
    """Return the plugin to which a module belongs: `plugins.x.…` or `rihla_x.…`."""
    parts = module.split(".")
    if parts[0] == "plugins" and len(parts) > 1:
        return parts[1]
    if parts[0].startswith("rihla_"):
        return parts[0].removeprefix("rihla_")
    raise NotInAPlugin(f"{module}: models stand in the package of a plugin")


def registry_of(plugin: str) -> Any:
    """Return the registry of a plugin's models; its metadata holds the plugin's tables."""
    if plugin not in _registries:
        metadata = MetaData(naming_convention=Base.metadata.naming_convention)
        _registries[plugin] = registry(metadata=metadata)
    return _registries[plugin]


def tables_of(plugin: str) -> list[Table]:
    """Return the tables that a plugin's models declare."""
    found = registry_of(plugin).metadata.tables.values()
    return [table for table in found if not table.info.get("core")]


def forget_tables(plugin: str) -> None:
    """Let go of all that a plugin's models declared."""
    if plugin in _registries:
        _registries.pop(plugin).dispose()


class PluginBase(DeclarativeBase):
    """Base of a plugin's models. Tables are named `<plugin>_…`.

    A foreign key names a table of the core or of another plugin ("person.id"); relationships lead
    to models of the same plugin only.
    """

    def __init_subclass__(cls, **options: Any) -> None:
        own = registry_of(owner_of(cls.__module__))
        cls._sa_registry = own  # what DeclarativeBase maps with; no public name for it
        cls.metadata = own.metadata
        super().__init_subclass__(**options)
        table = getattr(cls, "__table__", None)
        if isinstance(table, Table):
            for key in table.foreign_keys:
                _know(own.metadata, key)


def _know(metadata: MetaData, key: ForeignKey) -> None:
    """Let a schema know the columns of another one's table that it refers to."""
    name = key.target_fullname.rpartition(".")[0]
    if name in metadata.tables:
        return
    others = [Base.metadata, *(one.metadata for one in _registries.values())]
    source = next((other.tables[name] for other in others if name in other.tables), None)
    if source is not None:
        columns: list[Any] = [
            Column(column.name, column.type, primary_key=column.primary_key)
            for column in source.columns
        ]
        Table(name, metadata, *columns, info={"core": True})


def modules_of(package: str) -> list[str]:
    """Return the names of a package's modules that are imported."""
    return [name for name in sys.modules if name == package or name.startswith(f"{package}.")]

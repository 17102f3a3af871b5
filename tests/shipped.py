"""How the plugins of the product say with what their pages are opened.

A plugin whose routes take arguments brings `tests/walk.py`: `ARGUMENTS`, by endpoint the names of
things, and `make(center_id, author)`, which brings those things to a center and returns them by
name; `QUIET`, if some refuse what is no field of theirs with a sentence of their own. The guards
then walk its pages as they walk ours. This is the only place where tests of the
site look into plugins; with `plugins/` empty there is nothing to walk.
"""

from functools import cache
from importlib import import_module
from types import ModuleType

from sqlalchemy import Table

from app.kernel.actors import Actor
from app.kernel.db import Base
from app.plugins.gate import get_gate
from app.plugins.tables import tables_of
from tests.conftest import BARE, SHELF

ROOT = SHELF.parents[2]


@cache
def _walks() -> dict[str, ModuleType]:
    found = [] if BARE else sorted(ROOT.glob("plugins/*/tests/walk.py"))
    names = [path.parents[1].name for path in found]
    return {name: import_module(f"plugins.{name}.tests.walk") for name in names}


def arguments() -> dict[str, dict[str, str]]:
    """Return what stands for the arguments of plugins' routes; `+` marks things of theirs."""
    return {
        endpoint: {argument: f"+{name}.{thing}" for argument, thing in given.items()}
        for name, walk in _walks().items()
        for endpoint, given in walk.ARGUMENTS.items()
    }


def quiet() -> dict[str, tuple[int, dict[str, str]]]:
    """Return the routes of plugins that refuse in another way than by the usual sentences."""
    return {
        endpoint: (status, {})
        for walk in _walks().values()
        for endpoint, status in getattr(walk, "QUIET", {}).items()
    }


def tables() -> list[Table]:
    """Return all tables of the present site: those of the core and of its plugins."""
    own = [table for name in get_gate().records for table in tables_of(name)]
    return [*Base.metadata.sorted_tables, *own]


def make(center_id: int, author: Actor) -> dict[str, str]:
    """Bring the things of all plugins to a center, inside `write()`; return them by name."""
    return {
        f"{name}.{thing}": value
        for name, walk in _walks().items()
        for thing, value in walk.make(center_id, author).items()
    }

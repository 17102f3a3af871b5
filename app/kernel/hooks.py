"""The socket into which features, and later plugins, put what they bring.

A kind is a type: a frozen dataclass or a Protocol declared in a feature's `hooks.py`. With nothing
registered, every question is answered with "nothing".
"""

from collections import defaultdict
from typing import Any, TypeVar

T = TypeVar("T")


class Hooks:
    """What has been registered, by kind and name."""

    def __init__(self) -> None:
        self._found: dict[Any, dict[str, Any]] = defaultdict(dict)

    def register(self, kind: type[T], name: str, thing: T) -> None:
        """Make `thing` findable under `name`. Raises ValueError when the name is taken."""
        if name in self._found[kind]:
            raise ValueError(f"{kind.__name__} {name!r} is registered twice")
        self._found[kind][name] = thing

    def get(self, kind: type[T], name: str) -> T | None:
        """Return the thing of that name, or None when nobody brought it."""
        return self._found[kind].get(name)

    def collect(self, kind: type[T]) -> list[tuple[str, T]]:
        """Return all things of a kind with their names, in order of registration."""
        return list(self._found[kind].items())

    def clear(self) -> None:
        """Forget everything, before another application is built."""
        self._found.clear()


hooks = Hooks()

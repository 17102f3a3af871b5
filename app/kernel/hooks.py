"""The socket into which features, and later plugins, put what they bring.

A kind is a type: a frozen dataclass or a Protocol declared in a feature's `hooks.py`. With nothing
registered, every question is answered with "nothing". What a plugin brought (`owner`) is found
only while the plugin is active; what the core brought (owner "") always.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Hooks:
    """What has been registered, by kind and name.

    app.plugins sets `active(owner, kind, anywhere)`: do things of this owner count at the center
    of the moment, or (`anywhere`) at any? When the answers change, `active_here()` does.
    """

    def __init__(self) -> None:
        self._found: dict[Any, dict[str, Any]] = defaultdict(dict)
        self.owners: dict[tuple[Any, str], str] = {}
        self.active: Callable[[str, Any, bool], bool] = lambda owner, kind, anywhere: True
        self.active_here: Callable[[], Hashable] = tuple

    clear = __init__  # forget everything, before another application is built

    def register(self, kind: type[T], name: str, thing: T, owner: str = "") -> None:
        """Make `thing` findable under `name`. Raises ValueError when the name is taken."""
        if name in self._found[kind]:
            raise ValueError(f"{kind.__name__} {name!r} is registered twice")
        self._found[kind][name] = thing
        if owner:
            self.owners[kind, name] = owner

    def _counts(self, kind: Any, name: str, anywhere: bool) -> bool:
        owner = self.owners.get((kind, name))
        return owner is None or self.active(owner, kind, anywhere)

    def get(self, kind: type[T], name: str, *, anywhere: bool = False) -> T | None:
        """Return the thing of that name, or None when nobody brought it or its owner is off."""
        return self._found[kind].get(name) if self._counts(kind, name, anywhere) else None

    def collect(self, kind: type[T], *, anywhere: bool = False) -> list[tuple[str, T]]:
        """Return all things of a kind with their names, in order of registration."""
        found = self._found[kind].items()
        return [thing for thing in found if self._counts(kind, thing[0], anywhere)]

    def installed(self, kind: type[T]) -> list[tuple[str, T]]:
        """Return all things of a kind, whether their owner is on or off. Asks nobody."""
        return list(self._found[kind].items())

    def remove(self, owner: str) -> None:
        """Forget all that one owner brought."""
        for kind, name in [key for key, by in self.owners.items() if by == owner]:
            del self._found[kind][name], self.owners[kind, name]


hooks = Hooks()

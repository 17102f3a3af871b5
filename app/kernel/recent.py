"""Values that are kept in a process for as long as they are used."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """Keeps the values used last, up to a total weight; for values that never change."""

    def __init__(self, limit: int, weigh: Callable[[T], int] = lambda value: 1) -> None:
        self._limit, self._weigh, self._weight = limit, weigh, 0
        self._kept: OrderedDict[Any, T] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Any) -> T | None:
        """Return what is kept under the key, or None.

        Which was used last matters only once much is kept, so until then nothing is noted.
        """
        found = self._kept.get(key)
        if found is not None and self._weight * 2 > self._limit:
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
        return found

    def put(self, key: Any, value: T) -> T:
        """Keep the value, forget the ones unused for longest, and return it."""
        with self._lock:
            if key not in self._kept:
                self._kept[key] = value
                self._weight += self._weigh(value)
            while self._weight > self._limit and len(self._kept) > 1:
                _, old = self._kept.popitem(last=False)
                self._weight -= self._weigh(old)
        return value

    def __len__(self) -> int:
        """Return how many values are kept."""
        return len(self._kept)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._weight = 0

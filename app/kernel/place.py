"""The center of the moment, None for the site as a whole: what is active differs by center."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

center: ContextVar[int | None] = ContextVar("center", default=None)


@contextmanager
def at(center_id: int | None) -> Iterator[None]:
    """Be at a center inside the block."""
    token = center.set(center_id)
    try:
        yield
    finally:
        center.reset(token)

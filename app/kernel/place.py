"""The center of the moment, None for the site as a whole: what is active differs by center."""

from contextvars import ContextVar

center: ContextVar[int | None] = ContextVar("center", default=None)

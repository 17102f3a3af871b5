"""The application object: Flask, without what it does anew for each request of every site."""

from collections.abc import Callable, MutableMapping
from typing import Any

from flask import Flask
from flask.templating import Environment


class PlainGlobals(Environment):
    """Jinja with the globals of a template in one dictionary.

    Jinja chains two, and walks the chain name by name for every template, block and macro file of
    a page. What is added to the globals after a template was first used, that template does not
    see.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the globals for one template."""
        return {**self.globals, **(d or {})}


class Application(Flask):
    """A Flask application whose views and hooks are plain functions."""

    jinja_environment = PlainGlobals

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function as it is: none is a coroutine, and none is asked whether it is."""
        return func

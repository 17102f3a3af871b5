"""The language and the place in the address: `/fr/…`, `/ar/c/kenitra/…`.

Views receive neither: `g.lang` and `g.center` hold them, and `url_for` fills them in.
"""

from typing import Any

from flask import Flask, abort, g, redirect, request, url_for

from app.kernel import i18n, place
from app.kernel.errors import NotFound
from app.kernel.hooks import hooks
from app.settings import get_settings
from app.web.access import access
from app.web.hooks import PlaceResolver


def init_app(app: Flask) -> None:
    """Install the reading and the filling in of language and place."""
    app.url_value_preprocessor(_take)
    app.url_defaults(_fill)
    app.add_url_rule("/", "web.root", root)


def _take(endpoint: str | None, values: dict[str, Any] | None) -> None:
    place.center.set(None)
    lang = values.pop("lang", None) if values else _written()
    if lang is not None and lang not in i18n.LANGUAGES:
        g.lang = preferred_language()
        i18n.language.set(g.lang)
        abort(404)
    g.lang = lang or preferred_language()
    i18n.language.set(g.lang)
    if values and "center" in values:
        resolver = hooks.get(PlaceResolver, "center")
        g.center = resolver.find(values.pop("center")) if resolver else None
        if g.center is None:
            raise NotFound
        place.center.set(g.center.id)


def _written() -> str | None:
    """Return the language that an address begins with although no page is there."""
    first = request.path.split("/", 2)[1]
    return first if first in i18n.LANGUAGES else None


def _fill(endpoint: str, values: dict[str, Any]) -> None:
    app_map = request.url_rule.map if request and request.url_rule else None
    if "lang" not in values and (
        app_map is None or app_map.is_endpoint_expecting(endpoint, "lang")
    ):
        values["lang"] = g.get("lang") or get_settings().default_language
    wants_center = app_map is not None and app_map.is_endpoint_expecting(endpoint, "center")
    if wants_center and "center" not in values and g.get("center"):
        values["center"] = g.center.slug


def preferred_language() -> str:
    """Return the language to begin with: the browser's, or the site's default."""
    best = request.accept_languages.best_match(i18n.LANGUAGES) if request else None
    return best or get_settings().default_language


@access("public")
def root() -> Any:
    """Send the bare address on to the language of the browser."""
    return redirect(url_for("home.home", lang=preferred_language()), 302)

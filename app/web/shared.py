"""Pages that many see alike: made once, with holes for what is one person's."""

import re
import secrets
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, render_template, request
from markupsafe import Markup, escape

from app.kernel import i18n
from app.kernel.hooks import hooks
from app.kernel.recent import Recent
from app.web.access import load_actor
from app.web.assets import linked
from app.web.csrf import token
from app.web.pages import has_messages, is_low

MOST_KEPT = 4_000_000
"""Characters of pages that a process keeps."""
_MARK = secrets.token_hex(6)
"""Nobody outside this process can write a hole."""
_HOLE = re.compile(f"\0{_MARK}(\\w+)\0")
TOKEN, NAME = "form_token", "name_of_actor"
Kept = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Anybody:
    """Stands for the person in a page that is kept: there is nothing else to be shown of it."""

    is_signed_in: bool
    name: Markup


def init_app(app: Flask) -> None:
    """Keep pages beside the application."""
    app.extensions["shared_pages"] = Recent[Kept](MOST_KEPT, lambda kept: sum(map(len, kept)))


def render_shared(
    template: str, about: Hashable, holes: Mapping[str, str], make: Callable[[], Mapping[str, Any]]
) -> str:
    """Return a page of which everything but its holes is the same for all with the same `about`.

    `holes` are safe HTML, which the template gets as placeholders under the same names; `make`
    gives the other values, which may depend on `about`, the language and the address alone. The
    person's name, the form's token, messages and menus are taken care of here.
    """
    if request.query_string or has_messages():
        return render_template(template, **make(), **_safe(holes))
    actor = load_actor()
    key = (
        template, about, request.path, i18n.language.get(), actor.is_signed_in, actor.grants,
        hooks.active_here(), request.cookies.get("theme"), is_low(), tuple(linked("")),
    )  # fmt: skip
    pages: Recent[Kept] = current_app.extensions["shared_pages"]
    kept = pages.get(key) or pages.put(key, _render(template, actor.is_signed_in, holes, make))
    filled = {**holes, TOKEN: token(), NAME: escape(actor.name)}
    texts = list(kept)
    texts[1::2] = [filled[name] for name in kept[1::2]]
    return "".join(texts)


def _render(
    template: str, is_signed_in: bool, holes: Mapping[str, str], make: Callable[[], Any]
) -> Kept:
    """Return the page in pieces: text and the name of a hole in turn."""
    own = g.pop("csrf_token", None)
    g.csrf_token = _hole(TOKEN)
    try:
        anybody = Anybody(is_signed_in, Markup(_hole(NAME)))  # noqa: S704  (a hole)
        marks = _safe({name: _hole(name) for name in holes})
        page = render_template(template, **make(), **marks, actor=anybody)
    finally:
        g.pop("csrf_token")
        if own is not None:
            g.csrf_token = own
    return tuple(_HOLE.split(page))


def _hole(name: str) -> str:
    return f"\0{_MARK}{name}\0"


def _safe(texts: Mapping[str, str]) -> dict[str, Markup]:
    return {name: Markup(text) for name, text in texts.items()}  # noqa: S704  (as the caller says)

"""What every template can use: language, navigation, drawings, formats, messages."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask import (
    Flask,
    current_app,
    g,
    get_flashed_messages,
    redirect,
    request,
    session,
    url_for,
)
from flask import flash as _flash
from markupsafe import Markup, escape

from app.kernel import i18n
from app.kernel.db import write
from app.kernel.errors import Refusal
from app.kernel.hooks import hooks
from app.kernel.i18n import Sentence, translate
from app.settings import get_settings
from app.web import drawings
from app.web.access import load_actor
from app.web.hooks import NavItem


@dataclass(frozen=True)
class Link:
    """A link of the frame, ready to show.

    `current` is "page" for the page itself, another truth for what it lies under.
    """

    label: str
    url: str
    current: bool | str = False
    code: str = ""
    short: str = ""
    sends: bool = False


MOST_NAVS = 2000
"""Menus are kept by language and grants; so many at most."""
SHORT = {"fr": "FR", "ar": "ع", "en": "EN"}
ISOLATED = Markup("<bdi>{}</bdi>")
DATA = "data"
"""The cookie that says how much a browser loads: low or full."""


def init_app(app: Flask) -> None:
    """Give Jinja our context, globals and filters."""
    env = app.jinja_env
    env.trim_blocks = env.lstrip_blocks = True
    env.filters.update(
        number=_kept(i18n.format_number),
        percent=_kept(i18n.format_percent),
        date=i18n.format_date,
        datetime=i18n.format_datetime,
        time=hour,
        size=_kept(i18n.format_size),
        minutes=i18n.format_minutes,
        t=translate,
        listed=listed,
    )
    env.globals.update(
        {name: getattr(drawings, name) for name in drawings.__all__},
        _=_gettext,
        gettext=_gettext,
        ngettext=_ngettext,
        languages=i18n.LANGUAGES,
        language_names=i18n.NAMES,
        directions=i18n.DIRECTIONS,
    )
    app.extensions["nav"] = {}
    app.context_processor(frame)


def hour(moment: datetime) -> str:
    """Return the hour and minute of a moment, in Morocco's time: 15:04."""
    return moment.astimezone(i18n.ZONE).strftime("%H:%M")


def _kept(written: Callable[[Any, str], str]) -> Callable[[Any], str]:
    """Keep the numbers that were written: the same few stand on every page."""
    known = lru_cache(maxsize=2000)(written)
    return lambda value: known(value, i18n.language.get())


@lru_cache(maxsize=5000)
def _ready(text: str) -> Markup:
    return Markup(text) % {}  # noqa: S704  (our own words)


def _gettext(text: str, /, **values: object) -> Markup:
    """Translate within a template; values are escaped. Leaner than Jinja's own extension."""
    found = i18n.said(text, i18n.language.get())
    return Markup(found) % values if values else _ready(found)  # noqa: S704  (our own words)


def _ngettext(one: str, many: str, num: int, /, **values: object) -> Markup:
    """Translate what depends on the number `num`, which stands in it as `%(num)s`."""
    found = Markup(i18n.ngettext(one, many, num))  # noqa: S704
    return found % {"num": num, **values}


def listed(things: Iterable[object]) -> Markup:
    """Join things with the comma of the language; each keeps its own direction."""
    pieces = (ISOLATED.format(thing) for thing in things)
    return escape(i18n.COMMAS[i18n.language.get()]).join(pieces)


def flash(sentence: Sentence, level: str = "ok") -> None:
    """Show a sentence once, on the next page. `level` is ok, warn or bad."""
    _flash(translate(sentence), level)


def act_then_go(act: Callable[[], Any], sentence: Sentence, endpoint: str, **where: Any) -> Any:
    """Do something in a transaction, say how it went, and go on to a page."""
    try:
        with write():
            act()
        flash(sentence)
    except Refusal as refusal:
        flash(refusal.sentence, "bad")
    return redirect(url_for(endpoint, **where), 303)


def frame() -> dict[str, Any]:
    """Return what the frame of a page shows; also for error pages, so it asks no database.

    It is made once for the pieces of which a page is rendered, unless something changed meanwhile.
    """
    actor = g.get("actor") or _actor_or_visitor()
    lang = g.get("lang") or get_settings().default_language
    key = (actor, lang, i18n.language.get(), hooks.active_here())
    kept: tuple[Any, dict[str, Any]] | None = g.get("frame")
    if kept is None or kept[0] != key:
        g.frame = kept = (key, _frame(actor, lang))
    return kept[1]


def _frame(actor: Any, lang: str) -> dict[str, Any]:
    settings = get_settings()
    return {
        "lang": lang,
        "dir": i18n.DIRECTIONS[lang],
        "actor": actor,
        "site_name": settings.site_name,
        "public_url": settings.public_url,
        "demo": settings.demo,
        "theme": request.cookies.get("theme", ""),
        "low_data": is_low(),
        "nav": _nav("main", actor),
        "account_nav": _nav("account", actor),
        "foot_nav": _nav("foot", actor),
        "language_links": _language_links(lang),
        "messages": _messages,
    }


def is_low() -> bool:
    """Tell whether this browser is to load little: its own choice, else what it was set to."""
    chosen = request.cookies.get(DATA)
    return chosen == "low" or (not chosen and request.headers.get("Save-Data") == "on")


def _actor_or_visitor() -> Any:
    from sqlalchemy.exc import SQLAlchemyError

    from app.kernel.actors import ANONYMOUS

    try:
        return load_actor()
    except SQLAlchemyError:
        return ANONYMOUS


def has_messages() -> bool:
    """Tell whether something waits to be said on the next page."""
    return bool(request.cookies) and "_flashes" in session


def _messages() -> list[dict[str, str]]:
    if "_flashes" not in g and not request.cookies:
        return []
    found: Any = get_flashed_messages(with_categories=True)
    return [{"level": level, "text": text} for level, text in found]


def _nav(area: str, actor: Any) -> list[Link]:
    lang = i18n.language.get()
    here = hooks.active_here()
    key = (area, lang, g.get("lang"), actor.is_signed_in, actor.is_system, actor.grants, here)
    kept: dict[Any, list[tuple[str, str, str, bool]]] = current_app.extensions["nav"]
    if key not in kept:
        if len(kept) > MOST_NAVS:
            kept.clear()
        items = [i for _, i in hooks.collect(NavItem) if i.area == area and i.visible(actor)]
        items.sort(key=lambda item: item.order)
        kept[key] = [(translate(i.label), url_for(i.endpoint), i.endpoint, i.sends) for i in items]
    path, page = request.path, request.endpoint
    return [
        Link(label, url, _current(url, name, path, page), sends=sends)
        for label, url, name, sends in kept[key]
    ]


def _current(url: str, endpoint: str, path: str, page: str | None) -> str:
    """Return what `aria-current` says of a link of a menu: page, true or nothing."""
    if url == path:
        return "page"
    return "true" if page == endpoint or path.startswith(f"{url}/") else ""


def tab_links(tabs: Sequence[tuple[Sentence, str]]) -> list[Link]:
    """Return the sub-pages of one thing; current is the one that the present page lies under.

    `tabs` are labels and endpoints, the page of the thing itself first. A page of another feature
    lies under the tab of that feature, any other under the tab with the nearest address.
    """
    home = tabs[0][1].split(".")[0]
    links = [
        (translate(label), url_for(endpoint), endpoint.split(".")[0]) for label, endpoint in tabs
    ]

    def nearness(link: tuple[str, str, str]) -> tuple[bool, int]:
        _, url, feature = link
        path = f"{request.path}/".startswith(url.rstrip("/") + "/")
        return feature == request.blueprint != home, len(url) * path

    near = max(links, key=nearness)
    return [Link(link[0], link[1], link is near) for link in links]


def _language_links(lang: str) -> list[Link]:
    path, query = request.path, request.query_string.decode("ascii", "ignore")
    tail = path.split("/", 2)[2] if path.count("/") > 1 and path[1:3] in i18n.LANGUAGES else ""
    suffix = f"?{query}" if query else ""
    return [
        Link(i18n.NAMES[code], f"/{code}/{tail}{suffix}", code == lang, code, SHORT[code])
        for code in i18n.LANGUAGES
    ]

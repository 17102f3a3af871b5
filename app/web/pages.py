"""What every template can use: language, navigation, drawings, formats, messages."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, g, get_flashed_messages, request, url_for
from flask import flash as _flash

from app.kernel import i18n
from app.kernel.hooks import hooks
from app.kernel.i18n import Sentence, translate
from app.settings import get_settings
from app.web import drawings
from app.web.access import load_actor
from app.web.hooks import NavItem


@dataclass(frozen=True)
class Link:
    """A link of the frame, ready to show."""

    label: str
    url: str
    current: bool = False
    code: str = ""
    short: str = ""


SHORT = {"fr": "FR", "ar": "ع", "en": "EN"}


def init_app(app: Flask) -> None:
    """Give Jinja our context, globals and filters."""
    env = app.jinja_env
    env.add_extension("jinja2.ext.i18n")
    env.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.trim_blocks = env.lstrip_blocks = True
    env.filters.update(
        number=i18n.format_number,
        percent=i18n.format_percent,
        date=i18n.format_date,
        datetime=i18n.format_datetime,
        size=i18n.format_size,
        minutes=i18n.format_minutes,
        t=translate,
    )
    env.globals.update(
        {name: getattr(drawings, name) for name in drawings.__all__ if name in drawings.__all__},
        languages=i18n.LANGUAGES,
        language_names=i18n.NAMES,
        directions=i18n.DIRECTIONS,
    )
    app.context_processor(frame)


def flash(sentence: Sentence, level: str = "ok") -> None:
    """Show a sentence once, on the next page. `level` is ok, warn or bad."""
    _flash(translate(sentence), level)


def frame() -> dict[str, Any]:
    """Return what the frame of a page shows; also for error pages, so it asks no database."""
    actor = g.get("actor") or _actor_or_visitor()
    settings = get_settings()
    lang = g.get("lang") or settings.default_language
    return {
        "lang": lang,
        "dir": i18n.DIRECTIONS[lang],
        "actor": actor,
        "site_name": settings.site_name,
        "public_url": settings.public_url,
        "demo": settings.demo,
        "theme": request.cookies.get("theme", ""),
        "nav": _nav("main", actor),
        "account_nav": _nav("account", actor),
        "language_links": _language_links(lang),
        "messages": _messages,
    }


def _actor_or_visitor() -> Any:
    from sqlalchemy.exc import SQLAlchemyError

    from app.kernel.actors import ANONYMOUS

    try:
        return load_actor()
    except SQLAlchemyError:
        return ANONYMOUS


def _messages() -> list[dict[str, str]]:
    if "_flashes" not in g and not request.cookies:
        return []
    found = get_flashed_messages(with_categories=True)
    return [{"level": level, "text": text} for level, text in found]


def _nav(area: str, actor: Any) -> list[Link]:
    items = [i for _, i in hooks.collect(NavItem) if i.area == area and i.visible(actor)]
    return [
        Link(translate(item.label), url_for(item.endpoint), request.endpoint == item.endpoint)
        for item in sorted(items, key=lambda item: item.order)
    ]


def _language_links(lang: str) -> list[Link]:
    path, query = request.path, request.query_string.decode("ascii", "ignore")
    tail = path.split("/", 2)[2] if path.count("/") > 1 and path[1:3] in i18n.LANGUAGES else ""
    suffix = f"?{query}" if query else ""
    return [
        Link(i18n.NAMES[code], f"/{code}/{tail}{suffix}", code == lang, code, SHORT[code])
        for code in i18n.LANGUAGES
    ]

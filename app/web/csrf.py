"""Requests that change something come from our own pages only.

First the browser's own word (Sec-Fetch-Site, else Origin), then, for browsers that send neither,
Flask-WTF's token in every form.
"""

from urllib.parse import urlsplit

from flask import Flask, g, request
from flask_wtf.csrf import CSRFProtect, generate_csrf

from app.kernel.errors import Forbidden
from app.kernel.i18n import say

SAFE = ("GET", "HEAD", "OPTIONS")
protect = CSRFProtect()


def init_app(app: Flask) -> None:
    """Install both checks."""
    app.before_request(refuse_other_sites)
    protect.init_app(app)
    app.jinja_env.globals["csrf_token"] = token


def token() -> str:
    """Return the request's token for forms; a lesson may hold many."""
    found: str = g.get("csrf_token") or generate_csrf()
    return found


def refuse_other_sites() -> None:
    """Raise Forbidden when the browser says that another site sends this."""
    if request.method in SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    if site is not None:
        foreign = site not in ("same-origin", "none")
    else:
        foreign = origin is not None and urlsplit(origin).netloc != request.host
    if foreign:
        raise Forbidden(
            say("This came from another site, so nothing was changed."),
            todo=say("Open the page here and send it again."),
        )

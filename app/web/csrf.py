"""Requests that change something come from our own pages only.

First the browser's own word (Sec-Fetch-Site, else Origin), then, for browsers that send neither,
Flask-WTF's token in every form.
"""

from urllib.parse import urlsplit

from flask import Flask, current_app, g, request, session
from flask_wtf.csrf import CSRFProtect, generate_csrf

from app.kernel.errors import Forbidden
from app.kernel.i18n import say
from app.kernel.recent import Recent

SAFE = ("GET", "HEAD", "OPTIONS")
MOST_KEPT = 2000
protect = CSRFProtect()


def init_app(app: Flask) -> None:
    """Install both checks."""
    app.before_request(refuse_other_sites)
    protect.init_app(app)
    app.jinja_env.globals["csrf_token"] = token
    app.extensions["signed_tokens"] = Recent[str](MOST_KEPT)


def token() -> str:
    """Return the request's token for forms; a lesson may hold many.

    It is the browser's secret, signed. Signing it anew for every page would say nothing more, so
    the last ones are kept.
    """
    found: str | None = g.get("csrf_token")
    if found is None:
        signed: Recent[str] = current_app.extensions["signed_tokens"]
        found = signed.get(session.get("csrf_token"))
        if found is None:
            found = generate_csrf()
            signed.put(session["csrf_token"], found)
        g.csrf_token = found
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

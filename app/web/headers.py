"""Headers of every answer: what the browser may load, keep and show."""

import secrets
from typing import Any

import structlog
from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from app.settings import get_settings
from app.web.cookies import CarriedSessions

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; media-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "worker-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "object-src 'none'; require-trusted-types-for 'script'"
)
FIXED = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
FIXED_AND_HTTPS = FIXED | {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}


def init_app(app: Flask) -> None:
    """Trust as many proxies as the settings say; set cookies' rules and the headers."""
    settings = get_settings()
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=0, x_port=0
        )
    app.config.update(
        SECRET_KEY=str(settings.secret_key),
        SESSION_COOKIE_NAME="__Host-rihla" if settings.https else "rihla",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=settings.max_body_mb * 1_000_000,
        MAX_FORM_MEMORY_SIZE=2_000_000,
        MAX_FORM_PARTS=1000,
        TRUSTED_HOSTS=_hosts(),
        TESTING=settings.testing,
        DEBUG=settings.debug,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        PREFERRED_URL_SCHEME="https" if settings.https else "http",
    )
    app.session_interface = CarriedSessions(app)
    app.url_value_preprocessor(begin)  # the first of all, so that every refusal has its number
    app.after_request(finish)


def _hosts() -> list[str]:
    settings = get_settings()
    host = settings.public_url.split("://", 1)[-1].split("/", 1)[0].rsplit(":", 1)[0]
    local = ["localhost", "127.0.0.1", "[::1]"] if host in ("localhost", "127.0.0.1") else []
    return [host, *settings.trusted_hosts, *local]


def begin(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Give the request a number that logs and error pages quote."""
    g.request_id = secrets.token_hex(6)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def finish(response: Response) -> Response:
    """Add the fixed headers, and keep pages of signed-in people out of caches."""
    headers = response.headers
    present = {name.lower() for name, _ in headers}
    wanted = FIXED_AND_HTTPS if get_settings().https else FIXED
    headers.extend([line for line in wanted.items() if line[0].lower() not in present])
    if "cache-control" not in present:
        actor = g.get("actor")
        signed_in = actor is not None and actor.is_signed_in
        kept = "no-store" if signed_in or request.method != "GET" else "private, no-cache"
        headers.add("Cache-Control", kept)
    if "request_id" in g:
        headers.add("X-Request-Id", g.request_id)
    return response

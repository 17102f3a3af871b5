"""HTTP plumbing shared by all features; it knows none of them."""

from flask import Blueprint, Flask

from app.web import (
    access,
    assets,
    compression,
    csrf,
    errors,
    headers,
    health,
    locale,
    pages,
    shared,
)

bp = Blueprint("web", __name__, template_folder="templates")


def init_app(app: Flask) -> None:
    """Register headers, languages, access, forms' protection, error pages and static files."""
    app.register_blueprint(bp)
    for part in (compression, headers, locale, access, csrf, errors, assets, pages, shared, health):
        part.init_app(app)


def check(app: Flask) -> None:
    """Refuse to start with a view that does not declare its access."""
    access.check(app)

"""The pages of the sample."""

from typing import Any

from flask import Blueprint, render_template

from app.sdk import access

bp = Blueprint("sample", __name__)
center_bp = Blueprint("sample_center", __name__)


@bp.get("/")
@access("public")
def index() -> Any:
    """Show a page of the site."""
    return render_template("sample/page.html")


@center_bp.get("/")
@access("sample.write", scope="center")
def notes() -> Any:
    """Show a page of a center."""
    return render_template("sample/page.html")

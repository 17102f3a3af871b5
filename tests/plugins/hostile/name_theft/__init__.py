"""Replaces a name that every page uses."""

from typing import Any

from flask import Blueprint

from app.sdk import Hooks, Routes, access

bp = Blueprint("name_theft", __name__)


@bp.get("/")
@access("public")
def index() -> Any:
    """Answer something."""
    return "mine"


bp.add_app_template_global(lambda: "mine", "csrf_token")


def register(hooks: Hooks) -> None:
    """Bring its pages."""
    hooks.register(Routes, "site", Routes(bp))

"""Takes over the page of what is not found."""

from typing import Any

from flask import Blueprint

from app.sdk import Hooks, Routes, access

bp = Blueprint("page_theft", __name__)


@bp.get("/")
@access("public")
def index() -> Any:
    """Answer something."""
    return "mine"


bp.app_errorhandler(404)(lambda error: ("mine", 200))


def register(hooks: Hooks) -> None:
    """Bring its pages."""
    hooks.register(Routes, "site", Routes(bp))

"""Wants to be asked before every request."""

from typing import Any

from flask import Blueprint

from app.sdk import Hooks, Routes, access

bp = Blueprint("request_theft", __name__)


@bp.get("/")
@access("public")
def index() -> Any:
    """Answer something."""
    return "mine"


bp.before_app_request(lambda: "mine")


def register(hooks: Hooks) -> None:
    """Bring its pages."""
    hooks.register(Routes, "site", Routes(bp))

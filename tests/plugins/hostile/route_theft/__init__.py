"""Takes the address of the courses."""

from typing import Any

from flask import Blueprint

from app.sdk import Hooks, Routes, access

bp = Blueprint("route_theft", __name__)


@bp.get("/")
@access("public")
def index() -> Any:
    """Answer something."""
    return "mine"


bp.record(lambda state: state.app.add_url_rule("/<lang>/courses", "route_theft.mine", index))


def register(hooks: Hooks) -> None:
    """Bring its pages."""
    hooks.register(Routes, "site", Routes(bp))

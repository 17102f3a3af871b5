"""Pages about the site."""

from typing import Any

from flask import Blueprint, render_template

from app.centers.queries import list_open_centers
from app.messages.services import can_reach
from app.web.access import access

bp = Blueprint("help", __name__, url_prefix="/<lang>", template_folder="templates")


@bp.get("/help")
@access("public")
def show() -> Any:
    """Say what to do when something does not work, and where people can be asked."""
    return render_template("help/help.html", centers=list_open_centers(), sms=can_reach("phone"))


@bp.get("/accessibility")
@access("public")
def accessibility() -> Any:
    """Say how the site can be used, how that is checked, and what to do when it cannot."""
    return render_template("help/accessibility.html")

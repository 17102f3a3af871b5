"""My data: what is kept, a copy of it, its erasure."""

import json
from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template

from app.kernel import clock
from app.kernel.db import write
from app.kernel.i18n import say, translate
from app.privacy import forms, queries, services
from app.settings import get_settings
from app.signin import session
from app.web.access import access
from app.web.pages import flash

bp = Blueprint("privacy", __name__, url_prefix="/<lang>", template_folder="templates")


@bp.get("/personal-data")
@access("public")
def personal_data() -> Any:
    """Say to everybody what is kept about people: what the features declare."""
    return render_template("privacy/personal-data.html", declared=queries.list_declared())


@bp.get("/account/my-data")
@access("signed-in")
def my_data() -> Any:
    """Say in words what is kept."""
    return render_template(
        "privacy/my-data.html", holdings=queries.list_holdings(g.actor.id), form=forms.ExportForm()
    )


@bp.post("/account/my-data/export")
@access("signed-in", takes="button")
def export() -> Any:
    """Hand over a copy of everything as a JSON file."""
    with write():
        data = services.export_data(actor=g.actor)
    head = {
        "site": get_settings().site_name,
        "made_at": clock.now().isoformat(),
        "person": g.actor.public_id,
    }
    text = json.dumps(head | data, ensure_ascii=False, indent=2, default=str)
    response = Response(text + "\n", mimetype="application/json")
    response.headers["Content-Disposition"] = "attachment; filename=my-data.json"
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/account/my-data/erase")
@access("signed-in")
def erase() -> Any:
    """Show what would go and what would stay; nothing happens yet."""
    services.check_erasable(g.actor)
    return _erase_page(forms.EraseForm())


def _erase_page(form: forms.EraseForm) -> str:
    holdings = queries.list_holdings(g.actor.id)
    return render_template(
        "privacy/erase.html",
        form=form,
        gone=[h for h in holdings if h.erase == "delete"],
        emptied=[h for h in holdings if h.erase == "anonymize"],
        kept=[h for h in holdings if h.erase == "keep"],
    )


@bp.post("/account/my-data/erase")
@access("signed-in", max_body=20_000)
def send_erase() -> Any:
    """Erase the account after the password was typed again."""
    form = forms.EraseForm()
    if not form.validate():
        return _erase_page(form), 422
    if session.confirm_own_password(form.password.data) is None:
        form.password.errors = [translate(say("This is not your present password."))]
        return _erase_page(form), 422
    with write():
        services.erase_person(actor=g.actor, now=clock.now())
    response = session.dismiss(make_response(redirect(f"/{g.lang}/", 303)))
    flash(say("Your account was erased. Thank you for the way that we went together."))
    return response

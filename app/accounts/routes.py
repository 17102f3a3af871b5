"""One's own account: names, language, colors."""

from typing import Any

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for

from app.accounts import forms, queries, services
from app.accounts.hooks import AccountPage
from app.accounts.rules import sort_names
from app.kernel.db import write
from app.kernel.hooks import hooks
from app.kernel.i18n import say, translate
from app.settings import get_settings
from app.web.access import access
from app.web.pages import flash

bp = Blueprint("accounts", __name__, url_prefix="/<lang>", template_folder="templates")
YEAR = 365 * 86400


def _page(form: forms.ProfileForm, theme: forms.ThemeForm) -> str:
    found = sorted((page for _, page in hooks.collect(AccountPage)), key=lambda page: page.order)
    return render_template("accounts/account.html", form=form, theme_form=theme, pages=found)


def _theme_form() -> forms.ThemeForm:
    return forms.ThemeForm(theme=request.cookies.get("theme", "auto"), formdata=None)


@bp.get("/account")
@access("signed-in")
def account() -> Any:
    """Show one's profile, and where the other pages of one's account are."""
    person = queries.get_person(g.actor.public_id)
    return _page(forms.ProfileForm(obj=person), _theme_form())


@bp.post("/account")
@access("signed-in", max_body=20_000)
def send_account() -> Any:
    """Keep names and language."""
    form = forms.ProfileForm()
    name, name_ar = form.name.data or "", form.name_ar.data or ""
    if form.validate() and not any(sort_names(name, name_ar)):
        form.name.errors = [translate(services.NO_NAME)]
    if form.errors:
        return _page(form, _theme_form()), 422
    with write():
        services.change_names(actor=g.actor, name=name, name_ar=name_ar)
        services.change_language(actor=g.actor, language=form.language.data)
    flash(say("Your profile is kept."))
    return redirect(url_for("accounts.account"), 303)


@bp.post("/account/theme")
@access("public", max_body=20_000)
def send_theme() -> Any:
    """Keep light or dark in a cookie of this browser."""
    form = forms.ThemeForm()
    response = make_response(redirect(url_for("accounts.account"), 303))
    if form.validate():
        chosen = form.theme.data
        response.set_cookie(
            "theme",
            "" if chosen == "auto" else chosen,
            max_age=0 if chosen == "auto" else YEAR,
            secure=get_settings().https,
            samesite="Lax",
            httponly=True,
        )
    return response

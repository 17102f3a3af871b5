"""Pages for signing in and out, and for one's passwords and sessions."""

from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for

from app.kernel import clock
from app.kernel.db import db, write
from app.kernel.errors import NotFound
from app.kernel.i18n import say, translate
from app.signin import forms, queries, rules, services, session
from app.signin.services import Try
from app.web.access import access
from app.web.pages import flash

bp = Blueprint("signin", __name__, url_prefix="/<lang>", template_folder="templates")
WRONG = say("The address or the password is not right. Check both; nothing is locked.")


def _next() -> str:
    return rules.safe_path(request.args.get("next")) or f"/{g.lang}/"


def _go(target: str) -> Response:
    return make_response(redirect(target, 303))


@bp.get("/sign-in")
@access("public")
def sign_in() -> Any:
    """Show the form, or go on for somebody who is signed in already."""
    if session.load_actor().is_signed_in:
        return _go(_next())
    return render_template("signin/sign-in.html", form=forms.SignInForm())


@bp.post("/sign-in")
@access("public", max_body=20_000)
def send_sign_in() -> Any:
    """Sign in: the same answer and the same work whether or not the account exists."""
    form = forms.SignInForm()
    if not form.validate():
        return render_template("signin/sign-in.html", form=form), 422
    tried = Try(form.email.data, form.password.data, session.here(), session.known_devices())
    with write():
        found = services.count_try(tried)
    if not services.check_password(found, tried.password) or found is None:
        form.form_errors.append(translate(WRONG))
        return render_template("signin/sign-in.html", form=form), 422
    fresh = rules.fresh_hash(found.password_hash, tried.password)
    with write():
        token = services.sign_in(
            tried=tried,
            found=found,
            fresh_hash=fresh,
            remembered=form.remembered.data,
            browser=session.browser(),
            now=clock.now(),
        )
    return session.admit(_go(_next()), token, found.public_id, remembered=form.remembered.data)


@bp.get("/sign-out")
@access("public")
def sign_out() -> Any:
    """Show the button: following a link signs nobody out."""
    return render_template("signin/sign-out.html")


@bp.post("/sign-out")
@access("public", takes="button")
def send_sign_out() -> Any:
    """End this browser's session; harmless for a visitor."""
    with write():
        services.end_token(session.browser().old_token)
    response = session.dismiss(_go(f"/{g.lang}/"))
    flash(say("You are signed out. Everything is kept for the next time."))
    return response


@bp.get("/forgot")
@access("public")
def forgot() -> Any:
    """Ask where to send the way to a new password."""
    return render_template("signin/forgot.html", form=forms.ForgotForm())


@bp.post("/forgot")
@access("public", max_body=20_000)
def send_forgot() -> Any:
    """Send it if there is an account, and say the same if there is none."""
    form = forms.ForgotForm()
    parsed = services.parse_address(form.email.data or "") if form.validate() else None
    if parsed is None:
        if not form.errors:
            form.email.errors = [translate(services.NO_ADDRESS)]
        return render_template("signin/forgot.html", form=form), 422
    with write():
        services.request_reset(address=parsed, network=session.here(), now=clock.now())
    if parsed.kind == "phone":
        return _go(url_for("signup.code"))
    return _go(url_for("signin.forgot_sent"))


@bp.get("/forgot/sent")
@access("public")
def forgot_sent() -> Any:
    """Say what happens next."""
    return render_template("signin/forgot-sent.html")


@bp.get("/reset/<token>")
@access("public")
def reset(token: str) -> Any:
    """Show the form for a new password; the link is not used up by looking."""
    if services.find_reset(token) is None:
        raise NotFound(services.USED_UP, todo=services.ASK_AGAIN)
    return render_template("signin/reset.html", form=forms.ResetForm())


@bp.post("/reset/<token>")
@access("public", max_body=20_000)
def send_reset(token: str) -> Any:
    """Set the new password, once."""
    form = forms.ResetForm()
    if services.find_reset(token) is None:
        raise NotFound(services.USED_UP, todo=services.ASK_AGAIN)
    if not form.validate():
        return render_template("signin/reset.html", form=form), 422
    db.session.rollback()  # nothing is held while a hash takes its turn
    hashed = rules.hash_password(form.password.data)
    with write():
        person, opened = services.reset_password(
            token=token, password_hash=hashed, browser=session.browser(), now=clock.now()
        )
    response = session.admit(_go(f"/{g.lang}/"), opened, person)
    flash(say("Your new password holds from now on. You were signed out everywhere else."))
    return response


@bp.get("/account/password")
@access("signed-in")
def password() -> Any:
    """Show the form for another password."""
    return render_template("signin/password.html", form=forms.ChangePasswordForm())


@bp.post("/account/password")
@access("signed-in", max_body=20_000)
def send_password() -> Any:
    """Change the password and sign out everywhere else."""
    form = forms.ChangePasswordForm()
    if not form.validate():
        return render_template("signin/password.html", form=form), 422
    old = session.confirm_own_password(form.old.data)
    if old is None:
        form.old.errors = [translate(say("This is not your present password."))]
        return render_template("signin/password.html", form=form), 422
    hashed = rules.hash_password(form.password.data)
    with write():
        token = services.change_password(
            actor=g.actor,
            old_hash=old,
            password_hash=hashed,
            browser=session.browser(),
            now=clock.now(),
        )
    response = session.admit(_go(url_for("accounts.account")), token, g.actor.public_id)
    flash(say("Your new password holds from now on. You were signed out everywhere else."))
    return response


@bp.get("/account/sessions")
@access("signed-in")
def sessions() -> Any:
    """List where one is signed in."""
    found = queries.list_sessions(g.actor.id, now=clock.now())
    return render_template("signin/sessions.html", sessions=found)


@bp.post("/account/sessions/end")
@access("signed-in")
def end_session() -> Any:
    """End one of them."""
    form = forms.EndSessionForm()
    if not form.validate() or not form.session.data.isdecimal():
        raise NotFound
    with write():
        services.end_session(actor=g.actor, session_id=int(form.session.data))
    if int(form.session.data) == g.actor.session_id:
        return session.dismiss(_go(f"/{g.lang}/"))
    flash(say("That browser is signed out."))
    return _go(url_for("signin.sessions"))


@bp.post("/account/sessions/end-others")
@access("signed-in", takes="button")
def end_other_sessions() -> Any:
    """Sign out everywhere but here."""
    with write():
        services.end_other_sessions(actor=g.actor)
    flash(say("You are signed out everywhere but here."))
    return _go(url_for("signin.sessions"))

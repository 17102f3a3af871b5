"""The page of the second step at sign-in, and its setting in one's account."""

from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for

from app.accounts import queries as people
from app.accounts.rules import STAFF
from app.kernel import clock
from app.kernel.db import write
from app.kernel.errors import Forbidden
from app.kernel.i18n import say, translate
from app.secondfactor import forms, queries, rules, services
from app.settings import get_settings
from app.signin import rules as signin
from app.signin import session
from app.signin.queries import WaitingSession, find_waiting
from app.web.access import access, load_actor
from app.web.pages import flash

bp = Blueprint("secondfactor", __name__, url_prefix="/<lang>", template_folder="templates")
FREE = ("secondfactor.", "web.", "offline.", "signin.sign_out", "signin.send_sign_out")
"""What staff may open before the second step is set up, where the site requires it."""
WRONG = say("This code is not right, or it was used already. Wait for the next one and try again.")
WRONG_PAPER = say("This code is not on your sheet, or it was used already. Take another one.")
WRONG_PASSWORD = say("This is not your present password.")


@bp.before_app_request
def lead_staff() -> Any:
    """Lead staff to setting it up before anything else, where the site requires it."""
    if get_settings().staff_second_factor != "require" or not request.endpoint:
        return None
    if request.endpoint.startswith(FREE):
        return None
    actor = load_actor()
    if not actor.has_role(*STAFF) or session.showed_second_factor():
        return None
    if request.method in ("GET", "HEAD"):
        return _go(url_for("secondfactor.second_factor"))
    raise Forbidden(
        say("Staff sign in here in two steps, so nothing was changed."),
        todo=say("Set it up in your account, under two-step sign-in."),
    )


def _go(target: str) -> Response:
    return make_response(redirect(target, 303))


def _next() -> str | None:
    return signin.safe_path(request.args.get("next"))


def _waiting() -> WaitingSession | None:
    return find_waiting(session.browser().old_token, now=clock.now())


def _sign_in_again() -> Response:
    if load_actor().is_signed_in:
        return _go(_next() or f"/{g.lang}/")
    flash(say("The sign-in was not finished in ten minutes. Begin again."), "warn")
    return _go(url_for("signin.sign_in", next=_next()))


def _step_page(form: Any, *, on_paper: bool) -> str:
    other = "secondfactor.code" if on_paper else "secondfactor.recovery"
    return render_template(
        "secondfactor/step.html",
        form=form,
        on_paper=on_paper,
        other=url_for(other, next=_next()),
    )


@bp.get("/sign-in/code")
@access("public")
def code() -> Any:
    """Ask for the code from the app; without a sign-in under way, begin one."""
    return _step_page(forms.CodeForm(), on_paper=False) if _waiting() else _sign_in_again()


@bp.post("/sign-in/code")
@access("public", max_body=20_000)
def send_code() -> Any:
    """Finish the sign-in by a code from the app."""
    return _take(forms.CodeForm(), on_paper=False)


@bp.get("/sign-in/recovery")
@access("public")
def recovery() -> Any:
    """Ask for a code from paper; without a sign-in under way, begin one."""
    return _step_page(forms.RecoveryForm(), on_paper=True) if _waiting() else _sign_in_again()


@bp.post("/sign-in/recovery")
@access("public", max_body=20_000)
def send_recovery() -> Any:
    """Finish the sign-in by a code from paper."""
    return _take(forms.RecoveryForm(), on_paper=True)


def _take(form: Any, *, on_paper: bool) -> Any:
    waiting = _waiting()
    if waiting is None:
        return _sign_in_again()
    if not form.validate():
        return _step_page(form, on_paper=on_paper), 422
    with write():
        services.count_try(waiting.person_id, session.here())
    with write():
        token = services.take_step(
            waiting=waiting,
            code=form.code.data,
            on_paper=on_paper,
            browser=session.browser(),
            network=session.here(),
            now=clock.now(),
        )
    if token is None:
        form.code.errors = [translate(WRONG_PAPER if on_paper else WRONG)]
        return _step_page(form, on_paper=on_paper), 422
    return session.admit(
        _go(_next() or f"/{g.lang}/"), token, waiting.public_id, remembered=waiting.remembered
    )


@bp.get("/account/second-factor")
@access("signed-in")
def second_factor() -> Any:
    """Show whether it is on, and what to do for the next step."""
    return _page()


def _page(**sent: Any) -> Any:
    found = queries.find_setting(g.actor.id, now=clock.now())
    address = ""
    if found and found.key:
        held = people.list_addresses(g.actor.id)
        account = held[0].value if held else g.actor.public_id
        address = rules.address_of(found.key, account=account, site=get_settings().site_name)
    page = render_template(
        "secondfactor/second-factor.html",
        setting=found,
        address=address,
        picture=rules.picture_of(address) if address else "",
        key=rules.shown_key(found.key) if found and found.key else "",
        required=get_settings().staff_second_factor == "require" and g.actor.has_role(*STAFF),
        begin_form=sent.get("begin") or forms.PasswordForm(formdata=None),
        code_form=sent.get("code") or forms.CodeForm(formdata=None),
        codes_form=sent.get("codes") or forms.CodesForm(formdata=None),
        off_form=sent.get("off") or forms.SwitchOffForm(formdata=None),
    )
    return page, 422 if sent else 200


def _knows_password(form: Any) -> bool:
    if not form.validate():
        return False
    if session.confirm_own_password(form.password.data) is None:
        form.password.errors = [translate(WRONG_PASSWORD)]
        return False
    return True


@bp.post("/account/second-factor")
@access("signed-in", max_body=20_000)
def begin() -> Any:
    """Make a key after the password was typed again."""
    form = forms.PasswordForm()
    if not _knows_password(form):
        return _page(begin=form)
    with write():
        services.begin(actor=g.actor, now=clock.now())
    return _go(url_for("secondfactor.second_factor"))


@bp.post("/account/second-factor/confirm")
@access("signed-in", max_body=20_000)
def confirm() -> Any:
    """Switch it on by a first code, and show the codes for paper this once."""
    form = forms.CodeForm()
    if not form.validate():
        return _page(code=form)
    with write():
        services.count_try(g.actor.id, session.here())
    remembered = session.is_remembered()
    with write():
        done = services.switch_on(
            actor=g.actor,
            code=form.code.data,
            remembered=remembered,
            browser=session.browser(),
            now=clock.now(),
        )
    if done is None:
        form.code.errors = [translate(WRONG)]
        return _page(code=form)
    response = make_response(_sheet(done[1], fresh=True))
    return session.admit(response, done[0], g.actor.public_id, remembered=remembered)


def _sheet(codes: list[str], *, fresh: bool) -> str:
    return render_template("secondfactor/codes.html", codes=codes, fresh=fresh, at=clock.now())


@bp.post("/account/second-factor/codes")
@access("signed-in", max_body=20_000)
def renew_codes() -> Any:
    """Show new codes for paper this once; the old ones end."""
    form = forms.CodesForm()
    if not _knows_password(form):
        return _page(codes=form)
    with write():
        codes = services.renew_codes(actor=g.actor, now=clock.now())
    return _sheet(codes, fresh=False)


@bp.post("/account/second-factor/off")
@access("signed-in", max_body=20_000)
def switch_off() -> Any:
    """Switch it off with password and code."""
    form = forms.SwitchOffForm()
    if not _knows_password(form):
        return _page(off=form)
    with write():
        services.count_try(g.actor.id, session.here())
    remembered = session.is_remembered()
    with write():
        token = services.switch_off(
            actor=g.actor,
            code=form.code.data,
            remembered=remembered,
            browser=session.browser(),
            now=clock.now(),
        )
    if token is None:
        form.code.errors = [translate(WRONG)]
        return _page(off=form)
    response = session.admit(
        _go(url_for("secondfactor.second_factor")),
        token,
        g.actor.public_id,
        remembered=remembered,
    )
    flash(say("Two-step sign-in is off. You were signed out everywhere else."))
    return response

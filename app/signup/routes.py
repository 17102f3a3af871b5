"""Pages for coming in, and for proving that an address is one's own."""

import hmac
import secrets
from typing import Any

from flask import (
    Blueprint,
    Response,
    g,
    make_response,
    redirect,
    render_template,
    url_for,
)
from flask import session as browser_session

from app.accounts import queries as people
from app.accounts import services as accounts
from app.accounts.rules import ParsedAddress, parse_address, shown_address, sort_names
from app.kernel import clock
from app.kernel.db import db, write
from app.kernel.errors import NotFound
from app.kernel.i18n import Sentence, say, translate
from app.messages.services import can_reach
from app.settings import get_settings
from app.signin import rules as passwords
from app.signin import session
from app.signin.services import NO_ADDRESS
from app.signup import forms, services
from app.signup.services import Admitted, NewAccount
from app.web.access import access
from app.web.pages import flash

bp = Blueprint("signup", __name__, url_prefix="/<lang>", template_folder="templates")
WELCOME = say("Your account is ready. Welcome!")


def _go(target: str) -> Response:
    return make_response(redirect(target, 303))


def _enter(admitted: Admitted) -> Response:
    response = session.admit(_go(f"/{g.lang}/"), admitted.token, admitted.public_id)
    flash(WELCOME)
    return response


def _fault(form: Any, field: str, sentence: Sentence) -> None:
    form[field].errors = [*form[field].errors, translate(sentence)]


def _read_names(form: forms.NamesForm) -> bool:
    if form.errors or any(sort_names(form.name.data or "", form.name_ar.data or "")):
        return True
    _fault(form, "name", accounts.NO_NAME)
    return False


def _new_account(form: Any) -> NewAccount:
    db.session.rollback()  # nothing is held while a hash takes its turn
    name, name_ar = sort_names(form.name.data or "", form.name_ar.data or "")
    return NewAccount(name, name_ar, g.lang, passwords.hash_password(form.password.data))


@bp.get("/sign-up")
@access("public")
def sign_up() -> Any:
    """Show the form, or say how one gets an account here."""
    if session.load_actor().is_signed_in:
        return _go(f"/{g.lang}/")
    return _sign_up_page(forms.SignUpForm())


def _sign_up_page(form: forms.SignUpForm) -> str:
    return render_template(
        "signup/sign-up.html", form=form, way=get_settings().sign_up, sms=can_reach("phone")
    )


@bp.post("/sign-up")
@access("public", max_body=20_000)
def send_sign_up() -> Any:
    """Begin the sign-up: the same page whether or not the address has an account."""
    form = forms.SignUpForm()
    good = form.validate() and _read_names(form)
    address = parse_address(form.email.data or "")
    if good and address is None:
        _fault(form, "email", NO_ADDRESS)
    if not good or address is None:
        return _sign_up_page(form), 422
    account = _new_account(form)
    proof = browser_session.get("proof") or secrets.token_urlsafe(16)
    with write():
        services.sign_up(
            address=address,
            account=account,
            proof=proof,
            network=session.here(),
            carried=session.browser().carried,
            now=clock.now(),
        )
    browser_session["proof"] = proof
    browser_session["address"] = address.value
    if address.kind == "phone":
        return _go(url_for("signup.code"))
    return _go(url_for("signup.sent"))


@bp.get("/sign-up/sent")
@access("public")
def sent() -> Any:
    """Say what happens next."""
    return render_template(
        "signup/sent.html", address=browser_session.get("address", ""), shown=shown_address
    )


@bp.get("/confirm/<token>")
@access("public")
def confirm(token: str) -> Any:
    """Show a button: a mail scanner that opens the link confirms nothing."""
    found = services.find_link(token)
    return _confirm_page(found, forms.ConfirmForm())


def _confirm_page(found: Any, form: forms.ConfirmForm) -> str:
    if found.purpose == "invitation":
        raise NotFound(services.USED_UP)
    if found.purpose == "address":
        same = session.load_actor().id == found.person_id
    else:
        same = _same_browser(found)
    return render_template(
        "signup/confirm.html", form=form, found=found, same=same, shown=shown_address
    )


def _same_browser(found: Any) -> bool:
    return hmac.compare_digest(browser_session.get("proof", ""), found.data.get("proof", "-"))


def _proves_password(found: Any, typed: str | None) -> bool:
    if _same_browser(found):
        return True
    with write():
        services.count_code(address=found.address, network=session.here())
    return bool(typed) and passwords.verify_password(found.data["password_hash"], typed or "")


@bp.post("/confirm/<token>")
@access("public", max_body=20_000)
def send_confirm(token: str) -> Any:
    """Confirm: make the account, or add the address to the one that asked for it."""
    form = forms.ConfirmForm()
    found = services.find_link(token)
    if not form.validate():
        return _confirm_page(found, form), 422
    if found.purpose == "address":
        with write():
            services.confirm_address(actor=session.load_actor(), secret=token, now=clock.now())
        flash(say("The address is confirmed."))
        return _go(url_for("signup.addresses"))
    if not _proves_password(found, form.password.data):
        _fault(form, "password", say("Type the password that you chose when you signed up."))
        return _confirm_page(found, form), 422
    with write():
        admitted = services.finish_sign_up(secret=token, browser=session.browser(), now=clock.now())
    return _enter(admitted)


@bp.get("/code")
@access("public")
def code() -> Any:
    """Ask for a code from an SMS or from paper."""
    form = forms.CodeForm(email=browser_session.get("address", ""))
    return _code_page(form)


def _code_page(form: forms.CodeForm, *, ask_password: bool = False) -> str:
    return render_template(
        "signup/code.html", form=form, ask_password=ask_password, sms=can_reach("phone")
    )


@bp.post("/code")
@access("public", max_body=20_000)
def send_code() -> Any:
    """Do what the code is for: finish a sign-up, confirm a number, choose a password."""
    form = forms.CodeForm()
    good = form.validate()
    address = parse_address(form.email.data or "")
    if good and address is None:
        _fault(form, "email", NO_ADDRESS)
    if not good or address is None:
        return _code_page(form), 422
    with write():
        services.count_code(address=address.value, network=session.here())
    found = services.find_code(address=address, code=form.code.data)
    if found is None:
        _fault(form, "code", services.WRONG_CODE)
        return _code_page(form), 422
    if found.purpose == "sign_up" and not _proves_password(found, form.password.data):
        _fault(form, "password", say("Type the password that you chose when you signed up."))
        return _code_page(form, ask_password=True), 422
    return _use_code(found.purpose, address, form.code.data)


def _use_code(purpose: str, address: ParsedAddress, typed: str) -> Response:
    now = clock.now()
    if purpose == "sign_up":
        with write():
            admitted = services.finish_sign_up(
                secret=typed, code_for=address.value, browser=session.browser(), now=now
            )
        return _enter(admitted)
    if purpose == "address":
        with write():
            services.confirm_address(
                actor=session.load_actor(), secret=typed, code_for=address.value, now=now
            )
        flash(say("The number is confirmed."))
        return _go(url_for("signup.addresses"))
    with write():
        secret = services.use_code(address=address, code=typed, now=now)
    if secret is None:
        raise NotFound(services.WRONG_CODE)
    return _go(url_for("signin.reset", token=secret))


@bp.get("/invitation/<token>")
@access("public")
def invitation(token: str) -> Any:
    """Show the form of somebody who was invited."""
    services.find_link(token)
    return render_template("signup/invitation.html", form=forms.InvitedForm())


@bp.post("/invitation/<token>")
@access("public", max_body=20_000)
def send_invitation(token: str) -> Any:
    """Make the account that the invitation is for."""
    form = forms.InvitedForm()
    services.find_link(token)
    if not (form.validate() and _read_names(form)):
        return render_template("signup/invitation.html", form=form), 422
    account = _new_account(form)
    with write():
        admitted = services.accept_invitation(
            secret=token, account=account, browser=session.browser(), now=clock.now()
        )
    return _enter(admitted)


@bp.get("/account/addresses")
@access("signed-in")
def addresses() -> Any:
    """List one's addresses."""
    return _addresses_page(forms.AddressForm())


def _addresses_page(form: forms.AddressForm) -> str:
    return render_template(
        "signup/addresses.html",
        form=form,
        addresses=people.list_addresses(g.actor.id),
        shown=shown_address,
    )


@bp.post("/account/addresses")
@access("signed-in", max_body=20_000)
def add_address() -> Any:
    """Begin to add an address."""
    form = forms.AddressForm()
    address = parse_address(form.email.data or "")
    if form.validate() and address is None:
        _fault(form, "email", NO_ADDRESS)
    if form.errors or address is None:
        return _addresses_page(form), 422
    with write():
        services.add_address(
            actor=g.actor, address=address, network=session.here(), now=clock.now()
        )
    if address.kind == "phone":
        browser_session["address"] = address.value
        return _go(url_for("signup.code"))
    flash(say("A message is under way to this address. Open the link in it to confirm."))
    return _go(url_for("signup.addresses"))


@bp.post("/account/addresses/drop")
@access("signed-in")
def drop_address() -> Any:
    """Remove one of one's addresses."""
    form = forms.DropAddressForm()
    if not form.validate() or not form.address.data.isdecimal():
        raise NotFound
    with write():
        accounts.drop_address(actor=g.actor, address_id=int(form.address.data))
    flash(say("The address was removed."))
    return _go(url_for("signup.addresses"))

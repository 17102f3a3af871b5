"""The shape of what is sent when signing in and choosing a password."""

from typing import Any

from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import InputRequired, ValidationError

from app.kernel.i18n import say, translate
from app.signin import rules
from app.web.forms import AtMost, Form

NEEDED = InputRequired(say("Fill this in."))
SHORT = say(
    "Take at least %(n)s signs. Four words in a row make a good password.", n=rules.MIN_PASSWORD
)
COMMON = say("This one is among the first that anybody would try. Take another one.")


class GoodPassword:
    """Refuses passwords that are short or among the first that are tried; nothing else."""

    def __init__(self, *own: str) -> None:
        self.own = own

    def __call__(self, form: Any, field: Any) -> None:
        """Raise ValidationError with what to do."""
        words = [form[name].data or "" for name in self.own if name in form]
        words += [part for word in words for part in word.replace("@", " ").split()]
        fault = rules.password_fault(field.data or "", words)
        if fault:
            raise ValidationError(translate(SHORT if fault == "short" else COMMON))


def new_password(label: Any, *own: str) -> Any:
    """Return a field for a new password; `own` are the form's fields that it must not repeat."""
    return PasswordField(
        label,
        [NEEDED, AtMost(rules.MAX_PASSWORD), GoodPassword(*own)],
        description=SHORT,
        render_kw={"autocomplete": "new-password", "maxlength": rules.MAX_PASSWORD, "dir": "ltr"},
    )


def present_password(label: Any) -> Any:
    """Return a field for a password that exists."""
    return PasswordField(
        label,
        [NEEDED, AtMost(rules.MAX_PASSWORD)],
        render_kw={"autocomplete": "current-password", "dir": "ltr"},
    )


def address_field(label: Any = None, **more: Any) -> Any:
    """Return a field that takes an e-mail address or a phone number."""
    return StringField(
        label or say("E-mail or phone number"),
        [NEEDED, AtMost(254)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "dir": "ltr"} | more,
    )


class SignInForm(Form):
    """Address and password; `next` is read from the address of the page, not from here."""

    email = address_field()
    password = present_password(say("Password"))
    remembered = BooleanField(say("Stay signed in on this device for 30 days"))


class ForgotForm(Form):
    """To whom a way to a new password is sent."""

    email = address_field()


class ResetForm(Form):
    """A new password, once."""

    password = new_password(say("New password"))


class ChangePasswordForm(Form):
    """The old password and the new one."""

    old = present_password(say("Present password"))
    password = new_password(say("New password"))


class EmptyForm(Form):
    """A button that does one thing."""


class EndSessionForm(Form):
    """Which session to end."""

    session = StringField(validators=[InputRequired(), AtMost(20)])

"""The shape of what is sent when coming in."""

from wtforms import PasswordField, StringField
from wtforms.validators import Optional

from app.kernel.i18n import say
from app.signin.forms import NEEDED, address_field, new_password
from app.signin.rules import MAX_PASSWORD
from app.web.forms import AtMost, Form


class NamesForm(Form):
    """A name in one script or both; the other forms of people build on it."""

    name = StringField(
        say("Name in Latin script"),
        [Optional(), AtMost(100)],
        render_kw={"autocomplete": "name", "dir": "ltr"},
    )
    name_ar = StringField(
        say("Name in Arabic script"),
        [Optional(), AtMost(100)],
        description=say("One of the two is enough. Certificates show what stands here."),
        render_kw={"dir": "rtl", "lang": "ar"},
    )


class SignUpForm(NamesForm):
    """A name, an address, a password: nothing else is asked."""

    email = address_field()
    password = new_password(say("Password"), "name", "name_ar", "email")


class InvitedForm(NamesForm):
    """What is missing when the address came by invitation."""

    password = new_password(say("Password"), "name", "name_ar")


class ConfirmForm(Form):
    """A button; in another browser than that of the sign-up also the password chosen there."""

    password = PasswordField(
        say("The password that you chose"),
        [Optional(), AtMost(MAX_PASSWORD)],
        render_kw={"autocomplete": "current-password", "dir": "ltr"},
    )


class CodeForm(ConfirmForm):
    """A code from an SMS or from paper, beside the address that it is for."""

    email = address_field()
    code = StringField(
        say("Code"),
        [NEEDED, AtMost(40)],
        description=say("Eight letters and digits, from an SMS or on paper."),
        render_kw={
            "autocomplete": "one-time-code",
            "autocapitalize": "characters",
            "spellcheck": "false",
            "dir": "ltr",
        },
    )


class AddressForm(Form):
    """One more address."""

    email = address_field(say("Another e-mail address or phone number"), autocomplete="email")


class DropAddressForm(Form):
    """Which address to remove."""

    address = StringField(validators=[NEEDED, AtMost(20)])

"""The shape of codes that are typed."""

from typing import Any

from wtforms import StringField

from app.kernel.i18n import say
from app.signin.forms import NEEDED, present_password
from app.web.forms import AtMost, Form


def _code_field(label: Any, **more: Any) -> Any:
    return StringField(
        label,
        [NEEDED, AtMost(20)],
        render_kw={"autocapitalize": "characters", "spellcheck": "false", "dir": "ltr"} | more,
    )


def _app_code() -> Any:
    return _code_field(
        say("Code of six digits"),
        autocomplete="one-time-code",
        inputmode="numeric",
        class_="digits",
    )


class CodeForm(Form):
    """A code from the app."""

    code = _app_code()


class RecoveryForm(Form):
    """A code from paper."""

    code = _code_field(say("Code from your sheet"), autocomplete="off", class_="digits")


class PasswordForm(Form):
    """The password again, before something that others must not do."""

    password = present_password(say("Your password"))


class CodesForm(PasswordForm):
    """The same on a page that asks for the password in another form too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.password.id = "codes-password"


class SwitchOffForm(Form):
    """Password and a code of either kind."""

    password = present_password(say("Your password"))
    code = _code_field(say("Code from your phone or from paper"), autocomplete="off")

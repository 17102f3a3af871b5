"""The shape of what is sent about one's data."""

from wtforms import BooleanField
from wtforms.validators import InputRequired

from app.kernel.i18n import say
from app.signin.forms import present_password
from app.web.forms import Form


class ExportForm(Form):
    """A button."""


class EraseForm(Form):
    """The password again, and that one means it."""

    sure = BooleanField(
        say("I know that this cannot be undone"), [InputRequired(say("Tick this to go on."))]
    )
    password = present_password(say("Your password"))

"""The shape of the choice of how much a browser loads."""

from wtforms import StringField
from wtforms.validators import AnyOf

from app.kernel.i18n import say
from app.web.forms import Form

LOW, FULL = "low", "full"


class DataForm(Form):
    """Pictures and fonts at once, or when one asks for them."""

    load = StringField(say("Data"), [AnyOf((LOW, FULL))])

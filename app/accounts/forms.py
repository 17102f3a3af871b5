"""The shape of one's profile."""

from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from app.kernel.i18n import NAMES, say
from app.web.forms import AtMost, Form


class ProfileForm(Form):
    """Names in one script or both, and the language of messages."""

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
    language = RadioField(
        say("Language of messages"),
        [InputRequired()],
        choices=[SelectChoice(code, name) for code, name in NAMES.items()],
    )


class ThemeForm(Form):
    """Light, dark, or as the device says."""

    theme = RadioField(
        say("Colors"),
        [InputRequired()],
        choices=[
            SelectChoice("auto", say("As on this device")),
            SelectChoice("light", say("Light")),
            SelectChoice("dark", say("Dark")),
        ],
    )
